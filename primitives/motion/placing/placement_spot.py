"""One place where an object could come to lie, and how turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import shapely

from primitives import relations
from primitives.categories import ROUND, category
from primitives.scene import SceneObject, Vector3

RELEASE_GAP = 0.002
"""Height above the support at which the fingers let go, in m: perception's error in height."""
LONG = 1.2
"""Length over width of an object from which on it matters which way round it lies."""

Yaws: TypeAlias = tuple[tuple[float, ...], ...]
"""Object yaws in rad to try: groups, the tidiest first, whose members are as good as each other."""


@dataclass(frozen=True, slots=True)
class PlacementSpot:
    """A place for the centre of an object, and what it rests on there."""

    position: Vector3
    """Centre of the object when let go, m, base frame."""
    yaws: Yaws
    supports: tuple[str, ...] = ("table",)
    """Everything that carries it there."""
    reach: float = 0.015
    """How far from `position`, horizontally, it may come to rest, in m."""
    rest: float | None = None
    """Height of its centre at rest in m, where that is known beforehand."""


def is_long(obj: SceneObject) -> bool:
    """Whether `obj` is clearly longer than it is wide."""
    return max(obj.size[:2]) > LONG * min(obj.size[:2])


def equivalent_yaws(obj: SceneObject, yaw: float) -> tuple[float, ...]:
    """Yaws in rad at which `obj` looks as it does at `yaw`, itself first."""
    if category(obj.category).handled:
        return (yaw,)
    count = 2 if is_long(obj) else 4
    return tuple(yaw + 2 * math.pi * k / count for k in range(count))


def turns(obj: SceneObject, tidy: float) -> Yaws:
    """Aligned with `tidy` rad, then across it, then in between."""
    quarter = math.pi / 2
    if not is_long(obj):
        return tuple(tuple(first + k * quarter for k in range(4)) for first in (tidy, tidy + quarter / 2))
    return tuple((first, first + math.pi) for first in (tidy + k * quarter for k in (0, 1, 0.5, 1.5)))


def preferred_yaws(obj: SceneObject, tidy: float, wanted: float | None) -> Yaws:
    """The yaws in rad to try for `obj`.

    Args:
        obj: what is put down.
        tidy: direction with which it is aligned where nothing else is asked for.
        wanted: the yaw that was asked for, which is then the only one; without it a long thing keeps its own where
            it can.
    """
    if wanted is not None:
        return (equivalent_yaws(obj, wanted),)
    if is_long(obj) and obj.category not in ROUND:
        across = min((tidy, tidy + math.pi / 2), key=lambda a: abs(math.remainder(a - obj.yaw, math.pi)))
        return (equivalent_yaws(obj, obj.yaw), *turns(obj, across))
    return turns(obj, tidy)


def outline(obj: SceneObject, at: tuple[float, float], yaw: float) -> shapely.Polygon:
    """Footprint of `obj` if it lay centred at `at` (m), turned by `yaw` rad."""
    return relations.footprint(msgspec.structs.replace(obj, position=(*at, 0.0), yaw=yaw))
