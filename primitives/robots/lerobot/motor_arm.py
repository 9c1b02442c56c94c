"""`Arm` over any robot of LeRobot whose actions and observations are motor positions in degrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from primitives.robot import ArmInfo, ArmMode
from primitives.robots.streamed_arm import StreamedArm, Streaming

TICK_S = 0.02
STUCK = float(np.radians(8.0))
"""rad."""


def lerobot(
    info: ArmInfo,
    *,
    robot: str = "so101_follower",
    config: Mapping[str, str | float | bool | None],
    joints: Sequence[str] | None = None,
    gripper: str | None = "gripper",
    arrived: float = float(np.radians(0.6)),
    modules: Sequence[str] = (),
    slack: float = 1.0,
) -> StreamedArm:
    """A LeRobot arm. Signs and offsets between its zero and the URDF's stand in the robot file (`[arm] sign, offset`).

    Args:
        info: description; the hand's largest width is that at 100 percent.
        robot: LeRobot's name of it.
        config: LeRobot's configuration, e.g. {"port": "/dev/ttyACM0", "id": "left"}.
        joints: LeRobot's names of the motors; the names of the description's joints when left out.
        gripper: motor of the hand, which counts in percent; None without one.
        arrived: rad within which its servos reach a position.
        modules: of plug-ins that register a robot.
        slack: see `StreamedArm`.
    """
    hand = info.gripper
    options = {
        "robot": robot,
        "config": dict(config),
        "joints": tuple(joints or info.joint_names),
        "gripper": gripper,
        "widest": hand.max_width,
        "fastest": hand.max_speed,
        "tick": TICK_S,
        "arrived": arrived,
        "stuck": STUCK,
        "modules": tuple(modules),
    }
    streaming = Streaming(
        name="lerobot",
        needs=("lerobot",),
        arm="primitives.robots.lerobot.motor_process",
        tick=TICK_S,
        modes={2: (ArmMode.PROTECTIVE_STOP, "a joint is not where it was told to be: blocked or without torque")},
        arrived=arrived,
        starts_within=float(np.radians(2.0)),
        hint="Check cable, power and port, and that the arm was calibrated with lerobot-calibrate.",
    )
    where = str(config.get("port") or config.get("id") or robot)
    return StreamedArm(info, streaming, where, (msgspec.json.encode(options).decode(),), slack=slack)
