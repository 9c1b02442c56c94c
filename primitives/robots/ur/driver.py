"""`Arm` of a Universal Robots e-Series or CB3 arm, with a Robotiq gripper on its URCap's port or without a gripper."""

from __future__ import annotations

from primitives.robot import ArmInfo, ArmMode
from primitives.robots.streamed_arm import StreamedArm, Streaming


def ur(info: ArmInfo, host: str, *, frequency: float = 250.0, gripper: bool = True, slack: float = 1.0) -> StreamedArm:
    """A UR arm over RTDE.

    Args:
        info: description; a gripper's width is `info.gripper.max_width` at position 0.
        host: address of the controller.
        frequency: of the stream in Hz; 125 at most for CB3, 500 for e-Series.
        gripper: whether there is a Robotiq gripper.
        slack: see `StreamedArm`.
    """
    streaming = Streaming(
        name="ur",
        needs=("rtde_control", "rtde_receive", "dashboard_client"),
        arm="primitives.robots.ur.arm_process",
        tick=1.0 / frequency,
        modes={
            2: (ArmMode.PROTECTIVE_STOP, "protective stop: the arm met more force than it allows"),
            3: (ArmMode.FAULT, "an emergency stop is pressed"),
            4: (ArmMode.FAULT, "the arm takes no motion: power it on and release the brakes on the pendant"),
        },
        hint="Check cable and address, that the robot is on and in remote control, and that RTDE is enabled.",
    )
    hand = info.gripper
    of_hand = (hand.max_width, hand.max_speed, hand.max_force) if gripper else (0.0, 0.0, 0.0)
    return StreamedArm(info, streaming, host, (str(frequency), *map(str, of_hand)), slack=slack)
