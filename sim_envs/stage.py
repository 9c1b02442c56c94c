"""A world as renderers see it: items with meshes and colours that stay, and poses that change."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from primitives.colors import COLORS
from sim_envs import panda
from sim_envs.bullet import p
from sim_envs.loading import TABLE_CENTER, TABLE_COLOR, TABLE_SIZE
from sim_envs.mesh import Mesh, box_mesh
from sim_envs.obj_files import read_obj
from sim_envs.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """Something to draw."""

    mesh: Mesh
    color: tuple[float, float, float]
    """sRGB in [0, 1]."""


def items(world: World, *, low_poly: bool) -> list[Item]:
    """The table, the robot's links and the objects, in the order of `poses`."""
    table = [Item(_table_mesh(), _unit(TABLE_COLOR))]
    robot = [Item(read_obj(path), (1.0, 1.0, 1.0)) for _, path, _ in _links(low_poly=low_poly)]
    return table + robot + [Item(b.shape.mesh, _unit(COLORS[b.spec.color])) for b in world.bodies]


def poses(world: World) -> NDArray[np.float64]:
    """(N, 4, 4) pose of each item in the base frame, as it is now."""
    links = _links(low_poly=True)
    moving = [link for link, _, _ in links if link >= 0]
    states = p.getLinkStates(world.panda, moving, computeForwardKinematics=1, physicsClientId=world.client)
    frames = {link: (s[4], s[5]) for link, s in zip(moving, states, strict=True)}
    pairs = [frames.get(link, ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))) for link, _, _ in links]
    pairs += [world.pose(b.id) for b in world.bodies]
    found = np.tile(np.eye(4), (len(pairs) + 1, 1, 1))
    found[0, :3, 3] = TABLE_CENTER
    found[1:, :3, 3] = [position for position, _ in pairs]
    found[1:, :3, :3] = _rotations(np.array([quaternion for _, quaternion in pairs]))
    found[1 : len(links) + 1] = found[1 : len(links) + 1] @ np.stack([offset for _, _, offset in links])
    return found


@lru_cache(maxsize=2)
def _links(*, low_poly: bool) -> tuple[tuple[int, Path, NDArray[np.float64]], ...]:
    """Link index in Bullet (-1 for the base), mesh and offset of each visible link of the Panda."""
    found: list[tuple[int, Path, NDArray[np.float64]]] = []
    for index, link in enumerate(ET.parse(panda.urdf(low_poly=low_poly)).getroot().iter("link")):
        visual = link.find("visual")
        if visual is None:
            continue
        mesh = visual.find("geometry/mesh")
        assert mesh is not None
        offset = np.eye(4)
        origin = visual.find("origin")
        if origin is not None:
            turn = float(origin.get("rpy", "0 0 0").split()[2])
            offset[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        found.append((index - 1, Path(mesh.get("filename", "")), offset))
    return tuple(found)


@lru_cache(maxsize=1)
def _table_mesh() -> Mesh:
    half = [e / 2 for e in TABLE_SIZE]
    return box_mesh([-h for h in half], half)


def _unit(color: tuple[int, int, int]) -> tuple[float, float, float]:
    return (color[0] / 255, color[1] / 255, color[2] / 255)


def _rotations(q: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3, 3) from unit quaternions xyzw (N, 4)."""
    x, y, z, w = q.T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=1),
            np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=1),
            np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )
