"""What commands that build towers, or take them apart, mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codepolicy.offline.parser.command_rules import Several
from codepolicy.offline.parser.meaning import (
    ArrangementShape,
    At,
    Command,
    Free,
    Hanoi,
    Place,
    Put,
    Stack,
    Thing,
    ThingGroup,
    Toward,
    Where,
    only,
    with_category,
)
from codepolicy.offline.parser.node_values import by_size, category_of, destinations, one_by_one
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule


@dataclass(frozen=True, slots=True)
class Layers:
    """Things of a tower, bottom first."""

    groups: tuple[ThingGroup, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A thing and its place in a tower."""

    group: ThingGroup
    level: int


@dataclass(frozen=True, slots=True)
class ByWayOf:
    """The third place."""

    things: ThingGroup


def stack(p: Parts) -> Command:
    """Stack X, on a place or as a chain of ons."""
    what, places = p.one(ThingGroup), destinations(p)
    if not category_of(what) and any(isinstance(i, Thing) and i.colors for i in what.items):
        what = with_category(what, "block")  # "stack blue and red"
    places = [d for d in places if not (isinstance(d, ArrangementShape) and d.kind == "tower")]
    for d in places:
        if not isinstance(d, At | Place | Toward | Free):
            raise Implausible("no place for a stack")
    chained = [d for d in places if isinstance(d, At) and d.relation == "on"]
    if len(chained) > 1 and len(chained) == len(places) and all(len(d.things.items) == 1 for d in chained):
        return Stack(what, chain=(what, *(with_category(d.things, category_of(what)) for d in chained)))
    if len(places) > 1:
        raise Implausible("two places")
    to = places[0] if places else None
    if isinstance(to, At):
        to = replace(to, things=with_category(to.things, category_of(what)))
    return Stack(what, to, by=by_size(p), upward=p.token("UPWARD") == "up" or p.has("RESPECTIVELY"))


def put_chain(p: Parts) -> Stack:
    """Put X on Y on Z."""
    what, places = p.one(ThingGroup), destinations(p)
    if not all(isinstance(d, At) and d.relation == "on" and len(d.things.items) == 1 for d in places):
        raise Implausible("not a stack")
    groups = [with_category(d.things, category_of(what)) for d in places if isinstance(d, At)]
    return Stack(what, chain=(what, *groups))


def stack_layers(p: Parts) -> Stack:
    """Stack the blocks, the red one at the bottom."""
    what, places = p.one(ThingGroup), p.all(Layer)
    if not category_of(what) and any(isinstance(i, Thing) and i.colors for i in what.items):
        what = with_category(what, "block")
    groups = [with_category(x.group, category_of(what)) for x in sorted(places, key=lambda x: x.level)]
    if len(groups) > 1:
        return Stack(what, chain=tuple(reversed(groups)))
    only_one = places[0]
    if only_one.level == 1:
        raise Implausible("the middle of what")
    return Stack(what, base=groups[0]) if only_one.level == 0 else Stack(what, top=groups[0])


def stack_listed(p: Parts) -> Stack:
    """Stack the blocks from bottom to top: red, green, blue."""
    kind, listed = p.all(ThingGroup)
    listed = ThingGroup(tuple(t for i in listed.items for t in one_by_one(i)))
    if len(listed.items) < 2 or len(kind.items) != 1 or not kind.items[0] or not isinstance(kind.items[0], Thing):
        raise Implausible("no order")
    if not kind.items[0].plural or kind.items[0].colors:
        raise Implausible("no order")
    groups = tuple(only(i) for i in with_category(listed, category_of(kind)).items)
    return Stack(kind, chain=groups if "down" in p.tokens("UPWARD") else groups[::-1])


def build_tower(p: Parts) -> Command:
    """Build a tower of X somewhere."""
    layers = p.maybe(Layers)
    places = [d for d in destinations(p) if not (isinstance(d, ArrangementShape) and d.kind == "tower")]
    number = p.token("NUMBER") or next((n for d in p.tokens("DET") if (n := d.split(":")[1]) and n != "1"), "")
    if layers:
        return Stack(ThingGroup(()), places[0] if places else None, chain=tuple(reversed(layers.groups)))
    what = p.maybe(ThingGroup) or ThingGroup(
        (Thing("block", plural=True, count=int(number) if number.isdigit() else None),)
    )
    what = with_category(what, "block")
    if len(places) > 1 or len(p.all(ThingGroup)) > 1:
        raise Implausible("two places")
    if p.token("UPWARD") == "down":
        listed = tuple(t for i in what.items for t in one_by_one(i))
        return Stack(ThingGroup(listed[::-1]), places[0] if places else None, upward=True)
    return Stack(what, places[0] if places else None, by=by_size(p), upward=p.token("UPWARD") == "up")


