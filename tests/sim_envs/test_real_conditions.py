"""The conditions of a real table, kind by kind: they do what they say, from the seed, and say what was drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.robot import Frame
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.apparent_poses import apparent_poses
from sim_envs.rendering.render_items import poses
from sim_envs.rendering.stereo_depth import correlated, measured_depth
from sim_envs.rendering.table_tops import MATERIALS, SHAPE, table_top
from sim_envs.rendering.white_balance import NEUTRAL, tint
from sim_envs.scenes.disturbances import REAL_PARTS


@pytest.fixture(scope="module")
def environment() -> Iterator[PyBulletEnvironment]:
    made = PyBulletEnvironment()
    yield made
    made.close()


def frame(environment: PyBulletEnvironment, disturbances: str, seed: int = 3) -> tuple[Frame, dict[str, object]]:
    trial = environment.reset(TrialSpec(seed=seed, disturbances=disturbances))
    return trial.robot.cameras[1].frame(after=0.0, timeout_s=1.0), dict(trial.conditions)


@pytest.mark.parametrize("name", [n for n in REAL_PARTS if n not in ("real-extrinsics", "real-latency")])
def test_each_part_changes_the_image_and_the_seed_repeats_it(environment: PyBulletEnvironment, name: str) -> None:
    clean, _ = frame(environment, "mild")
    first, conditions = frame(environment, name)
    again, repeated = frame(environment, name)
    assert np.array_equal(first.rgb, again.rgb)
    assert np.array_equal(first.depth, again.depth)
    assert conditions == repeated
    other, _ = frame(environment, name, seed=4)
    assert not np.array_equal(first.rgb, other.rgb)
    assert not (np.array_equal(first.rgb, clean.rgb) and np.array_equal(first.depth, clean.depth))


def test_results_say_what_was_drawn(environment: PyBulletEnvironment) -> None:
    _, conditions = frame(environment, "real", seed=1)
    drawn = {name for name in conditions if name.startswith("drawn_")}
    assert {"drawn_exposure", "drawn_color", "drawn_depth_scale", "drawn_joint_offset_deg"} <= drawn
    assert all(isinstance(value, (float, int, str, bool)) for value in conditions.values())
    _, ordinary = frame(environment, "mild")
    assert not any(name.startswith("drawn_") for name in ordinary)


@pytest.mark.parametrize("material", MATERIALS)
def test_table_tops_are_drawn_from_the_seed(material: str) -> None:
    top = table_top(material, 1)
    assert top.rgb.shape == (*SHAPE, 3)
    assert 20 < top.rgb.mean() < 245
    assert not np.array_equal(top.rgb, table_top(material, 1001).rgb) or material in ("white", "dark")


def test_stereo_noise_grows_with_the_square_of_the_distance_and_is_shared_by_neighbours() -> None:
    rng = np.random.default_rng(0)
    for distance in (0.5, 1.0):
        flat = np.full((480, 640), distance, np.float32)
        seen = measured_depth(flat, 30.0, noise=0.0015, window=2, holes=0.0, rng=rng)
        # the borders of the image have no partner in the other one
        off = (seen - flat)[:, 80:-80]
        assert np.std(off) == pytest.approx(0.0015 * distance**2, rel=0.1)
        assert np.corrcoef(off[:, :-1].ravel(), off[:, 1:].ravel())[0, 1] > 0.9
    assert np.std(correlated((400, 400), 2.5, rng)) == pytest.approx(1.0, rel=0.1)


def test_stereo_sees_nothing_beside_an_edge_and_rounds_it() -> None:
    step = np.full((60, 200), 1.0, np.float32)
    step[:, 100:] = 0.8
    seen = measured_depth(step, 30.0, noise=0.0, window=2, holes=0.0, rng=np.random.default_rng(0))
    row = seen[30]
    assert (row[93:99] == 0).any()
    assert row[120] == pytest.approx(0.8, abs=1e-4)
    assert 0.8 < row[100] < 1.0
    patchy = measured_depth(
        np.ones((400, 400), np.float32), 30.0, noise=0.0, window=0, holes=0.05, rng=np.random.default_rng(0)
    )
    assert (patchy == 0).mean() == pytest.approx(0.05, abs=0.02)


def test_warm_light_is_orange_and_cold_light_blue() -> None:
    assert tint(NEUTRAL) == pytest.approx((1.0, 1.0, 1.0))
    red, green, blue = tint(2700)
    assert red == 1.0
    assert red > green > blue
    red, green, blue = tint(8000)
    assert red < green < blue


def test_an_image_that_comes_late_shows_where_things_were(environment: PyBulletEnvironment) -> None:
    environment.reset(TrialSpec(seed=3, disturbances="real-latency"))
    world = environment.simulation
    assert apparent_poses(world, latency=0.1, joint_offset=None) is None  # nothing moves
    q = world.joints()[0]
    before = poses(world)
    for step in range(120):
        world.drive([v + 0.001 * step * (i == 3) for i, v in enumerate(q)], [0.24 * (i == 3) for i in range(len(q))])
        world.step()
        if step == 119 - 24:
            before = poses(world)
    now, shown = poses(world), apparent_poses(world, latency=0.1, joint_offset=None)
    assert shown is not None
    moved = np.linalg.norm((now - before)[:, :3, 3], axis=1)
    assert moved.max() > 0.005
    assert np.linalg.norm((shown - before)[:, :3, 3], axis=1).max() < 0.1 * moved.max()
