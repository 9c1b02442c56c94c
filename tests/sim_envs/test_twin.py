"""A twin stands where the measured scene stands, and takes measurements as they come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.scene import Pose, SceneObject
from primitives.twin import Carried, Perceived
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer


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


def perceived(
    environment: PyBulletEnvironment, objects: list[SceneObject], carried: tuple[Carried, ...] = (), width: float = 0.08
) -> Perceived:
    q = tuple(float(v) for v in environment.arm_info.home)
    return Perceived(objects=tuple(objects), q=q, gripper_width=width, carried=carried)


@pytest.fixture
def twin() -> Iterator[PyBulletEnvironment]:
    """A world of its own, since it stays a twin."""
    environment = PyBulletEnvironment(TinyRenderer())
    yield environment
    environment.close()


def test_a_twin_stands_where_the_scene_was_measured(
    environment: PyBulletEnvironment, twin: PyBulletEnvironment
) -> None:
    environment.reset(TrialSpec(seed=8, scene="random"))
    objects = measured(environment, 0.001, np.random.default_rng(0))
    twin.mirror(perceived(environment, objects))
    trial = twin.reset(TrialSpec())
    assert trial.task is None
    assert twin.verdict() is None
    world = twin.world()
    assert set(world) == {o.name for o in objects}
    for o in objects:
        assert world[o.name].position[:2] == pytest.approx(o.position[:2], abs=3e-3)
        assert world[o.name].position[2] == pytest.approx(world[o.name].size[2] / 2, abs=1e-3)
    assert trial.robot.cameras[0].frame(after=0.0, timeout_s=1.0).rgb.shape == (480, 640, 3)


def test_other_seeds_draw_the_errors_anew_and_the_same_seed_draws_the_same(twin: PyBulletEnvironment) -> None:
    thing = SceneObject(name="a", category="block", color="red", position=(0.5, 0.1, 0.02), size=(0.04, 0.04, 0.04))
    twin.mirror(perceived(twin, [thing]))

    def where(seed: int) -> tuple[float, ...]:
        twin.reset(TrialSpec(seed=seed))
        return twin.world()["a"].position

    drawn = [where(seed) for seed in (0, 1, 2, 1)]
    assert drawn[0][:2] == pytest.approx((0.5, 0.1), abs=2e-4)
    assert drawn[1] == drawn[3]
    assert len(set(drawn)) == 3
    assert all(np.hypot(x - 0.5, y - 0.1) < 0.01 for x, y, _ in drawn)


def test_what_the_hand_carries_is_between_the_fingers_of_the_twin(twin: PyBulletEnvironment) -> None:
    tool = Kinematics(twin.arm_info).pose(twin.arm_info.home)
    block = SceneObject(name="a", category="block", color="red", position=(0.5, 0.1, 0.02), size=(0.04, 0.04, 0.04))
    held = Carried(object=block, pose=Pose(tool.position, (0.0, 0.0, 0.0, 1.0)))
    twin.mirror(perceived(twin, [], (held,), width=0.04))
    twin.reset(TrialSpec())
    assert twin.world()["a"].position == pytest.approx(tool.position, abs=4e-3)
    assert twin.simulation.held() == {"a"}


def test_what_is_unknown_or_impossible_becomes_something_near(twin: PyBulletEnvironment) -> None:
    thing = SceneObject(
        name="thing", category="teapot", color="plaid", position=(0.5, 0.0, -0.01), size=(0.05, 0.04, 0.03)
    )
    twin.mirror(perceived(twin, [thing]))
    twin.reset(TrialSpec())
    state = twin.world()["thing"]
    assert (state.category, state.color, state.size) == ("block", "gray", (0.05, 0.04, 0.03))
    assert state.position[2] == pytest.approx(0.015, abs=1e-3)


def test_furniture_is_as_far_open_as_it_was_seen(twin: PyBulletEnvironment) -> None:
    body = SceneObject(
        name="white drawer", category="drawer", color="white", position=(0.6, 0.0, 0.045), size=(0.16, 0.18, 0.09),
        yaw=float(np.pi), joint=0.06,
    )  # fmt: skip
    handle = SceneObject(
        name="red handle", category="handle", color="red", position=(0.44, 0.0, 0.05), size=(0.02, 0.08, 0.02)
    )
    twin.mirror(perceived(twin, [body, handle]))
    twin.reset(TrialSpec())
    assert set(twin.world()) == {"white drawer", "red handle"}
    assert twin.world()["white drawer"].joint == pytest.approx(0.06, abs=2e-3)


def test_a_twin_of_nothing_is_refused(twin: PyBulletEnvironment) -> None:
    with pytest.raises(ConfigurationError, match="at least one"):
        twin.mirror(perceived(twin, []))
