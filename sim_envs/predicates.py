"""Clauses that goals are made of, on the ground truth before and after, with their tolerances and why.

Objects are at rest when a goal is judged, and nothing asks the gripper: what is still held in the air fails the height
that every clause about a resting place checks.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from primitives.scene import Region
from sim_envs.case import Case, Condition, Unclear
from sim_envs.geometry import CONTACT, bottom, contains, distance, fit_line, local, rests_on, top

BORDER = 0.02
"""How far in m a centre may lie outside a named region: half a block, so that an object of which half is inside counts.
The regions are names, their borders are not drawn on the table."""
UNTOUCHED = 0.05
"""How far in m a bystander may be shoved: brushing past is no failure, rearranging the table is."""


def supported(case: Case, name: str) -> bool:
    """Whether an object rests on the table or on something else, rather than in the air."""
    state = case.now[name]
    if bottom(state) <= CONTACT:
        return True
    return any(rests_on(state, other) for other_name, other in case.now.items() if other_name != name)


def inside(case: Case, name: str, container: str) -> Condition:
    """`name` lies inside the bowl, box or mug."""
    a, b = case.now[name], case.now[container]
    away = distance(a, b)
    return Condition(
        contains(b, a),
        f"{name} is {away:.3f} m from the centre of {container}, "
        f"its lowest point {bottom(a) - top(b):+.3f} m from the rim",
        f"{name} to {container} (m)",
        round(away, 4),
    )


def on_top(case: Case, name: str, support: str) -> Condition:
    """`name` rests on top of `support`."""
    a, b = case.now[name], case.now[support]
    lift = bottom(a) - top(b)
    return Condition(
        rests_on(a, b),
        f"{name} is {distance(a, b):.3f} m beside the centre of {support}, its underside {lift:+.3f} m from its top",
        f"{name} underside above {support} (m)",
        round(lift, 4),
    )


def in_place(case: Case, name: str, region: Region) -> Condition:
    """`name` rests within a named place, give or take `BORDER`."""
    state = case.now[name]
    x, y = state.position[:2]
    outside = math.hypot(
        max(region.low[0] - x, 0.0, x - region.high[0]), max(region.low[1] - y, 0.0, y - region.high[1])
    )
    resting = supported(case, name)
    return Condition(
        outside <= BORDER and resting,
        f"{name} at ({x:.3f}, {y:.3f}) is {outside:.3f} m outside the {region.name}"
        + ("" if resting else " and hangs in the air"),
        f"{name} outside {region.name} (m)",
        round(outside, 4),
    )


def at_point(case: Case, name: str, point: tuple[float, float], within: float, what: str) -> Condition:
    """`name`'s centre is horizontally at most `within` m from (x, y); `what` says what the point is."""
    off = math.dist(case.now[name].position[:2], point)
    return Condition(
        off <= within,
        f"{name} is {off:.3f} m from {what}, ({point[0]:.3f}, {point[1]:.3f})",
        f"{name} from {what} (m)",
        round(off, 4),
    )


def on_table(case: Case, name: str) -> Condition:
    """`name` stands on the table itself, in nothing (the floor of a bowl is hardly higher)."""
    state = case.now[name]
    lift = bottom(state)
    inside_of = next((n for n, other in case.now.items() if n != name and contains(other, state)), None)
    return Condition(
        abs(lift) <= CONTACT and inside_of is None,
        f"{name} is {lift:.3f} m above the table" + (f", in {inside_of}" if inside_of else ""),
        f"{name} above table (m)",
        round(lift, 4),
    )


def untouched(case: Case, names: Iterable[str]) -> list[Condition]:
    """These objects are where they were, give or take `UNTOUCHED`; one clause for all of them."""
    moved = {name: math.dist(case.start[name].position, case.now[name].position) for name in names}
    if not moved:
        return []
    worst = max(moved, key=lambda name: moved[name])
    return [
        Condition(
            moved[worst] <= UNTOUCHED,
            f"{worst} was to stay and moved {moved[worst]:.3f} m",
            "furthest move of a bystander (m)",
            round(moved[worst], 4),
        )
    ]


def others(case: Case, *names: str) -> list[str]:
    """Every movable object but these."""
    return sorted(name for name, state in case.start.items() if name not in names and state.category != "zone")


