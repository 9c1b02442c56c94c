"""A twin stands where the measured scene stands, and takes measurements as they come."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.scene import SceneObject
from sim_envs.environment import PyBulletEnvironment


def measured(environment: PyBulletEnvironment, error: float, rng: np.random.Generator) -> list[SceneObject]:
    """Ground truth with an error in m, as cameras would report it."""
    found: list[SceneObject] = []
    for name, o in environment.world().items():
        x, y, z = (float(v) for v in o.position + rng.normal(0, error, 3))
        yaw = 2 * float(np.arctan2(o.quaternion_xyzw[2], o.quaternion_xyzw[3]))
        size = tuple(float(v) for v in o.size + rng.normal(0, error / 2, 3))
        found.append(
            SceneObject(name=name, category=o.category, color=o.color, position=(x, y, z), yaw=yaw, size=size)  # type: ignore[arg-type]
        )
    return found


def test_a_twin_stands_where_the_scene_was_measured(environment: PyBulletEnvironment) -> None:
    environment.reset(TrialSpec(seed=8, scene="random"))
    objects = measured(environment, 0.001, np.random.default_rng(0))
    trial = environment.mirror(objects)
    assert trial.task is None
    assert environment.verdict() is None
    world = environment.world()
    assert set(world) == {o.name for o in objects}
    for o in objects:
        assert world[o.name].position[:2] == pytest.approx(o.position[:2], abs=3e-3)
        assert world[o.name].position[2] == pytest.approx(world[o.name].size[2] / 2, abs=1e-3)
    assert trial.robot.cameras[0].latest(1.0).rgb.shape == (480, 640, 3)


def test_what_is_unknown_or_impossible_becomes_something_near(environment: PyBulletEnvironment) -> None:
    thing = SceneObject(
        name="thing", category="teapot", color="plaid", position=(0.5, 0.0, -0.01), size=(0.05, 0.04, 0.03)
    )
    environment.mirror([thing])
    state = environment.world()["thing"]
    assert (state.category, state.color, state.size) == ("block", "gray", (0.05, 0.04, 0.03))
    assert state.position[2] == pytest.approx(0.015, abs=1e-3)


def test_a_twin_of_nothing_is_refused(environment: PyBulletEnvironment) -> None:
    with pytest.raises(ConfigurationError, match="at least one"):
        environment.mirror([])
