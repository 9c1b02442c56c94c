"""What each category looks like and collides as. The frame's origin is the centre of the bounding box.

The walls of hollow things begin above the table, on a foot as thick as the floor, so that each rests on a few contacts
instead of one per piece, which makes the physics four times faster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from primitives.categories import CATEGORIES, NUT_HOLE, PEG_PLATE, PEG_POST
from primitives.scene import Vector3
from sim_envs.assets.meshes import (
    Mesh,
    Piece,
    box_mesh,
    box_piece,
    disc_piece,
    joined,
    revolved,
    sphere_mesh,
    wall_pieces,
)

MARBLE = 0.025
"""Diameter in m below which a ball is a smooth marble that pours, too small for the fingers to take."""
LIGHTEST = 0.03
"""kg. What is much lighter sinks into fingers that press with 40 N or more: the contact solver does not converge for
such mass ratios."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Geometry and weight of one object."""

    mesh: Mesh
    solid: Literal["box", "sphere", "cylinder", "pieces", "none"]
    """Exact primitive that it collides as, or convex `pieces`, or nothing."""
    pieces: tuple[Piece, ...]
    mass: float
    """kg."""
    rolling: float = 0.0
    """Rolling friction in m: what brings a ball to rest."""
    friction: float = 1.0
    """Lateral friction as a fraction of the ordinary."""


@lru_cache(maxsize=256)
def shape_of(category: str, extent: Vector3) -> Shape:
    """The shape of an object of a category of `primitives.categories`; `extent` (x, y, z) in m."""
    return _BUILDERS[category](*extent)


def _block(x: float, y: float, z: float) -> Shape:
    return Shape(_centered_box(x, y, z), "box", (), _mass(x * y * z, 600))


def _zone(x: float, y: float, z: float) -> Shape:
    return Shape(_centered_box(x, y, z), "none", (), 0.0)


def _ball(x: float, y: float, z: float) -> Shape:
    mass = _mass(np.pi / 6 * x * y * z, 500)
    if x < MARBLE:
        return Shape(sphere_mesh(x / 2), "sphere", (), mass / 3, rolling=0.0003, friction=0.3)
    return Shape(sphere_mesh(x / 2), "sphere", (), mass, rolling=0.0006)


def _cylinder(x: float, y: float, z: float) -> Shape:
    mesh = revolved([(0, -z / 2), (x / 2, -z / 2), (x / 2, z / 2), (0, z / 2)])
    return Shape(mesh, "cylinder", (), _mass(np.pi / 4 * x * y * z, 600), rolling=0.0003)


def _bowl(x: float, _y: float, z: float) -> Shape:
    kind = CATEGORIES["bowl"]
    wall, rim, foot = kind.wall, x / 2, kind.taper * x / 2
    low, floor, high = -z / 2, -z / 2 + kind.floor, z / 2
    profile = [
        (0, low),
        (foot, low),
        (foot + 0.004, floor - 0.002),
        (rim, high),
        (rim - wall, high),
        (foot, floor),
        (0, floor),
    ]
    section = [(foot - 0.002, floor - 0.003), (foot + 0.004, floor - 0.002), (rim, high), (rim - wall, high)]
    pieces = (disc_piece(foot, low, floor), *wall_pieces(section))
    return Shape(revolved(profile), "pieces", pieces, _mass(2.0 * np.pi * rim * 1.2 * z * wall, 1000))


def _plate(x: float, _y: float, z: float) -> Shape:
    kind = CATEGORIES["plate"]
    rim, foot, wall = x / 2, kind.taper * x / 2, kind.wall
    low, floor, high = -z / 2, -z / 2 + 0.5 * z, z / 2
    profile = [(0, low), (foot, low), (rim, high - 0.002), (rim, high), (rim - wall, high), (foot, floor), (0, floor)]
    section = [(foot - 0.002, floor - 0.002), (foot, low + 0.003), (rim, high - 0.002), (rim, high), (rim - wall, high)]
    pieces = (disc_piece(foot, low, floor), *wall_pieces(section))
    return Shape(revolved(profile), "pieces", pieces, _mass(np.pi * rim**2 * 0.5 * z, 1200))


