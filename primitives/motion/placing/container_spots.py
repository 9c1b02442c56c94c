"""Where a held object could come to lie inside a bowl, a box or a mug, among what is in it already."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec
import shapely

from primitives import relations
from primitives.categories import ROUND, category
from primitives.motion.placing.placement_spot import RELEASE_GAP, PlacementSpot, equivalent_yaws, outline, turns
from primitives.motion.planning.obstacles import floor_height, foot_radius, inner_radius, opening
from primitives.scene import SceneObject

SUNK = 0.006
"""How far below the rim the lowest point of a thing must be when it is let go, in m, lest it come to lie on the rim."""
SUNK_DEEP = 0.001
"""The same for a mug: it is deep, and the fingers cannot open in it."""
DROPS = (0.0, 0.3, 0.6, 1.0)
"""Heights from which an object may be dropped: from the floor, 0, to just under the rim, 1."""
TRAY_DROPS = (0.5, 1.0)
"""The same for the tray of a drawer, in which the front keeps the hand from reaching the floor."""
FILLET = 0.006
"""How far over the edge of a bowl's floor a corner may stand and still lie flat enough, in m."""

_Ring: TypeAlias = tuple[list[tuple[float, float, float, float]], tuple[float, ...]]
"""Places (x, y, yaw, height of the floor there) with the drops to try at each."""


def in_container(
    held: SceneObject,
    box: SceneObject,
    others: Sequence[SceneObject],
    wanted: float | None = None,
    heights: tuple[float, ...] = DROPS,
) -> Iterator[PlacementSpot]:
    """Spots inside `box`, as deep as the hand gets: beside what lies there, and on top of it only where there is no
    room left beside it.

    Args:
        held: what is put down.
        box: the container.
        others: the rest of the scene.
        wanted: how it is to lie, in rad, where that was asked for.
        heights: from which it may be dropped into a box, from the floor, 0, to just under the rim, 1.
    """
    inside = [o for o in others if o.name != box.name and relations.footprint(o).intersects(relations.footprint(box))]
    half = held.size[2] / 2
    highest = box.top - (SUNK_DEEP if box.category == "mug" else SUNK)
    rings = list(_round_spots(held, box) if box.category in ROUND else _square_spots(held, box, heights))
    for beside, (places, drops) in itertools.product((True, False), rings):
        for drop in drops:
            for x, y, tidy, floor in places:
                shape = outline(held, (x, y), tidy if wanted is None else wanted)
                below = [o.top for o in inside if _overlap(shape, o)]
                low = max([floor, *below]) + RELEASE_GAP
                if beside is not bool(below) and low <= highest:
                    bottom = low + (highest - low) * drop
                    yaws = turns(held, tidy) if wanted is None else (equivalent_yaws(held, wanted),)
                    yield PlacementSpot((x, y, bottom + half), yaws, (box.name,), _slack(box, (x, y)))


def _overlap(shape: shapely.Polygon, other: SceneObject) -> bool:
    return float(shape.intersection(relations.footprint(other)).area) > 1e-5


def _slack(box: SceneObject, at: tuple[float, float]) -> float:
    """Anywhere inside is where it was asked to be, in m from `at`."""
    return math.dist(at, opening(box)) + max(box.size[0], box.size[1]) / 2


def _round_spots(held: SceneObject, bowl: SceneObject) -> Iterator[_Ring]:
    """Beside the centre where a second one would fit then, else in the centre, else against the wall."""
    x, y = opening(bowl)
    foot, rim = foot_radius(bowl), inner_radius(bowl)
    bottom = floor_height(bowl)
    slope = (bowl.top - bottom) / max(rim - foot, 1e-6)
    hx, hy = held.size[0] / 2, 0.0 if held.category in ROUND else held.size[1] / 2
    # A thing may lean against the wall of a bowl, and must not touch the wall of a mug.
    widest = rim + 0.002 if bowl.category == "bowl" else rim - 0.004

    def ring(radius: float) -> list[tuple[float, float, float, float]]:
        corner = math.hypot(radius + hx, hy)
        if corner > widest:
            return []
        floor = bottom + max(0.0, corner - foot - FILLET) * slope
        angles = [bowl.yaw + math.pi / 2 * k for k in range(4)]
        angles += [bowl.yaw + math.pi / 4 + math.pi / 2 * k for k in range(4)]
        return [
            (x + radius * math.cos(a), y + radius * math.sin(a), a, floor)
            for a in (angles if radius > 0.0 else angles[:1])
        ]

    beside = hx + 0.003
    if math.hypot(beside + hx, hy) < foot + FILLET:
        yield ring(beside), DROPS[:2]
    yield ring(0.0), DROPS
    for radius in (beside, 1.5 * beside, rim - hx - 0.004):
        yield ring(radius), DROPS


def _square_spots(held: SceneObject, box: SceneObject, heights: tuple[float, ...]) -> Iterator[_Ring]:
    """On a lattice along the sides of a box."""
    inner = relations.footprint(msgspec.structs.replace(box, size=_less_walls(box)))
    x, y, _ = box.position
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    pitch = max(held.size[0], held.size[1]) / 2 + 0.004
    n = int(max(box.size[0], box.size[1]) / 2 / pitch)
    steps = [(i, j) for i in range(-n, n + 1) for j in range(-n, n + 1)]
    steps.sort(key=lambda step: (math.hypot(*step), step))
    points = [(x + pitch * (c * i - s * j), y + pitch * (s * i + c * j)) for i, j in steps]
    floor = floor_height(box)
    yield [(*at, box.yaw, floor) for at in points if inner.covers(outline(held, at, box.yaw))], heights


def _less_walls(box: SceneObject) -> tuple[float, float, float]:
    wall = category(box.category).wall
    return box.size[0] - 2 * wall, box.size[1] - 2 * wall, box.size[2]
