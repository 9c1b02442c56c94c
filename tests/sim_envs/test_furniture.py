"""Furniture slides, stays, latches, is restored bit for bit, and is refused where it makes no sense."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from primitives.categories import SLIDING, travel
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.scene import Workspace
from sim_envs.assets.furniture_shapes import furniture_of, part_mesh
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.bodies import family_of
from sim_envs.physics.bullet import p
from sim_envs.physics.furniture_joints import SLIDER
from sim_envs.physics.world import World, WorldState
from sim_envs.robots.panda import panda
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, Placement, SceneSpec, footprint
from sim_envs.scenes.validation import resolved
from tests.sim_envs.test_exactness import Command, digest, run

PLACES = {"drawer": (0.58, 0.15), "door": (0.62, -0.15), "button": (0.40, 0.0)}


def world_of(**joints: float) -> World:
    specs = resolved(
        SceneSpec(tuple(ObjectSpec(c, "red", accent="white", joint=j) for c, j in joints.items())), Workspace()
    )
    world = World(family_of(specs.objects), panda())
    place(world, specs)
    return world


def place(world: World, specs: SceneSpec) -> None:
    places = [Placement((*PLACES[o.category], o.extent[2] / 2), math.pi) for o in specs.objects]
    world.arrange(specs.objects, places)


def push(world: World, number: int, force: float, steps: int) -> float:
    """Push the slider along its axis; where it is in the end."""
    body = world.bodies[number].id
    axis = furniture_of(*world.family[number][:2]).axis
    for _ in range(steps):
        p.applyExternalForce(
            body, SLIDER, [force * a for a in axis], [0, 0, 0], p.LINK_FRAME, physicsClientId=world.client
        )
        world.step()
    return joint(world, number)


def joint(world: World, number: int = 0) -> float:
    found = world.truth()[world.bodies[number].spec.name or ""].joint
    assert found is not None
    return found


@pytest.mark.parametrize("category", SLIDING)
def test_a_slider_goes_as_far_as_it_may_and_a_handle_goes_with_it(category: str) -> None:
    most = travel(category, SIZES[category].default)
    with closing(world_of(**{category: 0.0})) as world:
        handle = world.truth().get("white handle")
        assert push(world, 0, 10.0, 300) == pytest.approx(most, abs=1e-3)
        if handle is not None:
            moved = np.subtract(world.truth()["white handle"].position, handle.position)
            x, y, z = furniture_of(category, SIZES[category].default).axis
            assert moved == pytest.approx((-x * most, -y * most, z * most), abs=1e-3)
        assert push(world, 0, -10.0, 300) == pytest.approx(0.0, abs=2e-3)


@pytest.mark.parametrize("category", ["drawer", "door"])
def test_friction_holds_a_slider_where_it_is(category: str) -> None:
    with closing(world_of(**{category: 0.05})) as world:
        assert push(world, 0, 1.0, 240) == pytest.approx(0.05, abs=1e-3)
        assert push(world, 0, 3.0, 60) > 0.055


def test_a_button_springs_back_until_it_latches() -> None:
    with closing(world_of(button=0.0)) as world:
        push(world, 0, 5.0, 6)
        halfway = joint(world)
        assert 0.002 < halfway < 0.012
        world.settle(240)
        assert joint(world) < 0.002
        push(world, 0, 12.0, 120)
        world.settle(240)
        assert joint(world) > 0.019


def test_joints_are_part_of_a_snapshot() -> None:
    with closing(world_of(drawer=0.03, button=0.0)) as world:

        def digest_of(world: World) -> list[float]:
            return [joint(world, 0), joint(world, 1)]

        push(world, 0, 4.0, 20)
        push(world, 1, 12.0, 20)  # half way down, latching
        saved: WorldState = world.save()
        ends: list[list[float]] = []
        for _ in range(2):
            here = digest_of(world)
            push(world, 0, 3.0, 40)
            push(world, 1, -1.0, 40)
            ends.append([*here, *digest_of(world)])
            push(world, 0, -9.0, 200)
            push(world, 1, -20.0, 200)
            world.restore(saved)
        assert ends[0] == ends[1]


def test_a_world_of_the_family_starts_where_it_is_told_to() -> None:
    with closing(world_of(drawer=0.0)) as world:
        push(world, 0, 10.0, 100)
        specs = resolved(SceneSpec((ObjectSpec("drawer", "blue", accent="yellow", joint=0.07),)), Workspace())
        assert family_of(specs.objects) == world.family
        place(world, specs)
        assert joint(world) == pytest.approx(0.07)
        world.settle(24)
        assert joint(world) == pytest.approx(0.07, abs=1e-4)
        assert {s.color for s in world.truth().values()} == {"blue", "yellow"}


SCENE = """
[[objects]]
category = "drawer"
color = "red"
position = [0.56, 0.0]
yaw = 3.14159
joint = 0.04
[[objects]]
category = "button"
color = "blue"
position = [0.45, -0.22]
[[objects]]
category = "nut"
color = "orange"
position = [0.45, 0.22]
"""


def test_a_scene_of_furniture_ends_alike_in_a_used_world_and_in_a_new_one(
    environment: PyBulletEnvironment, tmp_path: Path
) -> None:
    file = tmp_path / "furniture.toml"
    file.write_text(SCENE)
    ends: list[tuple[str, list[float | None]]] = []
    program = [Command((0.0, 1.0, 0.0, 0.3, 0.0, 0.4, 0.0), 0.0), Command((0.3, 0.8, 0.0, -0.4, 0.0, 0.4, 0.0), 0.0)]
    for world in (environment, environment, PyBulletEnvironment()):
        arm = world.reset(TrialSpec(scene=str(file), disturbances="none")).robot.arm
        for command in program:
            run(arm, command)
        ends.append((digest(world, arm), [o.joint for o in world.world().values()]))
        if world is not environment:
            world.close()
    assert ends[0] == ends[1] == ends[2]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (ObjectSpec("drawer", "red", accent="red"), "both 'red'"),
        (ObjectSpec("drawer", "red", accent="blurple"), "accent"),
        (ObjectSpec("drawer", "red", joint=0.5), "0 to 0.104 m"),
        (ObjectSpec("door", "red", joint=math.nan), "joint"),
        (ObjectSpec("block", "red", joint=0.01), "has no joint"),
        (ObjectSpec("bowl", "red", accent="blue"), "has no accent"),
        (ObjectSpec("button", "red", size=0.5), "out of bounds"),
    ],
)
def test_furniture_that_cannot_be_is_refused(spec: ObjectSpec, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        resolved(SceneSpec((spec,)), Workspace())


def test_room_is_kept_in_front_of_a_drawer() -> None:
    drawer = ObjectSpec("drawer", "red", position=(0.6, 0.0), yaw=math.pi)
    assert footprint(drawer).bounds[0] == pytest.approx(0.6 - 0.08 - 0.045 - 0.104, abs=1e-3)
    with pytest.raises(ConfigurationError, match="overlap"):
        resolved(SceneSpec((drawer, ObjectSpec("block", "blue", position=(0.42, 0.0)))), Workspace())


@pytest.mark.parametrize("category", SLIDING)
def test_the_closed_body_fills_its_extent(category: str) -> None:
    extent = SIZES[category].default
    furniture = furniture_of(category, extent)
    vertices = np.concatenate([part_mesh(part).vertices for part in (furniture.body, furniture.slider)])
    assert vertices.max(axis=0) - vertices.min(axis=0) == pytest.approx(extent, abs=1e-6)
