"""What phrases for places and arrangements mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codepolicy.offline.parser.meaning import (
    AXES,
    DIRECTIONS,
    KINDS,
    ORIENTATIONS,
    ArrangementShape,
    At,
    Back,
    Destination,
    Free,
    Mirrored,
    Order,
    Place,
    Point,
    Pronoun,
    Relation,
    Shift,
    Thing,
    ThingGroup,
    ThingSpot,
    Toward,
    only,
)
from codepolicy.offline.parser.node_values import destination, one_by_one
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule, one_of

MAGNITUDES = {"little": 0.10, "lot": 0.20}
"""Metres from centre to centre that "a little" and "a lot" mean."""


@dataclass(frozen=True, slots=True)
class Distance:
    """A length in m."""

    meters: float
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Spacing:
    """The distance between neighbours in m."""

    meters: float


@dataclass(frozen=True, slots=True)
class Ordering:
    """Red, green, blue, in that order."""

    things: ThingGroup


@dataclass(frozen=True, slots=True)
class Tower:
    """In one tower."""


def distance(p: Parts) -> Distance:
    """10 cm; a little; a lot."""
    if p.has("NUMBER"):
        return Distance(round(float(p.token("NUMBER")) * float(p.token("UNIT")), 4))
    return Distance(MAGNITUDES["lot" if p.has("FAR") else p.token("MAGNITUDE")], vague=True)


def _at(relation: Relation) -> Rule:
    def rule(p: Parts) -> At:
        group, far = p.one(ThingGroup), p.maybe(Distance)
        return At(relation, group, far.meters if far else None)

    return rule


def dest_between(p: Parts) -> Destination:
    """Between two things; in the middle of one."""
    group = p.one(ThingGroup)
    lone = group.items[0]
    if len(group.items) == 1 and isinstance(lone, Thing) and not lone.many:
        return At("to", group)
    return At("between", group)


def _toward(direction: str, things: ThingGroup, far: Distance | None) -> Toward:
    way = one_of(direction, DIRECTIONS)
    return Toward(way, things, far.meters, far.vague) if far else Toward(way, things)


def dest_toward(p: Parts) -> Toward:
    """10 cm to the left of the bowl."""
    return _toward(p.token("DIROF"), p.one(ThingGroup), p.maybe(Distance))


def dest_toward_it(p: Parts) -> Toward:
    """To its left."""
    return _toward(p.token("DIR"), only(Pronoun()), p.maybe(Distance))


def dest_mirrored(p: Parts) -> Mirrored:
    """At the mirror image of the block across the vertical middle line."""
    return Mirrored(p.one(ThingGroup), one_of(p.token("ACROSS"), AXES))


def dest_shift(p: Parts) -> Shift:
    """10 cm to the left."""
    return Shift(one_of(p.token("DIR"), DIRECTIONS), p.one(Distance).meters)


def dest_out(p: Parts) -> Free:
    """Out of the bowl."""
    return Free(p.one(ThingGroup))


def dest_off(_: Parts) -> Destination:
    """Off the table."""
    return Place("off the table")


def dest_place(p: Parts) -> Place:
    """A named place."""
    return p.one(Place)


def place_named(p: Parts) -> Place:
    """The bottom right corner."""
    return Place(p.token("PLACE"))


def place_side(p: Parts) -> Place:
    """The left."""
    return Place(f"{p.token('DIR')} side")


def place_any_corner(p: Parts) -> Place:
    """A corner, or the corners."""
    return Place("corner", distinct=p.token("CORNER") == "corners" or p.token("DET").startswith(("each", "all")))


def place_corner_by(p: Parts) -> Place:
    """The corner closest to the bowl."""
    return Place("corner", order=p.one(Order))


def place_nearest_corner(p: Parts) -> Place:
    """The nearest corner (to the bowl); without a thing, to the one that is moved."""
    key = "near" if p.has("NEAREST") else "far"
    return Place("corner", order=Order(key, 1, p.maybe(ThingGroup) or only(Pronoun())))


def place_distinct(p: Parts) -> Place:
    """Different corners."""
    return Place("corner" if p.has("CORNER") else "side", distinct=True)


def dest_spot(p: Parts) -> ThingSpot:
    """Where the block is."""
    return ThingSpot(p.one(ThingGroup))


def dest_point(p: Parts) -> Point:
    """At (0.5, -0.1)."""
    x, y = p.token("POINT").split(",")
    return Point(float(x), float(y))


def ordering(p: Parts) -> Ordering:
    """In the order red, green, blue."""
    items = tuple(i for item in p.one(ThingGroup).items for i in one_by_one(item))
    if len(items) < 2 or any(isinstance(i, Pronoun) or i.many for i in items):
        raise Implausible("no order")
    return Ordering(ThingGroup(items))


def shape(p: Parts) -> ArrangementShape:
    """In a straight horizontal line."""
    kinds = p.tokens("SHAPE")
    orientation = next((o for o in p.tokens("ORIENTATION") if o), "")
    if len(kinds) == 2 and set(kinds) != {"line", "diagonal"}:
        raise Implausible("two shapes")
    kind = "diagonal" if "diagonal" in kinds else kinds[0]
    backward = orientation == "leftward"
    orientation = "horizontal" if backward else orientation
    if kind in ("line", "row", "column", "diagonal"):
        axis = {"line": orientation, "row": orientation or "horizontal", "column": orientation or "vertical"}.get(
            kind, kind
        )
        return ArrangementShape("line", one_of(axis, ORIENTATIONS), backward=backward)
    if orientation:
        raise Implausible("a shape without direction")
    return ArrangementShape(one_of(kind, KINDS))


def spacing(p: Parts) -> Spacing:
    """5 cm apart."""
    return Spacing(round(float(p.token("NUMBER")) * float(p.token("UNIT")), 4))


def around(p: Parts) -> ArrangementShape:
    """Around the bowl."""
    return ArrangementShape("circle", around=p.one(ThingGroup))


def around_middle(p: Parts) -> ArrangementShape:
    """The bowl in the middle."""
    if p.token("PLACE") != "middle":
        raise Implausible("not in the middle")
    return ArrangementShape("circle", around=p.one(ThingGroup))


def of_group(p: Parts) -> ThingGroup:
    """Of the blocks."""
    return p.one(ThingGroup)


def _fixed(value: object) -> Rule:
    return lambda _: value


def moved_spacing(shape: ArrangementShape, spacing: Spacing | None) -> ArrangementShape:
    """The shape with a spacing."""
    return replace(shape, spacing=spacing.meters) if spacing else shape


RULES: dict[str, Rule] = {
    "distance": distance,
    "dest_in": _at("in"),
    "dest_on": _at("on"),
    "dest_to": _at("to"),
    "dest_under": _at("under"),
    "dest_beside": _at("beside"),
    "dest_between": dest_between,
    "dest_around": around,
    "dest_toward": dest_toward,
    "dest_toward_it": dest_toward_it,
    "dest_apart": _at("beside"),
    "dest_away": _at("away"),
    "dest_out": dest_out,
    "dest_off": dest_off,
    "dest_mirrored": dest_mirrored,
    "dest_shift": dest_shift,
    "dest_place": dest_place,
    "dest_table": _fixed(Free()),
    "dest_spot": dest_spot,
    "dest_point": dest_point,
    "ordering": ordering,
    "dest_back": _fixed(Back()),
    "dest_again": destination,  # "back on the table"
    "dest_stacked": _fixed(ArrangementShape("tower")),
    "dest_together": _fixed(ArrangementShape("together")),
    "place_named": place_named,
    "place_side": place_side,
    "place_any_corner": place_any_corner,
    "place_corner_by": place_corner_by,
    "place_nearest_corner": place_nearest_corner,
    "place_distinct": place_distinct,
    "shape": shape,
    "spacing": spacing,
    "around": around,
    "around_middle": around_middle,
    "of_group": of_group,
    "in_tower": _fixed(Tower()),
}