def stacked(case: Case, names: Iterable[str]) -> list[Condition]:
    """These objects make one tower on the table, in any order: one clause for its foot, one for each level above it."""
    order = sorted(names, key=lambda name: case.now[name].position[2])
    if len(order) < 2:
        raise Unclear(f"a stack takes two objects, there are {len(order)}")
    clauses = [on_table(case, order[0])]
    for below, above in itertools.pairwise(order):
        clauses.append(on_top(case, above, below))
    return clauses


def in_zone(case: Case, name: str, zone: str) -> Condition:
    """`name`'s centre is above the zone (or plate) and it rests there."""
    a, b = case.now[name], case.now[zone]
    dx, dy = local(a, b)
    return Condition(
        rests_on(a, b),
        f"{name} is ({dx:+.3f}, {dy:+.3f}) m from the centre of {zone}, {bottom(a):.3f} m above the table",
        f"{name} to {zone} (m)",
        round(distance(a, b), 4),
    )


def outside(case: Case, name: str, container: str) -> Condition:
    """`name` is not in or on `container`."""
    a, b = case.now[name], case.now[container]
    return Condition(
        not rests_on(a, b),
        f"{name} is in or on {container} and does not belong there",
        f"{name} to {container} (m)",
        round(distance(a, b), 4),
    )


def counted(case: Case, names: Iterable[str], container: str, wanted: int) -> Condition:
    """Exactly `wanted` of these objects are inside the container."""
    number = sum(contains(case.now[container], case.now[name]) for name in names)
    text = f"{number} of {wanted} are in {container}"
    return Condition(number == wanted, text, f"number in {container}", number)


NUMBERS: dict[str, int] = {"one": 1, "two": 2, "three": 3, "four": 4}


def count_clauses(case: Case, container: str, wanted: int) -> list[Condition]:
    """Exactly `wanted` blocks are inside the container, and every other block stands on the table.

    Raises:
        Unclear: there are fewer blocks than that.
    """
    blocks = case.of("block")
    if wanted > len(blocks):
        raise Unclear(f"there are only {len(blocks)} blocks")
    rest = [b for b in blocks if not contains(case.now[container], case.now[b])]
    return [counted(case, blocks, container, wanted), *(on_table(case, b) for b in rest)]


def still(case: Case) -> list[Condition]:
    """Nothing moved more than 1 cm, settling included: what declining looks like."""
    moved = {n: math.dist(case.start[n].position, case.now[n].position) for n in case.start}
    worst = max(moved, key=lambda n: moved[n])
    return [
        Condition(
            moved[worst] <= 0.01,
            f"the furthest move is {moved[worst]:.3f} m, of {worst}",
            "furthest move (m)",
            round(moved[worst], 4),
        )
    ]


def row(case: Case, names: Sequence[str]) -> list[Condition]:
    """These objects stand in a straight line from left to right: at most 2 cm off it, within 15 degrees, apart."""
    fit = fit_line([case.now[name].position for name in names])
    worst, angle = max(fit.offsets), math.degrees(fit.angle)
    return [
        Condition(worst <= 0.02, f"the farthest is {worst:.3f} m off the line", "off the line (m)", round(worst, 4)),
        Condition(
            angle >= 75, f"the line is {angle:.0f} degrees from vertical", "from vertical (deg)", round(angle, 1)
        ),
        *spread_out(case, names),
    ]


def some(names: list[str]) -> list[str]:
    """`names`, of which there has to be at least one.

    Raises:
        Unclear: there is none, so "all of them" means nothing.
    """
    if not names:
        raise Unclear("there is nothing of that kind")
    return names


def spread_out(case: Case, names: Sequence[str]) -> list[Condition]:
    """These objects stand on the table, and none closer to another, centre to centre, than its own width."""
    gaps = {
        (a, b): distance(case.now[a], case.now[b]) - min(case.now[a].size[0], case.now[b].size[0])
        for a, b in itertools.combinations(names, 2)
    }
    a, b = min(gaps, key=lambda pair: gaps[pair])
    apart = Condition(
        gaps[a, b] >= -0.002,
        f"{a} and {b} are {distance(case.now[a], case.now[b]):.3f} m apart",
        "least distance between two (m)",
        round(distance(case.now[a], case.now[b]), 4),
    )
    return [apart, *(on_table(case, name) for name in names)]
