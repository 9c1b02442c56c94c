"""Perceived objects as collision shapes: boxes, cylinders, spheres, and containers made of walls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import coal
import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.categories import BOARD, CONTAINERS, MARKINGS, PEG_PLATE, PEG_POST, category
from primitives.kinematics.poses import object_matrix, upright
from primitives.scene import SceneObject, Vector3

POST_MARGIN = 1.2
"""A peg's post is taken to be that many times as thick as it is."""
_SEGMENTS = 12
_PROBE = 0.001
"""Radius in m of the ball that stands for a point."""


@dataclass(frozen=True, slots=True)
class CollisionPart:
    """One convex shape of an object."""

    shape: coal.CollisionGeometry
    T: NDArray[np.float64]
    """(4, 4), takes shape-frame points to the base frame."""


def parts(obj: SceneObject) -> tuple[CollisionPart, ...]:
    """The convex shapes that cover `obj`, base frame; kept, since one look at the scene serves many checks."""
    return _kept(msgspec.structs.astuple(obj))


@lru_cache(maxsize=256)
def _kept(fields: tuple[Any, ...]) -> tuple[CollisionPart, ...]:
    """See `parts`: two looks at one thing are equal, but the thing may have moved between them."""
    return tuple(_parts(SceneObject(**dict(zip(SceneObject.__struct_fields__, fields, strict=True)))))


def distance_from(obj: SceneObject, point: Vector3) -> float:
    """How far `point` (x, y, z) is from the body of `obj`, in m; negative inside it, infinite where it has no body."""
    probe, at = coal.Sphere(_PROBE), coal.Transform3s(np.eye(3), np.array(point))
    gaps = [
        coal.distance(
            probe,
            at,
            part.shape,
            coal.Transform3s(part.T[:3, :3], part.T[:3, 3]),
            coal.DistanceRequest(),
            coal.DistanceResult(),
        )
        for part in parts(obj)
    ]
    return min(gaps, default=math.inf) + _PROBE


def _parts(obj: SceneObject) -> Iterable[CollisionPart]:
    sx, sy, sz = obj.size
    T = object_matrix(obj)
    match obj.category:
        case name if name in MARKINGS:
            return []
        case "bowl":
            return _bowl(obj, T)
        case "mug":
            return _mug(obj)
        case "box" if min(sx, sy) > 4 * category("box").wall:
            return _tray(obj, T)
        case "ball":
            return [CollisionPart(coal.Sphere(sx / 2), T)]
        case "drawer":
            return _drawer(obj, T)
        case "peg":
            plate = CollisionPart(coal.Box(sx, sy, PEG_PLATE), T @ _shift(0.0, 0.0, -(sz - PEG_PLATE) / 2))
            return [plate, CollisionPart(coal.Cylinder(sx * POST_MARGIN * PEG_POST / 2, sz), T)]
        case "cylinder" | "plate":
            return [CollisionPart(coal.Cylinder(max(sx, sy) / 2, sz), T)]
        case _:
            return [CollisionPart(coal.Box(sx, sy, sz), T)]


def opening(obj: SceneObject) -> tuple[float, float]:
    """Centre (x, y) in m of the opening of a hollow object: beside its own centre where a handle sticks out along its
    x axis."""
    x, y, _ = obj.position
    aside = (obj.size[0] - obj.size[1]) / 2 if category(obj.category).handled else 0.0
    return x - aside * math.cos(obj.yaw), y - aside * math.sin(obj.yaw)


def inner_radius(obj: SceneObject) -> float:
    """Largest circle in m that lies within the opening of a hollow object, or on a solid one."""
    radius = min(obj.size[0], obj.size[1]) / 2
    return radius - category(obj.category).wall if obj.category in CONTAINERS else radius


def floor_height(obj: SceneObject) -> float:
    """Height in m at which something inside a hollow `obj` rests."""
    return obj.position[2] - obj.size[2] / 2 + category(obj.category).floor


def foot_radius(obj: SceneObject) -> float:
    """Radius in m of the circle around the centre in which something lies flat on the floor of a hollow `obj`."""
    taper = category(obj.category).taper
    return min(obj.size[0], obj.size[1]) / 2 * taper if taper < 1.0 else inner_radius(obj)


