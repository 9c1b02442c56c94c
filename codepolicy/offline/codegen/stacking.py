"""Writing programs that build towers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.codegen import offsets, points, putting_back, table_places
from codepolicy.offline.codegen.handling import remember
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted
from codepolicy.offline.codegen.towers import write_tower
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.adjectives import KEYS
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import in_place
from codepolicy.offline.parser.meaning import (
    At,
    Destination,
    Free,
    Place,
    Point,
    Put,
    Shift,
    Stack,
    Thing,
    ThingGroup,
    ThingSpot,
    Toward,
)
from primitives.categories import CONTAINERS
from primitives.scene import REGION_NAMES, SceneObject


def write_stack(writer: Writer, command: Stack) -> None:
    """Add what builds the tower.

    Raises:
        Declined: it cannot be built here.
    """
    belief = writer.belief
    if command.chain:
        tower = [o for group in reversed(command.chain) for o in choose(group, belief)]
    else:
        what = _all_of(command.what)
        tower = _order(belief, choose(what, belief), command)
        if isinstance(command.on, At) and command.on.relation in ("in", "on", "to"):
            bases = choose(command.on.things, belief, moving=tower[0] if tower else None)
            tower = [*bases[:1], *(o for o in tower if o.name != bases[0].name)]
    if command.base is not None:
        bases = choose(command.base, belief)
        tower = [*bases[:1], *(o for o in tower if o.name != bases[0].name)]
    if command.top is not None:
        tops = choose(command.top, belief)
        tower = [*(o for o in tower if o.name != tops[0].name), *tops[:1]]
    phrase = f"tower of {phrasing.group(command.what)}" if command.what.items else "the tower"
    settled = belief.bound.get(f"{phrase}, from the bottom up", ())
    if settled and all(name in belief.objects for name in settled):
        tower = [belief[name] for name in settled]
    if len({o.name for o in tower}) != len(tower):
        raise Declined("The same thing cannot be in a tower twice.")
    if len(tower) < 2:
        raise Declined(f"A stack takes at least two things; I see: {belief.names}.")
    remember(writer, tower)
    writer.belief.spoken += [o.name for o in tower]
    place = command.on
    if place is None and tower[0].on in belief.objects and belief[tower[0].on].category in CONTAINERS:
        place = Free()  # a tower stands on the table
    if command.reverse:
        writer.write(f"# upside down: {', '.join(o.name for o in tower)}")
    under = isinstance(place, At) and place.relation in ("in", "on", "to")  # its base was moved to the bottom above
    if place is not None and not under:
        _put_base(writer, tower[0], place)
    write_tower(writer, tower, phrase)


def _all_of(what: ThingGroup) -> ThingGroup:
    """ "Stack red blocks" means all of them."""
    items = tuple(
        replace(i, quantity="all") if isinstance(i, Thing) and i.plural and not i.quantity and i.count is None else i
        for i in what.items
    )
    return ThingGroup(items)


def _order(belief: Belief, found: Sequence[SceneObject], command: Stack) -> list[SceneObject]:
    """From the bottom up."""
    things = list(found)
    if command.reverse:
        bound = belief.bound.get("upside down")
        if bound:
            return [belief[n] for n in bound if n in belief.objects]
        before = Belief.of(belief.start.values())
        standing = [belief[o.name] for o in _standing(before, [belief.start[o.name] for o in found])]
        if len(standing) < 2:
            raise Declined(f"I see no tower to turn upside down; I see: {belief.names}.")
        return standing[::-1]
    if any(o.category == "zone" for o in things):
        raise Declined("A zone is an area of the table; it cannot be stacked.")
    if command.by:
        key = KEYS["large"] if command.by == "large" else KEYS["small"]
        return sorted(things, key=key)
    if command.upward or _named_one_by_one(command.what):
        return things
    things.sort(key=lambda o: o.category == "ball")
    standing = _standing(belief, things)
    if len(standing) > 1:
        return [*standing, *(o for o in things if o not in standing)]
    widest = max(max(o.size[:2]) for o in things)
    alike = [o for o in things if max(o.size[:2]) > widest - 0.006 and o.category != "ball"]
    if isinstance(command.on, Place) and (
        there := [o for o in alike if in_place(o, command.on, belief) and o.on == "table"]
    ):
        base = there[0]
    else:
        base = max(alike or things, key=lambda o: _room(belief, o))
    rest = sorted(
        (o for o in things if o.name != base.name),
        key=lambda o: (o.category == "ball", -round(max(o.size[:2]), 2), o.name),
    )
    return [base, *rest]


def _named_one_by_one(group: ThingGroup) -> bool:
    return len(group.items) > 1 and not any(i.plural for i in group.items)


def _standing(belief: Belief, things: Sequence[SceneObject]) -> list[SceneObject]:
    """The tallest tower that these things already make, from the bottom up."""
    names = {o.name for o in things}
    best: list[SceneObject] = []
    for base in things:
        if base.on in names:
            continue
        tower = [base]
        while riders := [r for r in belief.carried(tower[-1].name) if r.name in names]:
            tower.append(riders[0])
        if len(tower) > len(best):
            best = tower
    return best


def _room(belief: Belief, obj: SceneObject) -> float:
    """Distance to the nearest neighbour, m; a thing in a container is no place for a tower."""
    if obj.on in belief.objects and belief[obj.on].category in CONTAINERS:
        return -1.0
    return min((math.dist(o.position[:2], obj.position[:2]) for o in belief.others(obj.name)), default=1.0)


def _put_base(writer: Writer, base: SceneObject, place: Destination) -> None:
    if (
        isinstance(place, Place)
        and place.name in REGION_NAMES
        and table_places.stands_well_in(base, writer.belief.workspace.region(place.name))
    ):
        writer.must(
            GoalClause(base.name, f"in_region({{a}}, {quoted(place.name)})", f"the {{a}} is in the {place.name}")
        )
        return
    named = ThingGroup((Thing(category=base.category, names=(base.name,)),))
    if isinstance(place, Place):
        table_places.write_at_place(writer, named, place, push=False)
    elif isinstance(place, Toward | At | Shift):
        offsets.write(writer, Put(named, place))
    elif isinstance(place, ThingSpot | Point):
        points.write(writer, Put(named, place))
    else:
        putting_back.write(writer, Put(named, place))
    writer.summary.pop()
