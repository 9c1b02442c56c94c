"""The robot under test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from primitives.conformance.injection import Injectors, injector_of
from primitives.environment import Judged, TrialSpec, World
from primitives.errors import ConfigurationError, unknown_name
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import Arm, ArmInfo, ArmState, Motion, Robot, Stepped
from primitives.robots.file_world import FileWorld, load_world

Record: TypeAlias = Callable[[str, object], None]
"""pytest's `record_property`: what a row tells beside its result."""
STEP = 0.12
"""rad that a joint is moved by."""
SLOW = 0.2
"""Part of the arm's own speed at which it is."""
AMID_S = 0.5
"""s after which such a motion is under way."""
MOTION_S = 60.0
"""Host time in s that such a motion may take on any machine."""


@dataclass(slots=True)
class Subject:
    """A connected robot, and what may be done to it."""

    world: World
    robot: Robot
    may_move: bool
    injector: Injectors
    kinematics: Kinematics = field(init=False)

    def __post_init__(self) -> None:
        self.kinematics = Kinematics(self.arm.info)

    @property
    def arm(self) -> Arm:
        """The arm."""
        return self.robot.arm

    @property
    def info(self) -> ArmInfo:
        """Its description."""
        return self.robot.arm.info

    def state(self) -> ArmState:
        """The latest state."""
        return self.arm.state()

    def small_path(self, joint: int = 0, step: float = STEP) -> NDArray[np.float64]:
        """(2, dof) rad: from here `step` towards the middle of the joint's range."""
        start = self.state().q
        goal = start.copy()
        middle = (self.info.lower[joint] + self.info.upper[joint]) / 2
        goal[joint] += step if start[joint] <= middle else -step
        return np.array([start, goal])

    def start(self, path: NDArray[np.float64], speed: float = SLOW) -> Motion:
        """Start along `path` at a part of the arm's own speed."""
        return self.arm.start_joint_path(path, self.info.limits.scaled(speed))

    def miss(self, goal: NDArray[np.float64], q: NDArray[np.float64]) -> tuple[float, float]:
        """How far the tool at joints `q` is from where it is at `goal`: m and rad."""
        from primitives.kinematics.poses import pose_distance

        return pose_distance(self.kinematics.tool(goal), self.kinematics.tool(q))

    def amid_motion(self, act: Callable[[], None]) -> threading.Thread:
        """Have another thread `act` in the midst of the motion that was just started."""
        arm = self.arm
        if not isinstance(arm, Stepped):
            timer = threading.Timer(AMID_S, act)
            timer.start()
            return timer
        thread = threading.Thread(target=act)

        def once() -> None:
            if thread.ident is None:
                thread.start()
                thread.join(1.0)

        arm.every(AMID_S, once)
        return thread

    def rests(self) -> bool:
        """Whether the arm stays where it is."""
        time.sleep(0.3)
        before = self.state().q
        time.sleep(0.2)
        return float(np.abs(self.state().q - before).max()) < 0.002

    def mended(self) -> None:
        """Whatever a test did, the robot takes motions again."""
        self.injector.mend()
        self.arm.recover(operator_ack=True)


def opened(name: str, *, hardware_ok: bool, injector: str | None = None) -> Subject:
    """The robot `name`, connected. Raises ConfigurationError, or what its driver raises."""
    world = _world(name)
    robot = world.reset(TrialSpec(disturbances="none")).robot
    return Subject(world, robot, hardware_ok or not _is_real(world), injector_of(world, robot.arm, injector))


def _is_real(world: World) -> bool:
    if isinstance(world, FileWorld):
        return not world.file.table.simulated
    return not isinstance(world, Judged) and world.name != "fake"


def _world(name: str) -> World:
    if name.endswith(".toml") or Path(name).is_file():
        return load_world(name)
    if name == "fake":
        from primitives.robots.fake.world import FakeWorld

        return FakeWorld(speed=1.0, size=(320, 240))
    known = {point.name: point for point in entry_points(group="codepolicy.environments")}
    if name not in known:
        raise ConfigurationError(f"{unknown_name('robot', name, [*known, 'fake'])} Or give the path of a robot file.")
    return cast(World, known[name].load()())
