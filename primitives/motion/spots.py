"""Where a held object could come to lie: on or in a thing, within a region, or at a point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from primitives import relations
from primitives.motion.obstacles import HOLLOW, ROUND, floor_height, foot_radius, inner_radius
from primitives.scene import Region, SceneObject, Target, Vector3

RELEASE_GAP = 0.002
"""Height above the support at which the fingers let go, in m; perception's error in height."""
GRID = 0.01
"""Distance between the free spots that are tried, in m."""
ROOM = 0.030
"""Gap to the neighbours at which a spot counts as roomy: a finger fits, in m."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for the centre of an object, and what it rests on there."""

    position: Vector3
    """Centre of the object when let go, m, base frame."""
    yaws: tuple[float, ...]
    """Object yaws to try, rad, the tidiest first."""
    support: str = "table"
    reach: float = 0.015
    """How far from `position`, horizontally, it may come to rest, in m."""


def spots(held: SceneObject, target: Target, objects: Sequence[SceneObject]) -> Iterator[Spot]:
    """Spots for `held` at `target`, best first.

    Args:
        held: what is put down.
        target: where.
        objects: the rest of the scene.
    """
    match target:
        case Region():
            yield from _in_region(held, target, objects)
        case SceneObject() if target.category in HOLLOW:
            yield from _in_hollow(held, target)
        case SceneObject() if target.category in ("plate", "zone"):
            yield from _on_flat(held, target, objects)
        case SceneObject():
            x, y, _ = target.position
            yield Spot((x, y, target.top + held.size[2] / 2 + RELEASE_GAP), _turns(target.yaw), target.name)
        case (x, y):
            height, support = _surface_at(held, (x, y), objects)
            yield Spot((x, y, height + held.size[2] / 2 + RELEASE_GAP), _turns(0.0), support)
        case (x, y, z):
            height, support = _surface_at(held, (x, y), objects)
            lowest = height + held.size[2] / 2 + RELEASE_GAP
            yield Spot((x, y, max(z, lowest)), _turns(0.0), support)


def _turns(yaw: float) -> tuple[float, ...]:
    """Aligned with `yaw` in four ways, then in between."""
    return tuple(yaw + k * math.pi / 2 for k in range(4)) + tuple(yaw + math.pi / 4 + k * math.pi / 2 for k in range(4))


def _surface_at(held: SceneObject, xy: tuple[float, float], objects: Sequence[SceneObject]) -> tuple[float, str]:
    """Height of what lies under the centre of `held` at `xy`, and its name."""
    under = [
        o
        for o in objects
        if o.name != held.name and o.category != "zone" and relations.footprint(o).contains(shapely.Point(xy))
    ]
    if not under:
        return 0.0, "table"
    highest = max(under, key=lambda o: o.top)
    return (floor_height(highest) if highest.category in HOLLOW else highest.top), highest.name


def _in_hollow(held: SceneObject, bowl: SceneObject) -> Iterator[Spot]:
    """In the middle of the floor where that is free, else beside, else on top of what lies there already."""
    x, y, _ = bowl.position
    half = held.size[2] / 2
    reach = math.hypot(held.size[0], held.size[1]) / 2 if held.category not in ROUND else held.size[0] / 2
    flat = max(0.0, foot_radius(bowl) - reach)
    open_ = max(flat, inner_radius(bowl) - reach - 0.004)
    floor = floor_height(bowl)
    allowed = inner_radius(bowl)
    rings = [(0.0, 1), (min(0.6 * open_, flat) if flat > 0.01 else 0.4 * open_, 8), (open_, 12)]
    for rise in (0.0, 0.012, 0.024, 0.04, 0.055):
        for radius, count in rings:
            if radius < 0.004 and count > 1:
                continue
            sunk = floor + RELEASE_GAP + rise + max(0.0, radius - flat) * 0.9
            for k in range(count):
                angle = 2 * math.pi * k / count
                at = (x + radius * math.cos(angle), y + radius * math.sin(angle))
                yield Spot((*at, sunk + half), _turns(bowl.yaw), bowl.name, allowed + radius)


def _on_flat(held: SceneObject, flat: SceneObject, objects: Sequence[SceneObject]) -> Iterator[Spot]:
    """At the centre where that is free, else at the freest place."""
    x, y, _ = flat.position
    half = max(flat.size[0], flat.size[1]) / 2
    shape = relations.footprint(flat)
    top = flat.top if flat.category == "plate" else 0.0
    others = [o for o in objects if o.name not in (flat.name, held.name)]
    for at in _free(held, (x - half, y - half), (x + half, y + half), others):
        if shape.contains(shapely.Point(at).buffer(_inradius(held) * 0.8)):
            yield Spot((*at, top + held.size[2] / 2 + RELEASE_GAP), _turns(flat.yaw), flat.name)


def _in_region(held: SceneObject, region: Region, objects: Sequence[SceneObject]) -> Iterator[Spot]:
    others = [o for o in objects if o.name != held.name]
    low, high = region.low, region.high
    inset = min(_inradius(held), (high[0] - low[0]) / 2, (high[1] - low[1]) / 2)
    z = held.size[2] / 2 + RELEASE_GAP
    for at in _free(held, (low[0] + inset, low[1] + inset), (high[0] - inset, high[1] - inset), others):
        yield Spot((*at, z), _turns(0.0), "table")


def _inradius(obj: SceneObject) -> float:
    return min(obj.size[0], obj.size[1]) / 2


def _free(
    held: SceneObject, low: tuple[float, float], high: tuple[float, float], others: Sequence[SceneObject]
) -> list[tuple[float, float]]:
    """Points of a grid at which `held` touches nothing: roomy ones first, then those nearest to the centre."""
    others = [o for o in others if o.category != "zone"]
    shapes = [relations.footprint(o) for o in others]
    centre = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2])
    own = math.hypot(held.size[0], held.size[1]) / 2 if held.category not in ROUND else held.size[0] / 2
    tight = _inradius(held)
    ranked: list[tuple[float, float, tuple[float, float]]] = []
    for x in _ticks(low[0], high[0]):
        for y in _ticks(low[1], high[1]):
            gap = min((shape.distance(shapely.Point((x, y))) for shape in shapes), default=1.0)
            if gap <= tight + 0.003:
                continue
            away = float(np.linalg.norm(np.array([x, y]) - centre))
            ranked.append((round(-min(gap - own, ROOM), 2), away, (x, y)))
    return [at for _, _, at in sorted(ranked)]


def _ticks(low: float, high: float) -> list[float]:
    """Values from the middle outwards, `GRID` apart, within [low, high]."""
    middle, n = (low + high) / 2, int((high - low) / 2 / GRID + 1e-9)
    steps: NDArray[np.int64] = np.arange(-n, n + 1)
    return [float(middle + GRID * k) for k in steps]
