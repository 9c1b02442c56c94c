"""Scenes to look at: a table of objects becomes two noisy RGB-D images of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from primitives.environment import ObjectState, TrialSpec, World
from primitives.perception.detector import RobotView
from primitives.perception.rgbd_detector import RgbdDetector, make
from primitives.robot import Robot
from primitives.scene import SceneObject


@dataclass
class Look:
    """What the detector saw, and what was there."""

    seen: list[SceneObject]
    truth: dict[str, ObjectState]
    robot: Robot

    @property
    def names(self) -> list[str]:
        return sorted(o.name for o in self.seen)


def look(
    robot: Robot, truth: dict[str, ObjectState], detector: RgbdDetector, *, held: SceneObject | None = None
) -> Look:
    state = robot.arm.state()
    frames = [c.frame(after=0.0, timeout_s=1.0) for c in robot.cameras]
    view = RobotView(robot.arm.info, state.q, state.gripper_width, held)
    return Look(detector.detect(frames, robot.workspace, view), truth, robot)


@pytest.fixture(scope="session")
def environment() -> Iterator[World]:
    from sim_envs.environment import make

    made = make()
    yield made
    made.close()


@pytest.fixture(scope="session")
def detector() -> RgbdDetector:
    made = make()
    assert isinstance(made, RgbdDetector)
    return made


@pytest.fixture
def see(environment: World, detector: RgbdDetector, tmp_path: Path) -> Callable[..., Look]:
    """Sets up rows "color category x y [z [size [yaw]]]", size one number or three as in 0.03x0.03x0.1, and looks."""

    def run(*rows: str, disturbances: str = "mild", seed: int = 0) -> Look:
        path = tmp_path / "scene.toml"
        path.write_text("\n".join(map(_table, rows)))
        trial = environment.reset(TrialSpec(seed=seed, scene=str(path), disturbances=disturbances))
        return look(trial.robot, dict(environment.world()), detector)

    return run


def _table(row: str) -> str:
    color, category, *numbers = row.split()
    x, y, *rest = (float(n) if "x" not in n else list(map(float, n.split("x"))) for n in numbers)
    lines = ["[[objects]]", f"category = {category!r}", f"color = {color!r}"]
    lines.append(f"position = {[x, y, *rest[:1]]}")
    lines += [f"{key} = {value}" for key, value in zip(("size", "yaw"), rest[1:], strict=False)]
    return "\n".join(lines)
