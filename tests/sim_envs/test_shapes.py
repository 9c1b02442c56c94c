"""Every category fills its box, faces outward, rests flat, and is hollow where it looks hollow."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.categories import SLIDING
from sim_envs.assets.body_shapes import shape_of
from sim_envs.assets.meshes import MARGIN
from sim_envs.physics.bodies import family_of
from sim_envs.physics.world import World
from sim_envs.robots.panda import panda
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, Placement, SceneSpec
from sim_envs.scenes.validation import resolved

RIGID = tuple(c for c in SIZES if c not in SLIDING)
EXTENTS = {name: [SIZES[name].default, tuple(1.2 * v for v in SIZES[name].default)] for name in RIGID}


@pytest.mark.parametrize("category", RIGID)
@pytest.mark.parametrize("which", [0, 1])
def test_mesh_fills_the_extent_and_faces_outward(category: str, which: int) -> None:
    extent = EXTENTS[category][which]
    mesh = shape_of(category, extent).mesh
    size = mesh.vertices.max(axis=0) - mesh.vertices.min(axis=0)
    assert size == pytest.approx(extent, rel=0.01)
    assert mesh.vertices.max(axis=0) + mesh.vertices.min(axis=0) == pytest.approx(np.zeros(3), abs=5e-4)
    a, b, c = (mesh.vertices[mesh.faces[:, k]].astype(np.float64) for k in range(3))
    winding = np.cross(b - a, c - a)
    solid = np.linalg.norm(winding, axis=1) > 1e-9
    facing = np.einsum("ij,ij->i", winding, mesh.normals[mesh.faces[:, 0]].astype(np.float64))
    assert (facing[solid] > 0).all()
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    assert volume > 0


@pytest.mark.parametrize("category", [c for c in RIGID if shape_of(c, SIZES[c].default).pieces])
def test_pieces_lie_within_what_is_seen(category: str) -> None:
    shape = shape_of(category, SIZES[category].default)
    low, high = shape.mesh.vertices.min(axis=0) + MARGIN, shape.mesh.vertices.max(axis=0) - MARGIN
    for piece in shape.pieces:
        assert (piece >= low - 1e-5).all()
        assert (piece <= high + 1e-5).all()


def settled(objects: list[ObjectSpec], positions: list[tuple[float, float, float]], steps: int = 120) -> World:
    from primitives.scene import Workspace

    specs = resolved(SceneSpec(tuple(objects)), Workspace()).objects
    world = World(family_of(specs), panda())
    world.arrange(specs, [Placement(p, 0.4) for p in positions])
    world.settle(steps)
    return world


def test_every_category_comes_to_rest_where_it_stands() -> None:
    objects = [ObjectSpec(c, "red") for c in RIGID]
    places = [
        (0.3 + 0.2 * (i % 3), 0.22 * (i // 3) - 0.22, SIZES[o.category].default[2] / 2) for i, o in enumerate(objects)
    ]
    world = settled(objects, places)
    try:
        assert world.speed() < 2e-3
        for place, state in zip(places, world.truth().values(), strict=True):
            assert state.position == pytest.approx(place, abs=3e-4), state.category
            assert abs(state.quaternion_xyzw[0]) + abs(state.quaternion_xyzw[1]) < 5e-3, state.category
    finally:
        world.close()


@pytest.mark.parametrize(("container", "depth"), [("bowl", 0.008), ("box", 0.008), ("plate", 0.007), ("mug", 0.008)])
def test_a_block_falls_in_and_rests_on_the_floor_of_it(container: str, depth: float) -> None:
    objects = [ObjectSpec(container, "green"), ObjectSpec("block", "red", size=0.025)]
    height = SIZES[container].default[2]
    # a mug's opening is not in the middle of its box, because of the handle
    x = 0.5 - 0.015 if container == "mug" else 0.5
    world = settled(objects[:1], [(0.5, 0.0, height / 2)], 1)
    world.close()
    specs = [*objects]
    world = World(family_of(specs), panda())
    named = [ObjectSpec(o.category, o.color, name=o.color, size=o.size) for o in specs]
    world.arrange(named, [Placement((0.5, 0.0, height / 2), 0.0), Placement((x, 0.0, height + 0.02), 0.1)])
    world.settle(300)
    try:
        block = world.truth()["red"]
        a, b, c, w = block.quaternion_xyzw
        down = np.abs([2 * (a * c - b * w), 2 * (b * c + a * w), 1 - 2 * (a * a + b * b)])  # of each axis of the block
        lowest = block.position[2] - 0.0125 * down.sum()
        assert lowest == pytest.approx(depth, abs=1e-3)  # upright, or leaning on the wall
        assert world.speed() < 2e-3
        assert block.position[:2] == pytest.approx((x, 0.0), abs=0.02)
    finally:
        world.close()
