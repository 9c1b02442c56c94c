"""Where over the table something can be slid: spots of a region, lanes free of other things, ways of one leg or two."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import msgspec

from primitives import relations
from primitives.categories import MARKINGS
from primitives.scene import Region, SceneObject, Vector2

PITCH = 0.02
"""m between the spots of a region that are considered."""
ROOM = 0.015
"""m to keep from neighbours where that is possible: what is pushed turns and drifts."""
EDGE = 0.02
"""m kept from the edge of a region, beside half the object, where the region is large enough."""
SHORT = 0.03
"""m below which a leg is not worth a stroke of its own."""


def spots_within(region: Region, obj: SceneObject, objects: Sequence[SceneObject]) -> list[Vector2]:
    """Spots (x, y) of a region for the centre of `obj`, the nearest first; those in a zone, and those that cover where
    it stands, after the others. Where it fits nowhere, spots that others take.

    Args:
        region: where any spot will do.
        obj: what is pushed.
        objects: the scene.
    """
    room = min(region.high[0] - region.low[0], region.high[1] - region.low[1]) / 2
    edge = min(max(obj.size[:2]) / 2 + EDGE, 0.7 * room)
    xs, ys = (_marks(region.low[k] + edge, region.high[k] - edge, obj.position[k]) for k in (0, 1))
    everywhere = sorted(itertools.product(xs, ys), key=lambda at: math.dist(at, obj.position[:2]))
    taken = [relations.footprint(o) for o in objects if o.name != obj.name and o.category not in MARKINGS]
    avoided = [relations.footprint(o) for o in objects if o.name == obj.name or o.category in MARKINGS]
    outlines = {at: relations.footprint(moved(obj, at)) for at in everywhere}
    free = [at for at in everywhere if all(outlines[at].distance(other) > ROOM for other in taken)]
    return sorted(free or everywhere, key=lambda at: any(outlines[at].intersects(other) for other in avoided))


def _marks(low: float, high: float, start: float) -> list[float]:
    """Numbers `PITCH` apart from `low` to `high`, among them the one nearest to `start`."""
    nearest = min(max(start, low), high)
    below, above = int((nearest - low) / PITCH), int((high - nearest) / PITCH)
    return [nearest + PITCH * k for k in range(-below, above + 1)]


def moved(obj: SceneObject, at: Vector2) -> SceneObject:
    """`obj` with its centre at (x, y) in m."""
    return msgspec.structs.replace(obj, position=(at[0], at[1], obj.position[2]))


def in_lane(obj: SceneObject, goal: Vector2, objects: Sequence[SceneObject], room: float = 0.0) -> list[SceneObject]:
    """What stands where `obj` passes, or less than `room` m beside it, when its centre goes straight to `goal` (m); the
    nearest first."""
    outline = relations.footprint(obj)
    lane = outline.union(relations.footprint(moved(obj, goal))).convex_hull
    others = [o for o in objects if o.name != obj.name and o.category not in MARKINGS]
    standing = [o for o in others if lane.distance(relations.footprint(o)) <= room]
    return sorted(standing, key=lambda o: math.dist(o.position[:2], obj.position[:2]))


def ways(
    obj: SceneObject, goals: Sequence[Vector2], objects: Sequence[SceneObject], *, legs: int, room: float
) -> Iterator[tuple[Vector2, ...]]:
    """Points (x, y) in m through which `obj` can be slid to one of `goals` along lanes that are free, the first goals
    first.

    Args:
        obj: what is pushed.
        goals: where its centre may come to lie, m.
        objects: the scene.
        legs: one straight leg, or two: along one axis, then the other.
        room: to keep from what stands beside, m.
    """
    x, y = obj.position[:2]
    found = [(goal,) for goal in goals]
    if legs == 2:
        found = [
            (corner, goal)
            for goal in goals
            for corner in ((goal[0], y), (x, goal[1]))
            if math.dist(corner, (x, y)) > SHORT and math.dist(corner, goal) > SHORT
        ]
    yield from (way for way in found if _is_free(obj, way, objects, room))


def _is_free(obj: SceneObject, way: Sequence[Vector2], objects: Sequence[SceneObject], room: float) -> bool:
    for point in way:
        if in_lane(obj, point, objects, room):
            return False
        obj = moved(obj, point)
    return True
