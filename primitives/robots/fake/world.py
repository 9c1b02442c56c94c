"""The environment `fake`: three blocks and an open box, for trying things without hardware and without a simulator."""

from __future__ import annotations

from primitives.environment import Trial, TrialSpec
from primitives.errors import ConfigurationError
from primitives.robot import ArmInfo, Robot
from primitives.robots.fake.arm import FakeArm
from primitives.robots.fake.camera import FakeCamera
from primitives.robots.fake.description import arm_info
from primitives.robots.fake.table import FakeTable, block, open_box
from primitives.scene import Workspace

SPEED = 20.0
"""Seconds of the arm in one of the host."""


class FakeWorld:
    """A `World` of three members, as a robot of your own would be."""

    name = "fake"

    def __init__(self, *, speed: float = SPEED, size: tuple[int, int] = (640, 480)) -> None:
        """Args: `size` of the images in px."""
        self._speed = speed
        self._size = size
        self._arm: FakeArm | None = None

    @property
    def arm_info(self) -> ArmInfo:
        """The fake arm."""
        return arm_info()

    @property
    def workspace(self) -> Workspace:
        """Where it works."""
        return Workspace()

    def reset(self, spec: TrialSpec) -> Trial:
        """Put everything back and connect."""
        if spec.task is not None or spec.scene is not None:
            raise ConfigurationError("environment 'fake' has one scene and no tasks; leave --task and --scene out.")
        self.close()
        table = FakeTable(
            arm_info(),
            [
                block("red", 0.42, 0.12, 0.3),
                block("blue", 0.50, -0.12, 0.1),
                block("yellow", 0.56, 0.06, 0.7),
                *open_box("green", 0.60, -0.10),
            ],
        )
        arm = FakeArm(speed=self._speed, on_move=table.moved, between=table.between)
        arm.connect(5.0)
        self._arm = arm
        cameras = tuple(
            FakeCamera(
                table, arm, name, (0.95, side, 0.65), (0.48, 0.0, 0.0), size=self._size, focal=0.96 * self._size[0]
            )
            for name, side in (("left", 0.35), ("right", -0.35))
        )
        return Trial(robot=Robot(arm, cameras), instruction=spec.instruction or "")

    def close(self) -> None:
        """Let go of the arm."""
        if self._arm is not None:
            self._arm.close()
            self._arm = None


def make() -> FakeWorld:
    """The factory behind the entry point `fake`."""
    return FakeWorld()
