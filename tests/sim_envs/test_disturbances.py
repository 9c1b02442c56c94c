"""Disturbances do what their names say, when the seed says, and after a restore as well."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_matrix
from primitives.scene import Pose
from sim_envs.physics.bodies import family_of
from sim_envs.physics.overrides import Physics
from sim_envs.physics.world import STEP, World
from sim_envs.rendering.light import drawn_light
from sim_envs.robots.panda import panda
from sim_envs.robots.sim_arm import SimArm
from sim_envs.scenes.disturbances import (
    BASELINE,
    SETS,
    SLIP_FRICTION,
    SLIP_SECONDS,
    drawn_factors,
    drawn_slips,
    with_clutter,
)
from sim_envs.scenes.scene_spec import ObjectSpec, Placement, SceneSpec

BLOCK = [ObjectSpec("block", "red", name="block")]
SLIP_AT = 1400


@pytest.fixture
def world() -> Iterator[World]:
    world = World(family_of(BLOCK), panda())
    yield world
    world.close()


def lifted(world: World, physics: Physics) -> SimArm:
    """An arm that holds the block 18 cm above the table."""
    world.arrange(BLOCK, [Placement((0.5, 0.0, 0.02), 0.0)], physics)
    arm = SimArm(world)
    kinematics = Kinematics(arm.info)
    for z in (0.1, 0.02, 0.2):
        q = arm.state().q
        goal = kinematics.solve(pose_matrix(Pose.top_down(0.5, 0.0, z)), q)
        assert goal is not None
        arm.start_joint_path(np.array([q, goal]), arm.info.limits.scaled(0.5)).wait(10.0)
        if z == 0.02:
            arm.start_gripper(0.0, 0.1, 20.0).wait(3.0)
    assert world.steps < SLIP_AT
    return arm


def height(world: World) -> float:
    return world.truth()["block"].position[2]


def hold(world: World, until: int) -> None:
    while world.steps < until:
        world.step()


def test_a_slip_drops_what_is_held_and_only_then(world: World) -> None:
    lifted(world, Physics(slips=(SLIP_AT,), slip_steps=120, slip_friction=SLIP_FRICTION))
    hold(world, SLIP_AT)
    assert height(world) > 0.15
    held = world.save()
    hold(world, SLIP_AT + 200)
    assert height(world) < 0.1
    fallen = world.truth()
    world.restore(held)
    assert height(world) > 0.15
    hold(world, SLIP_AT + 200)
    assert world.truth() == fallen
    lifted(world, Physics())
    hold(world, SLIP_AT + 200)
    assert height(world) > 0.15


def test_slips_come_at_their_rate() -> None:
    rng = np.random.default_rng(0)
    counts = [len(drawn_slips(0.05, rng, step_s=STEP, horizon_s=600.0)) for _ in range(100)]
    assert np.mean(counts) == pytest.approx(30, rel=0.1)
    slips = drawn_slips(0.05, rng, step_s=STEP)
    assert list(slips) == sorted(slips)
    assert slips[-1] * STEP < 600
    assert drawn_slips(0.0, rng, step_s=STEP) == ()


def test_factors_and_light_stay_within_their_range() -> None:
    rng = np.random.default_rng(0)
    factors = drawn_factors(0.3, 500, rng)
    assert 0.7 <= min(factors) < 0.75
    assert 1.25 < max(factors) <= 1.3
    lights = [drawn_light(0.15, rng) for _ in range(200)]
    assert all(0.79 <= c <= 1.0 for light in lights for c in light.color)
    assert len({light.direction for light in lights}) == 200
    assert drawn_light(0.0, rng) == drawn_light(0.0, rng)


def test_clutter_has_colors_of_its_own() -> None:
    scene = SceneSpec((ObjectSpec("block", "red"), ObjectSpec("bowl", "green")))
    crowded = with_clutter(scene, 4, np.random.default_rng(0))
    assert crowded.objects[:2] == scene.objects
    assert len(crowded.objects) == 6
    assert {"red", "green"}.isdisjoint(o.color for o in crowded.objects[2:])
    assert with_clutter(scene, 0, np.random.default_rng(0)) is scene


MILD = {"disparity_noise": 0.03, "dropout": 0.002, "edge_dropout": 0.2}
SENSOR = {
    "disparity_noise": 0.08,
    "dropout": 0.02,
    "edge_dropout": 0.6,
    "color_noise": 4.0,
    "camera_offset": 0.002,
    "camera_turn": 0.15,
    "light_change": 0.15,
}
REAL = {
    "stereo_noise": 0.0015,
    "stereo_window": 2,
    "holes": 0.01,
    "color_noise": 2.0,
    "camera_offset": 0.002,
    "camera_turn": 0.15,
    "depth_scale": 0.005,
    "darkest": 0.6,
    "brightest": 1.25,
    "warmest": 3500.0,
    "coldest": 7500.0,
    "shadows": 0.8,
    "side_light": 0.3,
    "highlights": 0.15,
    "table_tops": 0.7,
    "latency": 0.05,
    "joint_offset": 0.3,
}
PHYSICS = {"friction_change": 0.3, "mass_change": 0.5, "slip_rate": 0.03}


def test_the_sets_are_what_results_were_measured_under() -> None:
    """Changing a value makes new results incomparable with old ones: change it here as well, and say so."""
    values = {
        name: {k: v for k, v in msgspec.structs.asdict(strengths).items() if v != getattr(SETS["none"], k)}
        for name, strengths in SETS.items()
        if not name.startswith("real-")
    }
    assert values == {
        "none": {},
        "mild": MILD,
        "sensor": SENSOR,
        "physics": MILD | PHYSICS,
        "clutter": MILD | {"clutter": 3},
        "hard": SENSOR | PHYSICS | {"clutter": 2},
        "real": REAL,
    }
    assert (BASELINE, SLIP_SECONDS, SLIP_FRICTION) == (0.05, 0.4, 0.002)
