"""The environment of a robot file: a `World` that connects, looks before it moves, and lets go."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from primitives.environment import Trial, TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.robot import Arm, ArmInfo, Camera, Robot
from primitives.robots import robot_file
from primitives.robots.description_match import mismatches
from primitives.robots.robot_file import RobotFile
from primitives.robots.robot_tables import Isolation
from primitives.scene import Workspace

CONNECT_S = 20.0


class FileWorld:
    """A robot by its file. `reset` connects once; the scene is what stands there."""

    def __init__(self, file: RobotFile) -> None:
        self.file = file
        self._arm: Arm | None = None
        self._cameras: tuple[Camera, ...] = ()

    @property
    def name(self) -> str:
        """The robot's."""
        return self.file.table.name

    @property
    def arm_info(self) -> ArmInfo:
        """The arm."""
        return self.file.info

    @property
    def workspace(self) -> Workspace:
        """Where it works."""
        return self.file.workspace

    @property
    def isolation(self) -> Isolation:
        """What confinement of programs it asks for."""
        return self.file.table.limits.isolation

    @property
    def deadline_s(self) -> float:
        """Wall time in s that a program may take at its speed."""
        return self.file.table.limits.deadline

    def reset(self, spec: TrialSpec) -> Trial:
        """Connect, unless it is connected. Raises ConfigurationError, CommsLost, HardwareFault, ProtectiveStop."""
        if spec.task is not None or spec.scene is not None:
            raise ConfigurationError(f"robot {self.name!r} takes the scene as it stands; leave --task and --scene out.")
        if self._arm is None:
            arm = self.file.arm()
            try:
                arm.connect(CONNECT_S)
                for problem in mismatches(arm, arm.state()):
                    raise ConfigurationError(f"robot {self.name!r}, {str(self.file.path)!r}: {problem}")
                self._cameras = self.file.cameras()
            except BaseException:
                arm.close()
                raise
            self._arm = arm
        robot = Robot(self._arm, self._cameras, self.file.workspace, self.file.limits)
        conditions: dict[str, float | int | str | bool] = {
            "robot_file": str(self.file.path),
            "speed": self.file.limits.speed_scale,
        }
        return Trial(robot=robot, instruction=spec.instruction or "", conditions=conditions)

    def close(self) -> None:
        """Let go of arm and cameras. Idempotent."""
        arm, self._arm = self._arm, None
        if arm is not None:
            arm.close()
        for camera in self._cameras:
            close = getattr(camera, "close", None)
            if close is not None:
                with suppress(Failure, OSError):
                    close()
        self._cameras = ()


def load_world(path: str | Path) -> FileWorld:
    """The world of a robot file. Raises ConfigurationError."""
    return FileWorld(robot_file.load(Path(path)))
