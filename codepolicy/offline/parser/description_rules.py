"""What describes a thing, before and after its noun: colours, ranks and conditions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codepolicy.offline.lexicon.chunks import SIDES
from codepolicy.offline.parser.meaning import Order, Place, Thing, ThingGroup, Where
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule

_OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


@dataclass(frozen=True, slots=True)
class Colors:
    """One of these colours, or none of them."""

    names: tuple[str, ...]
    negated: bool = False
    all: bool = False
    """Whether they were joined by "and": one thing of each."""


@dataclass(frozen=True, slots=True)
class Measured:
    """ "to the bowl" after "the closest block"."""

    to: ThingGroup


@dataclass(frozen=True, slots=True)
class FromSide:
    """ "from the left"."""

    name: str


@dataclass(frozen=True, slots=True)
class NotKind:
    """Not of this category."""

    category: str


def colors(p: Parts) -> Colors:
    """Colours in a row."""
    return Colors(tuple(p.tokens("COLOR")), all=p.has("AND"))


def not_color(p: Parts) -> Colors:
    """The non-red blocks."""
    return Colors((p.token("COLOR"),), negated=True)


def that_color(p: Parts) -> Colors:
    """That is (not) red or green."""
    return Colors(tuple(p.tokens("COLOR")), negated=p.has("NOT", "THATISNOT"))


def that_kind(p: Parts) -> NotKind:
    """That is not a block."""
    return NotKind(p.token("NOUN").rstrip("*"))


def that_ranked(p: Parts) -> Order:
    """That is the largest."""
    return Order(p.token("SUPER"), int(p.token("ORDINAL") or 1))


def pre_place(p: Parts) -> Place:
    """The left bowl, the top left block."""
    named = p.token("PLACE")
    return Place(named or SIDES[p.token("DIR", "NEAR", "BACK", "FAR")] + " side")


def nearness(p: Parts) -> Order:
    """Closest to the bowl, to a side or to a corner."""
    if place := p.token("PLACE"):
        key, rank = "near" if p.has("NEAREST") else "far", int(p.token("ORDINAL") or 1)
        if not place.endswith(" side"):
            return Order(key, rank, Place(place))
        side = place.removesuffix(" side")
        return Order(side if key == "near" else _OPPOSITE[side], rank)
    return Order("near" if p.has("NEAREST") else "far", int(p.token("ORDINAL") or 1), p.one(ThingGroup))


def nearness_post(p: Parts) -> Order:
    """(that is) closest (to the bowl); second from the left."""
    if side := p.maybe(FromSide):
        return Order(side.name, int(p.token("ORDINAL")))
    return p.maybe(Order) or Order("near" if p.has("NEAREST") else "far")


def measured(p: Parts) -> Measured:
    """To the bowl."""
    return Measured(p.one(ThingGroup))


def from_side(p: Parts) -> FromSide:
    """From the left."""
    place = p.token("PLACE")
    if place and not place.endswith(" side"):
        raise Implausible("counted from no side")
    return FromSide(place.removesuffix(" side") or SIDES[p.token("DIR")])


def compared(p: Parts) -> Where:
    """Bigger than the red block."""
    return Where(p.token("MORE"), p.one(ThingGroup), negated=p.has("NOT"))


def where(p: Parts) -> Where:
    """A condition, perhaps denied."""
    return replace(p.one(Where), negated=p.has("NOT") != p.one(Where).negated)


def where_not(p: Parts) -> Where:
    """That is not in the bowl."""
    return replace(p.one(Where), negated=not p.one(Where).negated)


def _related(relation: str) -> Rule:
    return lambda p: Where(relation, p.one(ThingGroup))


def where_toward(p: Parts) -> Where:
    """Left of the bowl."""
    return Where(p.token("DIROF"), p.one(ThingGroup))


def where_place(p: Parts) -> Where:
    """On the left side of the table."""
    return Where("region", p.maybe(Place) or Place(p.token("PLACE")))


def where_worked(p: Parts) -> Where:
    """Open; closed; pressed."""
    return Where(p.token("OPEN", "CLOSE", "PRESS"))


def where_with(p: Parts) -> Where:
    """With the red handle."""
    group = p.one(ThingGroup)
    if any(not isinstance(i, Thing) or i.category != "handle" for i in group.items):
        raise Implausible("no part of anything")
    return Where("with", group)


def _fixed(relation: str) -> Rule:
    return lambda _: Where(relation)


RULES: dict[str, Rule] = {
    "colors": colors, "not_color": not_color, "that_color": that_color, "that_kind": that_kind,
    "that_ranked": that_ranked, "pre_place": pre_place, "nearness": nearness, "nearness_post": nearness_post,
    "measured": measured, "from_side": from_side, "compared": compared, "where": where, "where_not": where_not,
    "where_in": _related("in"),
    "where_on": _related("on"), "where_under": _related("under"), "where_from": _related("on"),
    "where_toward": where_toward, "where_near": _related("near"), "where_between": _related("between"),
    "where_place": where_place, "where_table": _fixed("table"), "where_lone": _fixed("lone"),
    "where_worked": where_worked, "where_with": where_with,
}  # fmt: skip
