"""Geometry of ground truth: where things are, how they lie, and what lies on or in what. Metres, base frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from primitives.categories import CONTAINERS, ROUND, category
from primitives.environment import ObjectState
from primitives.scene import Region, Workspace
from sim_envs.judging.case import Unclear
from sim_envs.language.templates import CORNERS, DIRECTIONS

CONTACT = 0.01
"""Gap in m between two surfaces that still counts as resting on: physics settles within 1 mm, a tilted neighbour lifts
an edge by a few."""
TIE = 0.01
"""Two distances closer than this, in m, do not settle which is meant: cameras measure to a few millimetres."""
INSET = 0.01
"""Distance in m from the outline of a container within which a centre does not count as inside it."""


def distance(a: ObjectState, b: ObjectState) -> float:
    """Horizontal distance in m from centre to centre."""
    return math.dist(a.position[:2], b.position[:2])


def axes(state: ObjectState) -> tuple[tuple[float, float, float], ...]:
    """The rotation matrix of an object, row by row: base-frame components of its own axes."""
    x, y, z, w = state.quaternion_xyzw
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )


def half_height(state: ObjectState) -> float:
    """Half the vertical extent in m, as the object is turned now."""
    if state.category == "ball":
        return state.size[2] / 2
    return sum(abs(a) * s for a, s in zip(axes(state)[2], state.size, strict=True)) / 2


def bottom(state: ObjectState) -> float:
    """Height of the lowest point above the table in m."""
    return state.position[2] - half_height(state)


def top(state: ObjectState) -> float:
    """Height of the highest point above the table in m."""
    return state.position[2] + half_height(state)


def yaw(state: ObjectState) -> float:
    """Rotation about the vertical in rad."""
    x, y, z, w = state.quaternion_xyzw
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


def local(a: ObjectState, b: ObjectState) -> tuple[float, float]:
    """Horizontal offset of `a`'s centre from `b`'s, along `b`'s own x and y axes, in m."""
    dx, dy = (p - q for p, q in zip(a.position[:2], b.position[:2], strict=True))
    c, s = math.cos(yaw(b)), math.sin(yaw(b))
    return c * dx + s * dy, -s * dx + c * dy


def upright(state: ObjectState) -> bool:
    """Whether its own z axis points up, give or take 25 degrees."""
    return axes(state)[2][2] > 0.9


def tipped_over(before: ObjectState, now: ObjectState) -> bool:
    """Whether it stood upright and no longer does; a cube and a ball are the same whichever side is up."""
    if max(now.size) - min(now.size) <= CONTACT:
        return False
    return upright(before) and not upright(now)


def over(a: ObjectState, b: ObjectState, margin: float = 0.0) -> bool:
    """Whether `a`'s centre lies above `b`'s outline, at least `margin` m from its edge; above a mug, its cup."""
    if category(b.category).handled:
        # the handle points along the mug's own +x, so the cup's axis lies that much to the other side
        dx, dy = local(a, b)
        return math.hypot(dx + (b.size[0] - b.size[1]) / 2, dy) <= b.size[1] / 2 - margin
    if b.category in ROUND:
        return distance(a, b) <= b.size[0] / 2 - margin
    return all(abs(offset) <= s / 2 - margin for offset, s in zip(local(a, b), b.size[:2], strict=True))


def rests_on(a: ObjectState, b: ObjectState) -> bool:
    """Whether `a` stands on top of `b`: its centre above `b`'s outline, undersides meeting, or inside it."""
    return (over(a, b) and abs(bottom(a) - top(b)) <= CONTACT) or contains(b, a)


def contains(container: ObjectState, a: ObjectState) -> bool:
    """Whether `a` lies inside a bowl, box or mug: its centre within the inner outline, its lowest point below the rim.

    The lowest point rather than the centre decides, because four blocks in one bowl lie on each other. Nothing is
    inside of what has been tipped over.
    """
    if container.category not in CONTAINERS | {"plate"} or not upright(container):
        return False
    return over(a, container, INSET) and bottom(container) - CONTACT <= bottom(a) < top(container) - 0.005


def along(a: ObjectState, b: ObjectState, direction: str) -> float:
    """How much farther than `b` the centre of `a` lies in a direction ("left", "top", …), in m."""
    ux, uy = DIRECTIONS[direction]
    return ux * (a.position[0] - b.position[0]) + uy * (a.position[1] - b.position[1])


def clearest(values: Mapping[str, float], rank: int = 0) -> str:
    """The name with the smallest value, or the one after `rank` others.

    Raises:
        Unclear: there are not so many, or a neighbour in the order is less than `TIE` away.
    """
    order = sorted(values, key=lambda name: values[name])
    if rank >= len(order):
        raise Unclear(f"there are only {len(order)} to choose from")
    for neighbour in (rank - 1, rank + 1):
        if 0 <= neighbour < len(order) and abs(values[order[neighbour]] - values[order[rank]]) < TIE:
            raise Unclear(f"{order[rank]!r} and {order[neighbour]!r} are equally good")
    return order[rank]


def one_tower(world: Mapping[str, ObjectState], names: Iterable[str]) -> list[str]:
    """The names from the bottom up, where they all make one tower.

    Raises:
        Unclear: they do not, or there are fewer than two.
    """
    order = sorted(names, key=lambda name: world[name].position[2])
    if len(order) < 2 or not all(rests_on(world[b], world[a]) for a, b in itertools.pairwise(order)):
        raise Unclear("the blocks are not one tower")
    return order


WORKSPACE = Workspace()


def place(name: str) -> Region:
    """The named place of the table, e.g. "top left corner"."""
    return WORKSPACE.region(name)


def nearest_corner(position: Sequence[float]) -> str:
    """The corner whose centre is nearest to (x, y, …)."""
    return min(CORNERS, key=lambda corner: math.dist(place(corner).center, position[:2]))


@dataclass(frozen=True, slots=True)
class Line:
    """The straight line that fits points best (total least squares)."""

    angle: float
    """From the x axis ("vertical" on the table), folded into 0 (along x) to pi/2 (along y), in rad."""
    offsets: tuple[float, ...]
    """Distance of every point from the line in m."""
    stations: tuple[float, ...]
    """Position of every point along the line in m, from the points' mean."""


def fit_line(points: Sequence[Sequence[float]]) -> Line:
    """Fit a line to the (x, y, …) of at least two points."""
    mx = sum(p[0] for p in points) / len(points)
    my = sum(p[1] for p in points) / len(points)
    xx = sum((p[0] - mx) ** 2 for p in points)
    yy = sum((p[1] - my) ** 2 for p in points)
    xy = sum((p[0] - mx) * (p[1] - my) for p in points)
    direction = math.atan2(2 * xy, xx - yy) / 2
    c, s = math.cos(direction), math.sin(direction)
    folded = abs(direction)
    return Line(
        min(folded, math.pi - folded),
        tuple(abs(-s * (p[0] - mx) + c * (p[1] - my)) for p in points),
        tuple(c * (p[0] - mx) + s * (p[1] - my) for p in points),
    )
