"""One place where an object could come to lie."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import shapely

from primitives import relations
from primitives.scene import SceneObject, Vector3

RELEASE_GAP = 0.002
"""Height above the support at which the fingers let go, in m: perception's error in height."""


@dataclass(frozen=True, slots=True)
class PlacementSpot:
    """A place for the centre of an object, and what it rests on there."""

    position: Vector3
    """Centre of the object when let go, m, base frame."""
    yaws: tuple[float, ...]
    """Object yaws to try, rad, the tidiest first."""
    support: str = "table"
    reach: float = 0.015
    """How far from `position`, horizontally, it may come to rest, in m."""
    rest: float | None = None
    """Height of its centre at rest in m, where that is known beforehand."""


def turns(yaw: float) -> tuple[float, ...]:
    """Aligned with `yaw` in four ways, then in between."""
    quarters = [k * math.pi / 2 for k in range(4)]
    return tuple(yaw + q for q in quarters) + tuple(yaw + math.pi / 4 + q for q in quarters)


def outline(obj: SceneObject, at: tuple[float, float], yaw: float) -> shapely.Polygon:
    """Footprint of `obj` if it lay centred at `at` (m), turned by `yaw` rad."""
    return relations.footprint(msgspec.structs.replace(obj, position=(*at, 0.0), yaw=yaw))
