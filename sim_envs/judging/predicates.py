"""Clauses that goals are made of, on the ground truth before and after, with their tolerances and why.

Objects are at rest when a goal is judged. What is still in the hand rests nowhere, wherever it is: every clause about a
resting place fails for it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from primitives.categories import CONTAINERS, FLAT, MARKINGS
from primitives.relations import above_or_below
from primitives.scene import Region
from sim_envs.judging.case import Case, Condition, Unclear, World
from sim_envs.judging.truth_geometry import (
    CONTACT,
    bottom,
    contains,
    distance,
    local,
    rests_on,
    tipped_over,
    top,
    upright,
)

BORDER = 0.02
"""How far in m a centre may lie outside a named region: half a block, so that an object of which half is inside counts.
The regions are names, their borders are not drawn on the table."""
UNTOUCHED = 0.05
"""How far in m a bystander may be shoved: brushing past is no failure, rearranging the table is."""


def supported(case: Case, name: str) -> bool:
    """Whether an object rests on the table or on something else, not in the hand, the air or below the table."""
    state = case.now[name]
    if name in case.held:
        return False
    if abs(bottom(state)) <= CONTACT:
        return True
    return any(rests_on(state, other) for other_name, other in case.now.items() if other_name != name)


def inside(case: Case, name: str, container: str) -> Condition:
    """`name` lies inside the bowl, box or mug."""
    a, b = case.now[name], case.now[container]
    away = distance(a, b)
    return Condition(
        contains(b, a) and name not in case.held,
        f"{name} is {away:.3f} m from the centre of {container}, "
        f"its lowest point {above_or_below(bottom(a) - top(b))} the rim"
        + ("" if upright(b) else f", and {container} is tipped over")
        + in_hand(case, name),
        f"{name} to {container} (m)",
        round(away, 4),
    )


def on_top(case: Case, name: str, support: str) -> Condition:
    """`name` rests on top of `support`, or in it where that is a bowl, a box or a mug: on its rim is neither."""
    a, b = case.now[name], case.now[support]
    lift = bottom(a) - top(b)
    resting = contains(b, a) if b.category in CONTAINERS else rests_on(a, b)
    return Condition(
        resting and name not in case.held,
        f"{name} is {distance(a, b):.3f} m beside the centre of {support}, its underside {above_or_below(lift)} its top"
        + in_hand(case, name),
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
        + ("" if resting else " and rests on nothing"),
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
        abs(lift) <= CONTACT and inside_of is None and name not in case.held,
        f"{name} is {lift:.3f} m above the table" + (f", in {inside_of}" if inside_of else "") + in_hand(case, name),
        f"{name} above table (m)",
        round(lift, 4),
    )


def untouched(case: Case, names: Iterable[str]) -> list[Condition]:
    """These objects are where they were, give or take `UNTOUCHED`, not tipped over and not in the hand; one clause."""
    moved = {name: math.dist(case.start[name].position, case.now[name].position) for name in names}
    if not moved:
        return []
    tipped = [n for n in moved if tipped_over(case.start[n], case.now[n])]
    held = [n for n in moved if n in case.held]
    worst = max(tipped or held or moved, key=lambda name: moved[name])
    how = "was tipped over" if tipped else "is still in the hand" if held else f"moved {moved[worst]:.3f} m"
    return [
        Condition(
            moved[worst] <= UNTOUCHED and not tipped and not held,
            f"{worst} was to stay and {how}",
            "furthest move of a bystander (m)",
            round(moved[worst], 4),
        )
    ]


def others(case: Case, *names: str, cleared: Collection[str] = ()) -> list[str]:
    """The bystanders: every movable object but these, and but what has to be taken off them first.

    Args:
        case: the case.
        names: what the instruction moves.
        cleared: what stays, but has to be free of what stood on it.
    """
    freed = stood_on(case.start, {*names, *cleared})
    return sorted(
        name
        for name, state in case.start.items()
        if name not in names and name not in freed and state.category not in MARKINGS
    )


def stood_on(world: World, names: Collection[str]) -> set[str]:
    """Names of what stands on these objects, or on what stands on them, and so on; not what lies in them."""
    found: set[str] = set()
    below = {n for n in names if world[n].category not in CONTAINERS | FLAT}
    while below:
        below = {
            name
            for name, state in world.items()
            if name not in found and name not in names and any(rests_on(state, world[b]) for b in below)
        }
        found |= below
    return found


def in_hand(case: Case, name: str) -> str:
    """What an explanation adds about an object that the gripper has not let go."""
    return " and is still in the hand" if name in case.held else ""


def in_zone(case: Case, name: str, zone: str) -> Condition:
    """`name`'s centre is above the zone (or plate) and it rests there."""
    a, b = case.now[name], case.now[zone]
    dx, dy = local(a, b)
    return Condition(
        rests_on(a, b) and name not in case.held,
        f"{name} is ({dx:+.3f}, {dy:+.3f}) m from the centre of {zone}, {bottom(a):.3f} m above the table"
        + in_hand(case, name),
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


def counted(case: Case, names: Iterable[str], container: str, wanted: int) -> list[Condition]:
    """Exactly `wanted` of these objects are inside the container: a clause for each of them, and one for no more."""
    number = sum(contains(case.now[container], case.now[name]) and name not in case.held for name in names)
    told = f"{number} of {wanted}" if number <= wanted else f"{number} instead of {wanted}"
    text, fact = f"{told} are in {container}", f"number in {container}"
    return [
        Condition(holds, text, fact, number)
        for holds in (*(number >= n for n in range(1, wanted + 1)), number <= wanted)
    ]


NUMBERS: dict[str, int] = {"one": 1, "two": 2, "three": 3, "four": 4}


def count_clauses(case: Case, container: str, wanted: int) -> list[Condition]:
    """Exactly `wanted` blocks are inside the container, every other block stands on the table, and the rest stays.

    Which blocks are taken is free, so a block that was taken and put back on the table elsewhere is no bystander.

    Raises:
        Unclear: there are fewer blocks than that.
    """
    blocks = case.of("block")
    if wanted > len(blocks):
        raise Unclear(f"there are only {len(blocks)} blocks")
    rest = [b for b in blocks if not contains(case.now[container], case.now[b])]
    return [
        *counted(case, blocks, container, wanted),
        *_all_on_table(case, rest),
        *untouched(case, others(case, *blocks)),
    ]


def _all_on_table(case: Case, names: Sequence[str]) -> list[Condition]:
    """One clause, so that progress does not fall when there are fewer of them."""
    clauses = [on_table(case, name) for name in names]
    return [next((c for c in clauses if not c.holds), clauses[0])] if clauses else []


def some(names: list[str]) -> list[str]:
    """`names`, of which there has to be at least one.

    Raises:
        Unclear: there is none, so "all of them" means nothing.
    """
    if not names:
        raise Unclear("there is nothing of that kind")
    return names
