"""Where a held object could come to lie: on a thing, within a region or at a point. Inside things: see `containers`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import shapely

from primitives import relations
from primitives.motion.containers import in_container
from primitives.motion.obstacles import HOLLOW, floor_height
from primitives.motion.spot import RELEASE_GAP, Spot, outline, turns
from primitives.scene import Region, SceneObject, Target

GRID = 0.01
"""Distance between the points that are tried where no tidy one is free, in m."""
TIDY_GAP = 0.01
"""Gap between things that are put side by side, in m; a finger fits on the other two sides."""
TOUCH = 0.003
"""Gap in m below which two things count as touching."""


def spots(held: SceneObject, target: Target, objects: Sequence[SceneObject]) -> Iterator[Spot]:
    """Spots for `held` at `target`, best first.

    Args:
        held: what is put down.
        target: where.
        objects: the rest of the scene.
    """
    others = [o for o in objects if o.name != held.name]
    match target:
        case Region():
            yield from _on_surface(held, _rectangle(target), 0.0, others, "table")
        case SceneObject() if target.category in HOLLOW:
            yield from in_container(held, target, others)
        case SceneObject() if target.category in ("plate", "zone"):
            height = target.top if target.category == "plate" else 0.0
            carrier = target.name if target.category == "plate" else "table"
            beside = [o for o in others if o.name != target.name]
            yield from _on_surface(held, relations.footprint(target), height, beside, carrier)
        case SceneObject():
            x, y, _ = target.position
            yield Spot((x, y, target.top + held.size[2] / 2 + RELEASE_GAP), turns(target.yaw), target.name)
        case (x, y):
            height, carrier = _surface_at((x, y), others)
            yield Spot((x, y, height + held.size[2] / 2 + RELEASE_GAP), turns(0.0), carrier)
        case (x, y, z):
            height, carrier = _surface_at((x, y), others)
            lowest = height + held.size[2] / 2 + RELEASE_GAP
            yield Spot((x, y, max(z, lowest)), turns(0.0), carrier)


def _rectangle(region: Region) -> shapely.Polygon:
    return shapely.box(*region.low, *region.high)


def _surface_at(xy: tuple[float, float], others: Sequence[SceneObject]) -> tuple[float, str]:
    """Height in m of what lies at `xy`, and its name."""
    point = shapely.Point(xy)
    under = [o for o in others if o.category != "zone" and relations.footprint(o).contains(point)]
    if not under:
        return 0.0, "table"
    highest = max(under, key=lambda o: o.top)
    return (floor_height(highest) if highest.category in HOLLOW else highest.top), highest.name


def _on_surface(
    held: SceneObject, surface: shapely.Polygon, height: float, others: Sequence[SceneObject], carrier: str
) -> Iterator[Spot]:
    """Free points of a flat surface: on a tidy lattice from its centre outwards, then anywhere."""
    taken = [relations.footprint(o) for o in others if o.category != "zone"]
    within = surface.buffer(-min(held.size[0], held.size[1]) / 2 + 1e-6)
    if within.is_empty:
        within = surface.centroid.buffer(1e-3)
    z = height + held.size[2] / 2 + RELEASE_GAP
    for x, y in (*_lattice(surface, max(held.size[0], held.size[1]) + TIDY_GAP), *_lattice(surface, GRID)):
        if within.covers(shapely.Point(x, y)) and _gap(held, (x, y), taken) > TOUCH:
            yield Spot((x, y, z), turns(0.0), carrier)


def _gap(held: SceneObject, at: tuple[float, float], taken: Sequence[shapely.Polygon]) -> float:
    shape = outline(held, at, 0.0)
    return min((shape.distance(other) for other in taken), default=1.0)


def _lattice(surface: shapely.Polygon, pitch: float) -> list[tuple[float, float]]:
    """Points `pitch` m apart, the centre first; of neighbours every second one before those between them."""
    x0, y0, x1, y1 = surface.bounds
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    nx, ny = int((x1 - x0) / 2 / pitch), int((y1 - y0) / 2 / pitch)
    steps = [(i, j) for i in range(-nx, nx + 1) for j in range(-ny, ny + 1)]
    steps.sort(key=lambda s: ((s[0] + s[1]) % 2, math.hypot(*s), s))
    return [(cx + pitch * i, cy + pitch * j) for i, j in steps]
