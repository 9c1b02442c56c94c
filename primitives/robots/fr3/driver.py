"""`Arm` of a Franka Research 3 with Franka Hand."""

from __future__ import annotations

from primitives.robot import ArmInfo, ArmMode
from primitives.robots.streamed_arm import StreamedArm, Streaming

FR3 = Streaming(
    name="fr3",
    needs=("pylibfranka", "franky"),
    arm="primitives.robots.fr3.arm_process",
    hand="primitives.robots.fr3.hand_process",
    modes={
        2: (ArmMode.PROTECTIVE_STOP, "reflex: the arm met more force than it allows"),
        3: (ArmMode.PROTECTIVE_STOP, "the user stop is pressed"),
        4: (ArmMode.FAULT, "the arm takes no motion: unlock the brakes and activate FCI in Desk"),
    },
    hint="Check cable and address, and that FCI is active in Desk (libfranka 0.21: FR3 only).",
)


def fr3(info: ArmInfo, host: str, *, slack: float = 1.0) -> StreamedArm:
    """Franka's arm over libfranka.

    Args:
        info: description; limits are Franka's own.
        host: address of the controller.
        slack: see `StreamedArm`.
    """
    return StreamedArm(info, FR3, host, slack=slack)
