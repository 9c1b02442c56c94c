"""Objects and robots to test against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from primitives.perception.detector import RobotView
from primitives.robot import (
    Arm,
    ArmInfo,
    ArmMode,
    ArmState,
    Camera,
    CameraInfo,
    Frame,
    GripperInfo,
    MotionLimits,
    Robot,
)
from primitives.scene import SceneObject, Workspace


def thing(name: str, x: float = 0.5, y: float = 0.0, z: float = 0.02, **fields) -> SceneObject:
    """The object `name`, "<color> <category>[ number]"."""
    color, category, *_ = name.split()
    size = fields.pop("size", {"bowl": (0.15, 0.15, 0.05), "zone": (0.14, 0.14, 0.001)}.get(category, (0.04,) * 3))
    return SceneObject(name=name, category=category, color=color, position=(x, y, z), size=size, **fields)


class Scripted:
    """A detector that reports what it is told."""

    privileged = False

    def __init__(self, *looks: Sequence[SceneObject]) -> None:
        self.looks = list(looks)
        self.count = 0

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        self.count += 1
        return list(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])


class StillArm:
    """An arm that does not move: just enough to look past."""

    def __init__(self, info: ArmInfo | None = None) -> None:
        ones = np.ones(7)
        self.info = info or ArmInfo(
            name="still",
            urdf=Path("none.urdf"),
            joint_names=tuple("abcdefg"),
            finger_joint_names=(),
            tool_link="tool",
            T_link_tool=np.eye(4),
            lower=-ones,
            upper=ones,
            limits=MotionLimits(ones, ones, ones),
            gripper=GripperInfo(0.08, 40, 0.1, 0.02, 0.01, 0.05),
            home=0 * ones,
        )

    def state(self) -> ArmState:
        return ArmState(self.info.home, 0 * self.info.home, 0.08, ArmMode.IDLE, 0.0, 0.0)


class EmptyTable:
    """A camera one metre above an empty table, which shows `depth`."""

    def __init__(self, name: str = "overhead") -> None:
        pose = np.eye(4)
        pose[:3, :3] = np.diag([1.0, -1.0, -1.0])
        pose[:3, 3] = (0.49, 0.0, 1.0)
        K = np.array([[60.0, 0.0, 31.5], [0.0, 60.0, 23.5], [0.0, 0.0, 1.0]])
        self.info = CameraInfo(name, 64, 48, K, pose)
        self.depth = np.ones((48, 64), np.float32)

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        return Frame(self.info, np.full((48, 64, 3), 200, np.uint8), self.depth.copy(), 0.0)


def robot(arm: Arm | None = None, cameras: tuple[Camera, ...] | None = None) -> Robot:
    return Robot(arm or StillArm(), (EmptyTable(),) if cameras is None else cameras)  # type: ignore[arg-type]