def wall_lean(obj: SceneObject) -> float:
    """Angle in rad by which the wall of a hollow `obj` leans outward from the vertical."""
    return math.atan2(max(obj.size[0], obj.size[1]) / 2 * (1 - category(obj.category).taper), obj.size[2])


def _bowl(obj: SceneObject, T: NDArray[np.float64]) -> Iterator[CollisionPart]:
    """A wall that leans outward from the foot to the rim."""
    radius, height = max(obj.size[0], obj.size[1]) / 2, obj.size[2]
    lean = wall_lean(obj)
    yield from _ring(obj, T, height / math.cos(lean), radius * (1 + category(obj.category).taper) / 2, lean)


def _mug(obj: SceneObject) -> Iterator[CollisionPart]:
    """A straight wall, and the handle as one bar along the x axis."""
    sx, sy, sz = obj.size
    T = upright((*opening(obj), obj.position[2]), obj.yaw)
    yield from _ring(obj, T, sz, sy / 2, 0.0)
    if sx - sy > category(obj.category).wall:
        yield CollisionPart(coal.Box(sx - sy, 0.012, sz * 0.7), T @ _shift(sx / 2, 0.0, 0.0))


def _ring(
    obj: SceneObject, T: NDArray[np.float64], length: float, radius: float, lean: float
) -> Iterator[CollisionPart]:
    """A floor, and plates of `length` m around it whose outer middle is at `radius` m."""
    height, wall, floor = obj.size[2], category(obj.category).wall, category(obj.category).floor
    yield CollisionPart(
        coal.Cylinder(radius * (1 - math.sin(lean) / 2), floor), T @ _shift(0.0, 0.0, -(height - floor) / 2)
    )
    widest = radius + length / 2 * math.sin(lean)
    chord = 2 * widest * math.tan(math.pi / _SEGMENTS)
    for i in range(_SEGMENTS):
        turn = upright((0.0, 0.0, 0.0), 2 * math.pi * i / _SEGMENTS)
        yield CollisionPart(
            coal.Box(wall, chord, length), T @ turn @ _shift(radius - wall / 2, 0.0, 0.0) @ _turn_y(lean)
        )


def _tray(obj: SceneObject, T: NDArray[np.float64]) -> Iterator[CollisionPart]:
    sx, sy, sz = obj.size
    wall, floor = category(obj.category).wall, category(obj.category).floor
    yield CollisionPart(coal.Box(sx, sy, floor), T @ _shift(0.0, 0.0, -(sz - floor) / 2))
    for side in (-1, 1):
        yield CollisionPart(coal.Box(wall, sy, sz), T @ _shift(side * (sx - wall) / 2, 0.0, 0.0))
        yield CollisionPart(coal.Box(sx, wall, sz), T @ _shift(0.0, side * (sy - wall) / 2, 0.0))


def _drawer(obj: SceneObject, T: NDArray[np.float64]) -> Iterator[CollisionPart]:
    """The cupboard, the front, and what of the tray has come out: two sides and a floor."""
    sx, sy, sz = obj.size
    out, height = max(obj.joint or 0.0, 0.0), sz - BOARD
    yield CollisionPart(coal.Box(sx - BOARD, sy, sz), T @ _shift(-BOARD / 2, 0.0, 0.0))
    yield CollisionPart(coal.Box(BOARD, sy, height), T @ _shift(sx / 2 + out - BOARD / 2, 0.0, -BOARD / 2))
    if out > BOARD / 2:
        tray = T @ _shift((sx + out) / 2 - BOARD, 0.0, 0.0)
        yield CollisionPart(coal.Box(out, sy - 2 * BOARD, 1.5 * BOARD), tray @ _shift(0.0, 0.0, 1.25 * BOARD - sz / 2))
        for side in (-1, 1):
            yield CollisionPart(
                coal.Box(out, BOARD, height - 1.5 * BOARD), tray @ _shift(0.0, side * (sy / 2 - 1.5 * BOARD), 0.0)
            )


def _shift(x: float, y: float, z: float) -> NDArray[np.float64]:
    T = np.eye(4)
    T[:3, 3] = (x, y, z)
    return T


def _turn_y(angle: float) -> NDArray[np.float64]:
    T = np.eye(4)
    T[0, 0] = T[2, 2] = math.cos(angle)
    T[0, 2] = math.sin(angle)
    T[2, 0] = -T[0, 2]
    return T
