"""A robot to test against: the Panda's description alone, or a whole simulated trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.planning.collision import RobotGeometry


@pytest.fixture(scope="session")
def kinematics() -> Kinematics:
    from sim_envs.robots.panda import arm_info

    return Kinematics(arm_info(), 0.02)


@pytest.fixture(scope="session")
def geometry(kinematics: Kinematics) -> RobotGeometry:
    return RobotGeometry(kinematics)


@pytest.fixture(scope="session")
def environment() -> Iterator[object]:
    from sim_envs.environment import make

    made = make()
    yield made
    made.close()


@pytest.fixture
def trial(environment, tmp_path: Path) -> Callable[..., object]:
    """Sets up a scene (TOML of the objects) and gives its server, seen by the privileged detector: fast and exact."""
    from primitives.api import surface
    from primitives.environment import TrialSpec
    from primitives.guard import GuardLimits
    from primitives.perception import oracle_detector
    from primitives.server import Server

    def start(objects: str, *, level: str = "skill", limits: GuardLimits | None = None, robot=None, **more):
        path = tmp_path / "scene.toml"
        path.write_text(objects)
        made = environment.reset(TrialSpec(seed=0, scene=str(path), disturbances="none"))
        chosen = robot(made.robot) if robot else made.robot
        server = Server(chosen, oracle_detector.make(environment), limits=limits or GuardLimits(), **more)
        server.begin(surface(level))
        return server

    return start