def _box(x: float, y: float, z: float) -> Shape:
    wall, inset = CATEGORIES["box"].wall, 0.004
    hx, hy, low, high = x / 2, y / 2, -z / 2, z / 2
    floor = low + CATEGORIES["box"].floor
    parts = [
        ((-hx + inset, -hy + inset, low), (hx - inset, hy - inset, floor)),
        ((-hx, -hy, low + 0.005), (-hx + wall, hy, high)),
        ((hx - wall, -hy, low + 0.005), (hx, hy, high)),
        ((-hx + wall, -hy, low + 0.005), (hx - wall, -hy + wall, high)),
        ((-hx + wall, hy - wall, low + 0.005), (hx - wall, hy, high)),
    ]
    return _of_boxes(parts, 700)


def _mug(x: float, y: float, z: float) -> Shape:
    # the handle points along +x and makes the extent longer there than the diameter y
    radius, wall, low, high = y / 2, CATEGORIES["mug"].wall, -z / 2, z / 2
    floor, axis = low + CATEGORIES["mug"].floor, (-(x - y) / 2, 0.0)
    profile = [
        (0, low),
        (radius - 0.004, low),
        (radius, low + 0.005),
        (radius, high),
        (radius - wall, high),
        (radius - wall, floor),
        (0, floor),
    ]
    section = [(radius - wall, floor - 0.003), (radius, floor - 0.003), (radius, high), (radius - wall, high)]
    start, end = axis[0] + radius - 0.003, x / 2
    handle = [
        ((start, -0.005, high - 0.024), (end, 0.005, high - 0.014)),
        ((start, -0.005, low + 0.018), (end, 0.005, low + 0.028)),
        ((end - 0.008, -0.005, low + 0.018), (end, 0.005, high - 0.014)),
    ]
    if x - y < 0.01:  # a cup, too narrow for a handle
        handle.clear()
    pieces = (
        disc_piece(radius - 0.004, low, floor, center=axis),
        *wall_pieces(section, center=axis),
        *(box_piece(*h) for h in handle),
    )
    mesh = joined([revolved(profile, center=axis), *(box_mesh(*h) for h in handle)])
    return Shape(mesh, "pieces", pieces, _mass(2 * np.pi * radius * z * wall, 1500))


def _odd(x: float, y: float, z: float) -> Shape:
    # an L: a foot along x and a taller part over half of it
    hx, hy, hz = x / 2, y / 2, z / 2
    return _of_boxes([((-hx, -hy, -hz), (hx, hy, 0.0)), ((-hx, -hy, 0.0), (0.0, hy, hz))], 600)


def _nut(x: float, y: float, z: float) -> Shape:
    # a square ring
    hx, hy, ix, iy, hz = x / 2, y / 2, NUT_HOLE / 2 * x, NUT_HOLE / 2 * y, z / 2
    parts = [
        ((-hx, -hy, -hz), (-ix, hy, hz)),
        ((ix, -hy, -hz), (hx, hy, hz)),
        ((-ix, -hy, -hz), (ix, -iy, hz)),
        ((-ix, iy, -hz), (ix, hy, hz)),
    ]
    return _of_boxes(parts, 1200)


def _peg(x: float, y: float, z: float) -> Shape:
    # a round post on a square plate
    radius, low, plate = PEG_POST / 2 * x, -z / 2, -z / 2 + PEG_PLATE
    base = ((-x / 2, -y / 2, low), (x / 2, y / 2, plate))
    profile = [(radius, plate), (radius, z / 2 - 0.003), (radius - 0.003, z / 2), (0, z / 2)]
    pieces = (box_piece(*base), disc_piece(radius, plate, z / 2))
    return Shape(joined([box_mesh(*base), revolved(profile)]), "pieces", pieces, _mass(x * y * PEG_PLATE, 1000))


def _of_boxes(parts: list[tuple[tuple[float, float, float], tuple[float, float, float]]], density: float) -> Shape:
    volume = sum(float(np.prod(np.subtract(high, low))) for low, high in parts)
    pieces = tuple(box_piece(*p) for p in parts)
    return Shape(joined([box_mesh(*p) for p in parts]), "pieces", pieces, _mass(volume, density))


def _centered_box(x: float, y: float, z: float) -> Mesh:
    return box_mesh((-x / 2, -y / 2, -z / 2), (x / 2, y / 2, z / 2))


def _mass(volume: float, density: float) -> float:
    return max(LIGHTEST, float(volume) * density)


_BUILDERS: dict[str, Callable[[float, float, float], Shape]] = {
    "block": _block,
    "bowl": _bowl,
    "plate": _plate,
    "zone": _zone,
    "cylinder": _cylinder,
    "ball": _ball,
    "box": _box,
    "mug": _mug,
    "object": _odd,
    "nut": _nut,
    "peg": _peg,
}