def build_towers(p: Parts) -> Several:
    """Build two towers of two blocks each."""
    (_, towers, _), *more = (d.split(":") for d in p.tokens("DET"))
    group = p.maybe(ThingGroup) or ThingGroup((Thing("block", plural=True, count=int(more[0][1] or 0) if more else 0),))
    item = group.items[0]
    if not towers or len(group.items) != 1 or not isinstance(item, Thing) or (item.count or 0) < 2:
        raise Implausible("how many towers of how many blocks")
    first = replace(item, category=item.category or "block", quantity="", plural=True)
    return Several(tuple(Stack(only(replace(first, other=bool(n)))) for n in range(int(towers))))


def layer(p: Parts) -> Layer:
    """X at the bottom; X on it."""
    level = {"bottom": 0, "bottom side": 0, "middle": 1, "top": 2, "top side": 2}.get(p.token("DIR", "PLACE"), -1)
    if level < 0 and not p.has("PRONOUN"):
        raise Implausible("no level of a tower")
    return Layer(p.one(ThingGroup), level if level >= 0 else 1)


def layers(p: Parts) -> Layers:
    """X at the bottom, Y in the middle, Z on top; what has no level of its own follows on what was named before."""
    found = [c if isinstance(c, Layer) else Layer(c, 1) for c in p.children if isinstance(c, Layer | ThingGroup)]
    levels = [x.level for x in found]
    if len(found) < 2 or levels.count(0) > 1 or levels.count(2) > 1:
        raise Implausible("not a tower")
    if levels[0] == 2:
        found = found[::-1] if levels.count(1) else found
    return Layers(tuple(x.group for x in sorted(found, key=lambda x: x.level)))


def unstack(p: Parts) -> Put:
    """Unstack the blocks."""
    what = p.maybe(ThingGroup)
    if what is None or any(isinstance(i, Thing) and (i.category == "tower" or i.plural) for i in what.items):
        what = ThingGroup((Thing("stacked", plural=True, quantity="all"),))
    return Put(what, Free())


def reverse(p: Parts) -> Stack:
    """Reverse the tower."""
    what = p.maybe(ThingGroup)
    if what is None or any(isinstance(i, Thing) and i.category == "tower" for i in what.items):
        what = ThingGroup((Thing("block", plural=True, quantity="all"),))
    return Stack(what, reverse=True)


def via(p: Parts) -> ByWayOf:
    """By way of X."""
    return ByWayOf(p.one(ThingGroup))


def hanoi(p: Parts) -> Hanoi:
    """Move the tower from X to Y by the rules of the Tower of Hanoi."""
    if not p.has("HANOI"):
        raise Implausible("no game")
    to = next((d.things for d in destinations(p) if isinstance(d, At) and d.relation in ("in", "on", "to")), None)
    leaving = [d.things for d in destinations(p) if isinstance(d, At) and d.relation == "away"]
    if destinations(p) and (to is None or len(destinations(p)) > 1 + len(leaving)):
        raise Implausible("not from one place to another")
    what = p.maybe(ThingGroup)
    standing = [w.to for w in _conditions(what) if isinstance(w.to, ThingGroup) and w.relation in ("in", "on")]
    by_way_of = p.maybe(ByWayOf)
    found = [to, next(iter([*leaving, *standing]), None), by_way_of.things if by_way_of else None]
    kind = next((category_of(g) for g in found if g and category_of(g)), "")
    return Hanoi(*(g and with_category(g, kind) for g in found))


def _conditions(what: ThingGroup | None) -> tuple[Where, ...]:
    item = what.items[0] if what and len(what.items) == 1 else None
    return item.where if isinstance(item, Thing) else ()


RULES: dict[str, Rule] = {
    "put_chain": put_chain,
    "hanoi": hanoi,
    "via": via,
    "stack": stack,
    "stack_layers": stack_layers,
    "stack_listed": stack_listed,
    "build_tower": build_tower,
    "build_towers": build_towers,
    "layer": layer,
    "layers": layers,
    "unstack": unstack,
    "reverse": reverse,
}
