"""What the readers of commands share: destinations, sizes and categories of a node."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.parser.meaning import (
    DESTINATIONS,
    SIZES,
    ArrangementShape,
    At,
    Command,
    Destination,
    Pronoun,
    Put,
    Size,
    Stack,
    Thing,
    ThingGroup,
    Toward,
    only,
    with_category,
)
from codepolicy.offline.parser.rule_parts import Implausible, Parts, one_of
from codepolicy.offline.parser.traversal import things_in


def destinations(p: Parts) -> list[Destination]:
    """Every place of the node, in order."""
    return [c for c in p.children if isinstance(c, DESTINATIONS)]


def destination(p: Parts) -> Destination:
    """The first place. Raises Implausible when there is none."""
    found = destinations(p)
    if not found:
        raise Implausible("no place")
    return found[0]


def placed(what: ThingGroup, to: Destination, *, push: bool = False, pairwise: bool = False) -> Command:
    """Bring `what` to `to`; things on each other are a stack."""
    if isinstance(to, ArrangementShape) and to.kind == "tower":
        return Stack(what, by=to.by)
    if isinstance(to, At) and len(what.items) == 1:
        first = what.items[0]
        if to.relation == "in":  # "in the blue one" is a container, of the kind that was spoken of if one was
            named = (t.category for t in things_in(what) if t.category in ("bowl", "box", "mug", "container"))
            to = replace(to, things=with_category(to.things, next(named, "container")))
        elif isinstance(first, Thing) and first.category:
            to = replace(to, things=with_category(to.things, first.category))
    if isinstance(to, At):  # "in the nearest bowl": nearest to what is put there
        to = replace(to, things=ThingGroup(tuple(_near_what_moves(i) for i in to.things.items), to.things.either))
    if isinstance(to, Toward) and isinstance(what.items[0], Thing):
        to = replace(to, things=with_category(to.things, what.items[0].category))
    return Put(what, to, push, pairwise)


def _near_what_moves(item: Thing | Pronoun) -> Thing | Pronoun:
    if isinstance(item, Pronoun):
        return item
    orders = (replace(o, to=only(Pronoun())) if o.key == "near" and o.to is None else o for o in item.orders)
    return replace(item, orders=tuple(orders))


def one_by_one(item: Thing | Pronoun) -> tuple[Thing | Pronoun, ...]:
    """ "Red, yellow, green" as three things."""
    if isinstance(item, Thing) and len(item.colors) > 1:
        return tuple(replace(item, colors=(color,), quantity="the") for color in item.colors)
    return (item,)


def by_size(p: Parts) -> Size:
    """Which size comes first: at the bottom of a stack, on the left of a line."""
    first = p.token("BYSIZE")
    size, _, end = p.token("SIZEEND").partition(":")
    named = one_of(size or first, SIZES)
    if end == "right" and named:
        return "small" if named == "large" else "large"
    return named


def category_of(group: ThingGroup) -> str:
    """The first category that is named, or ""."""
    return next((i.category for i in group.items if isinstance(i, Thing) and i.category), "")
