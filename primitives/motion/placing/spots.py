"""Where a held object could come to lie: on a thing, within a region or at a point. Inside things: see `containers`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import shapely

from primitives import relations
from primitives.categories import CONTAINERS, FLAT, MARKINGS, PEG_PLATE
from primitives.motion.placing.container_spots import in_container
from primitives.motion.placing.placement_spot import RELEASE_GAP, PlacementSpot, outline, turns
from primitives.motion.planning.obstacles import floor_height
from primitives.scene import Region, SceneObject, Target, Vector2, Vector3

GRID = 0.01
"""Distance between the points that are tried where no tidy one is free, in m."""
TIDY_GAP = 0.01
"""Gap between things that are put side by side, in m; a finger fits on the other two sides."""
CARRIED = 0.25
"""Part of an object's outline over another thing from which on it rests on that thing."""
THREADED = 0.012
"""How far a post must stick into the hole of a nut that is let go around it, in m."""
TOUCH = 0.003
"""Gap in m below which two things count as touching."""


def spots(held: SceneObject, target: Target, objects: Sequence[SceneObject]) -> Iterator[PlacementSpot]:
    """Spots for `held` at `target`, best first.

    Args:
        held: what is put down.
        target: where.
        objects: the rest of the scene.
    """
    others = [o for o in objects if o.name != held.name]
    match target:
        case Region():
            yield from _on_bare_table(held, target, others)
        case SceneObject() if target.category in CONTAINERS:
            yield from in_container(held, target, others)
        case SceneObject() if target.category == "peg":
            yield from _over_peg(held, target)
        case SceneObject() if target.category in FLAT:
            height = 0.0 if target.category in MARKINGS else target.top
            carrier = "table" if target.category in MARKINGS else target.name
            beside = [o for o in others if o.name != target.name]
            yield from _on_surface(held, relations.footprint(target), height, beside, carrier)
        case SceneObject():
            x, y, _ = target.position
            rest = target.top + held.size[2] / 2
            yield PlacementSpot((x, y, rest + RELEASE_GAP), turns(target.yaw), target.name, rest=rest)
        case _:
            yield _at_point(held, target, others)


def _over_peg(held: SceneObject, peg: SceneObject) -> Iterator[PlacementSpot]:
    """Down on the plate of the peg; where the post is too long for the hand, from higher up, with the post in the hole
    along which it slides down."""
    x, y, _ = peg.position
    rest = relations.bottom(peg) + PEG_PLATE + held.size[2] / 2
    low, high = rest + RELEASE_GAP, peg.top - THREADED + held.size[2] / 2
    for part in (0.0, 0.5, 1.0):
        at = (x, y, low + (high - low) * part)
        yield PlacementSpot(at, turns(peg.yaw), peg.name, reach=relations.NUT_PLAY, rest=rest)


def _on_bare_table(held: SceneObject, region: Region, others: Sequence[SceneObject]) -> Iterator[PlacementSpot]:
    """Free points of a region; only where there are no others those in a zone, and those where it came from."""
    avoided = [relations.footprint(held), *(relations.footprint(o) for o in others if o.category in MARKINGS)]
    second: list[PlacementSpot] = []
    for spot in _on_surface(held, shapely.box(*region.low, *region.high), 0.0, others, "table"):
        if _gap(held, spot.position[:2], avoided) > TIDY_GAP:
            yield spot
        else:
            second.append(spot)
    yield from second


def _at_point(held: SceneObject, point: Vector2 | Vector3, others: Sequence[SceneObject]) -> PlacementSpot:
    """On whatever carries it there: what lies under its centre, or under a good part of it."""
    x, y = point[0], point[1]
    shape, centre = outline(held, (x, y), 0.0), shapely.Point(x, y)
    height, carrier, known = 0.0, "table", True
    for o in others:
        under = relations.footprint(o)
        carries = under.contains(centre) or float(under.intersection(shape).area) > CARRIED * shape.area
        surface = floor_height(o) if o.category in CONTAINERS else o.top
        if o.category not in MARKINGS and carries and surface > height:
            height, carrier, known = surface, o.name, o.category not in CONTAINERS
    rest = height + held.size[2] / 2
    wanted = point[2] if len(point) == 3 else 0.0
    return PlacementSpot((x, y, max(wanted, rest + RELEASE_GAP)), turns(0.0), carrier, rest=rest if known else None)


def _on_surface(
    held: SceneObject, surface: shapely.Polygon, height: float, others: Sequence[SceneObject], carrier: str
) -> Iterator[PlacementSpot]:
    """Free points of a flat surface: on a tidy lattice from its centre outwards, then anywhere."""
    taken = [relations.footprint(o) for o in others if o.category not in MARKINGS]
    x0, y0, x1, y1 = surface.bounds
    room = min(x1 - x0, y1 - y0) / 2
    # What is larger than the surface may stick out of it, its centre well within.
    within = surface.buffer(-min(min(held.size[0], held.size[1]) / 2, 0.7 * room) + 1e-6)
    rest = height + held.size[2] / 2
    for x, y in (
        *_lattice(surface, max(held.size[0], held.size[1]) + TIDY_GAP),
        *_lattice(surface, GRID),
        *_lattice(surface, GRID / 2),
    ):
        if within.covers(shapely.Point(x, y)) and _gap(held, (x, y), taken) > TOUCH:
            yield PlacementSpot((x, y, rest + RELEASE_GAP), turns(0.0), carrier, rest=rest)


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
