"""A world as renderers see it: items with meshes and colours that stay, and poses that change."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from primitives.colors import COLORS
from sim_envs.assets.meshes import Mesh, box_mesh
from sim_envs.assets.obj_files import read_obj
from sim_envs.physics.body_loading import TABLE_CENTER, TABLE_COLOR, TABLE_SIZE
from sim_envs.physics.bullet import p
from sim_envs.physics.world import World

BOX_TINT = 0.35
"""Grey of the boxes of a robot, in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """Something to draw."""

    mesh: Mesh
    color: tuple[float, float, float]
    """sRGB in [0, 1]."""


def items(world: World, *, low_poly: bool) -> list[Item]:
    """The table, the robot's links and the objects, in the order of `poses`."""
    robot = world.arm.robot
    links = _links(robot.body if low_poly else robot.info.urdf)
    table = [Item(_table_mesh(), _unit(TABLE_COLOR))]
    arm = [Item(mesh, (1.0, 1.0, 1.0)) for _, mesh, _ in links]
    return table + arm + [Item(v.mesh, _unit(COLORS[v.color])) for v in world.visuals]


def link_names(world: World) -> list[str]:
    """The visible links of the robot, in the order of `items` and `poses`."""
    return [name for name, _, _ in _links(world.arm.robot.body)]


def poses(world: World) -> NDArray[np.float64]:
    """(N, 4, 4) pose of each item in the base frame, as it is now."""
    arm = world.arm
    links = _links(arm.robot.body)
    indices = [arm.links[name] for name, _, _ in links]
    moving = [index for index in indices if index >= 0]
    states = p.getLinkStates(arm.body, moving, computeForwardKinematics=1, physicsClientId=world.client)
    frames = {index: (s[4], s[5]) for index, s in zip(moving, states, strict=True)}
    pairs = [frames.get(index, ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))) for index in indices]
    pairs += [world.pose(v.body, v.link) for v in world.visuals]
    found = np.tile(np.eye(4), (len(pairs) + 1, 1, 1))
    found[0, :3, 3] = TABLE_CENTER
    found[1:, :3, 3] = [position for position, _ in pairs]
    found[1:, :3, :3] = _rotations(np.array([quaternion for _, quaternion in pairs]))
    found[1 : len(links) + 1] = found[1 : len(links) + 1] @ np.stack([offset for _, _, offset in links])
    return found


@lru_cache(maxsize=4)
def _links(urdf: Path) -> tuple[tuple[str, Mesh, NDArray[np.float64]], ...]:
    """Name, mesh and offset of each visible link of a robot; an origin may be turned about z."""
    found: list[tuple[str, Mesh, NDArray[np.float64]]] = []
    for link in ET.parse(urdf).getroot().iter("link"):
        visual = link.find("visual")
        if visual is None:
            continue
        offset = np.eye(4)
        origin = visual.find("origin")
        if origin is not None:
            turn = _floats(origin.get("rpy", "0 0 0"))[2]
            offset[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
            offset[:3, 3] = _floats(origin.get("xyz", "0 0 0"))
        found.append((link.get("name", ""), _visible(visual), offset))
    return tuple(found)


def _visible(visual: ET.Element) -> Mesh:
    """The mesh of a <visual> element, a file or a box."""
    file, box = visual.find("geometry/mesh"), visual.find("geometry/box")
    if file is not None:
        return read_obj(Path(file.get("filename", "")))
    assert box is not None
    half = [e / 2 for e in _floats(box.get("size", ""))]
    return replace(mesh := box_mesh([-h for h in half], half), tint=np.full_like(mesh.vertices, BOX_TINT))


def _floats(text: str) -> list[float]:
    return [float(part) for part in text.split()]


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
