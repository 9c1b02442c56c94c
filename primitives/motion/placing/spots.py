"""Where a held object could come to lie: on a thing, in a region or at a point; inside things see `container_spots`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import shapely
import shapely.affinity

from primitives import relations
from primitives.categories import CONTAINERS, FLAT, MARKINGS, PEG_PLATE
from primitives.drawer import tray
from primitives.motion.placing.container_spots import TRAY_DROPS, in_container
from primitives.motion.placing.placement_spot import RELEASE_GAP, PlacementSpot, outline, preferred_yaws
from primitives.motion.placing.support import LEVEL, Support, support_at
from primitives.scene import Region, SceneObject, Target, Vector2, Vector3

GRID = 0.01
"""Distance between the points that are tried where no tidy one is free, in m."""
TIDY_GAP = 0.01
"""Gap between things that are put side by side, in m; a finger fits on the other two sides."""
LEVEL_TOLERANCE = 0.015
"""How far in m the level that was asked for may be from the one at which a thing would come to rest."""
THREADED = 0.012
"""How far a post must stick into the hole of a nut that is let go around it, in m."""
TOUCH = 0.003
"""Gap in m below which two things count as touching."""
Misfit: TypeAlias = Literal["occupied", "in mid-air", "unsteady"]
"""What speaks against a point."""


def spots(
    held: SceneObject, target: Target, objects: Sequence[SceneObject], yaw: float | None = None
) -> Iterator[PlacementSpot]:
    """Spots for `held` at `target`, best first.

    Args:
        held: what is put down.
        target: where.
        objects: the rest of the scene.
        yaw: how it is to lie, in rad; left out, as `preferred_yaws` says.
    """
    others = [o for o in objects if o.name != held.name]
    match target:
        case Region():
            yield from _on_bare_table(held, target, others, yaw)
        case SceneObject() if target.category in CONTAINERS:
            yield from in_container(held, target, others, yaw)
        case SceneObject() if (opened := tray(target)) is not None:
            yield from in_container(held, opened, others, yaw, TRAY_DROPS)
        case SceneObject() if target.category == "peg":
            yield from _over_peg(held, target, yaw)
        case SceneObject() if target.category in FLAT:
            height = 0.0 if target.category in MARKINGS else target.top
            carrier = "table" if target.category in MARKINGS else target.name
            beside = [o for o in others if o.name != target.name]
            yield from _on_surface(held, relations.footprint(target), height, beside, carrier, yaw)
        case SceneObject():
            yield from _on_top(held, target, others, yaw)
        case _:
            yield from _at_point(held, target, others, yaw)


def _on_top(
    held: SceneObject, target: SceneObject, others: Sequence[SceneObject], yaw: float | None
) -> Iterator[PlacementSpot]:
    """In the middle of the top of `target`, on everything else that is as high there."""
    x, y, _ = target.position
    rest = target.top + held.size[2] / 2
    for group in preferred_yaws(held, target.yaw, yaw):
        as_high = (
            o.name for o in support_at(held, (x, y), group[0], others).carriers if abs(o.top - target.top) < LEVEL
        )
        carriers = tuple(dict.fromkeys((target.name, *as_high)))
        yield PlacementSpot((x, y, rest + RELEASE_GAP), (group,), carriers, rest=rest)


def _over_peg(held: SceneObject, peg: SceneObject, yaw: float | None) -> Iterator[PlacementSpot]:
    """Down on the plate of the peg; where the post is too long for the hand, from higher up, with the post in the hole
    along which it slides down."""
    x, y, _ = peg.position
    rest = relations.bottom(peg) + PEG_PLATE + held.size[2] / 2
    low, high = rest + RELEASE_GAP, peg.top - THREADED + held.size[2] / 2
    for part in (0.0, 0.5, 1.0):
        at = (x, y, low + (high - low) * part)
        yaws = preferred_yaws(held, peg.yaw, yaw)
        yield PlacementSpot(at, yaws, (peg.name,), reach=relations.NUT_PLAY, rest=rest)


def _on_bare_table(
    held: SceneObject, region: Region, others: Sequence[SceneObject], yaw: float | None
) -> Iterator[PlacementSpot]:
    """Free points of a region; only where there are no others those in a zone, and those where it came from."""
    avoided = [relations.footprint(held), *(relations.footprint(o) for o in others if o.category in MARKINGS)]
    second: list[PlacementSpot] = []
    for spot in _on_surface(held, shapely.box(*region.low, *region.high), 0.0, others, "table", yaw):
        if _gap(held, spot.position[:2], spot.yaws[0][0], avoided) > TIDY_GAP:
            yield spot
        else:
            second.append(spot)
    yield from second


def _at_point(
    held: SceneObject, point: Vector2 | Vector3, others: Sequence[SceneObject], yaw: float | None
) -> Iterator[PlacementSpot]:
    """At that very point, on the table or at the level that was asked for, in the ways in which it would lie steady."""
    x, y = point[0], point[1]

    for group in preferred_yaws(held, 0.0, yaw):
        support = support_at(held, (x, y), group[0], others)
        if misfit(held, point, support) is None:
            rest = support.height + held.size[2] / 2
            low = (x, y, rest + RELEASE_GAP)
            yield PlacementSpot(low, (group,), support.names, rest=None if support.inside else rest)


def misfit(held: SceneObject, point: Vector2 | Vector3, support: Support) -> Misfit | None:
    """Why `held` would not come to rest on `support` at (x, y[, z]) as asked; None where it would.

    Args:
        held: what is put down.
        point: without z the table is meant; z in m is the height of its centre at rest.
        support: what would carry it there.
    """
    rest = support.height + held.size[2] / 2
    if len(point) == 2:
        return "occupied" if support.under else None
    if support.inside:
        # anywhere between floor and rim means the inside
        fits = -LEVEL_TOLERANCE <= point[2] - rest <= support.carriers[0].size[2] + LEVEL_TOLERANCE
    else:
        fits = abs(point[2] - rest) <= LEVEL_TOLERANCE
    if not fits:
        return "in mid-air" if point[2] > rest else "occupied"
    return None if support.steady else "unsteady"


def _on_surface(
    held: SceneObject,
    surface: shapely.Polygon,
    height: float,
    others: Sequence[SceneObject],
    carrier: str,
    yaw: float | None,
) -> Iterator[PlacementSpot]:
    """Free points of a flat surface: on a tidy lattice from its centre outwards, then anywhere."""
    taken = [relations.footprint(o) for o in others if o.category not in MARKINGS]
    x0, y0, x1, y1 = surface.bounds
    room = min(x1 - x0, y1 - y0) / 2
    # What is larger than the surface may stick out of it, its centre well within.
    within = surface.buffer(-min(min(held.size[0], held.size[1]) / 2, 0.7 * room) + 1e-6)
    rest = height + held.size[2] / 2
    yaws = preferred_yaws(held, 0.0, yaw)
    shapes = [outline(held, (0.0, 0.0), group[0]) for group in yaws]
    for x, y in (
        *_lattice(surface, max(held.size[0], held.size[1]) + TIDY_GAP),
        *_lattice(surface, GRID),
        *_lattice(surface, GRID / 2),
    ):
        if not within.covers(shapely.Point(x, y)):
            continue
        placed = (shapely.affinity.translate(shape, x, y) for shape in shapes)
        free = tuple(
            group
            for group, shape in zip(yaws, placed, strict=True)
            if all(shape.distance(other) > TOUCH for other in taken)
        )
        if free:
            yield PlacementSpot((x, y, rest + RELEASE_GAP), free, (carrier,), rest=rest)


def _gap(held: SceneObject, at: tuple[float, float], yaw: float, taken: Sequence[shapely.Polygon]) -> float:
    shape = outline(held, at, yaw)
    return min((shape.distance(other) for other in taken), default=1.0)


def _lattice(surface: shapely.Polygon, pitch: float) -> list[tuple[float, float]]:
    """Points `pitch` m apart, the centre first; of neighbours every second one before those between them."""
    x0, y0, x1, y1 = surface.bounds
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    nx, ny = int((x1 - x0) / 2 / pitch), int((y1 - y0) / 2 / pitch)
    steps = [(i, j) for i in range(-nx, nx + 1) for j in range(-ny, ny + 1)]
    steps.sort(key=lambda s: ((s[0] + s[1]) % 2, math.hypot(*s), s))
    return [(cx + pitch * i, cy + pitch * j) for i, j in steps]
