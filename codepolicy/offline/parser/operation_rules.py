"""What commands that work furniture mean: opening, closing, pressing."""

from __future__ import annotations

from codepolicy.offline.parser.meaning import (
    DIRECTIONS,
    At,
    Destination,
    Operate,
    Operation,
    Place,
    Pour,
    Pronoun,
    Thing,
    ThingGroup,
    Wipe,
    with_category,
)
from codepolicy.offline.parser.node_values import category_of, destination, destinations
from codepolicy.offline.parser.place_rules import Distance
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule, one_of
from codepolicy.offline.parser.traversal import instances, things_in
from primitives.categories import FIXED

_BY_VERB: dict[str, tuple[Operation, ...]] = {
    "push": ("closed", "pressed"), "slide": (), "pull": ("open",), "take": (), "move": ()
}  # fmt: skip
"""What is done to a drawer, or a button, by a verb that says no more."""
_WORKED = FIXED - {"peg"}
_WIPING = frozenset({"wipe", "sweep", "clean"})
"""Verbs that something can be done with which is held."""
_RESULTS: tuple[Operation, ...] = ("open", "closed", "pressed")


def operate(p: Parts) -> Operate:
    """Open, close or press X; pull X out; X should be open."""
    what = p.one(ThingGroup)
    loose = p.has("PUSH", "TAKE", "MOVE") or not p.has("OPEN", "CLOSE", "PRESS")
    if loose and not all(isinstance(i, Pronoun) or i.category in _WORKED | {"", "object"} for i in what.items):
        raise Implausible("nothing that could be worked")
    if not p.has("OPEN", "CLOSE", "PRESS") and any(w.relation in _RESULTS for t in things_in(what) for w in t.where):
        raise Implausible("the word says what it is to become")
    share, distance = _amount(p)
    return Operate(what, _how(p, what), share, distance)


def _how(p: Parts, what: ThingGroup) -> Operation:
    if said := p.token("OPEN", "CLOSE", "PRESS"):
        return one_of(said, _RESULTS)
    verb = p.token("PUSH", "TAKE", "MOVE")
    if places := destinations(p):
        return _toward(places[0], partly=p.has("SHARE", "PERCENT", "HALF"))
    if p.has("OUT"):
        return "open"
    kinds = {t.category for t in instances(what, Thing)}
    for how in _BY_VERB.get(verb, ()):
        if (how == "pressed") == (kinds == {"button"}) and kinds:
            return how
    raise Implausible("not said what it is to become")


def _toward(to: Destination, *, partly: bool) -> Operation:
    """Halfway to the left; what goes all the way is a command to put it there."""
    if partly and isinstance(to, Place) and (way := to.name.removesuffix(" side")) in DIRECTIONS:
        return one_of(way, DIRECTIONS)
    raise Implausible("no way to slide")


def _amount(p: Parts) -> tuple[float | None, float | None]:
    """The share of the whole way, and the distance in m."""
    far = p.maybe(Distance)
    if share := p.token("SHARE"):
        return float(share), None
    if p.has("PERCENT"):
        return min(float(p.token("NUMBER")), 100.0) / 100, None
    if p.has("HALF"):
        return 0.5, None
    if far is not None and far.vague:
        return (0.3 if far.meters < 0.15 else None), None
    return None, far.meters if far is not None else None


def pour(p: Parts) -> Pour:
    """Pour X into Y; empty a mug into Y."""
    to, what = destination(p), p.one(ThingGroup)
    if not isinstance(to, At) or to.relation not in ("in", "to"):
        raise Implausible("nothing is poured there")
    if p.has("EMPTY") and category_of(what) != "mug":
        raise Implausible("its contents are taken out")
    return Pour(what, with_category(to.things, "container"))


def wipe(p: Parts) -> Wipe:
    """Wipe Y with Z; sweep X off Y with Z."""
    *wiped, tool = p.all(ThingGroup)
    return _wipe(p, tool, wiped)


def wipe_using(p: Parts) -> Wipe:
    """Use Z to wipe Y clean."""
    tool, *wiped = p.all(ThingGroup)
    return _wipe(p, tool, wiped)


def _wipe(p: Parts, tool: ThingGroup, wiped: list[ThingGroup]) -> Wipe:
    if not _WIPING & {*p.tokens("TAKE", "PUSH", "CLEAR")}:
        raise Implausible("it is moved by hand")
    *what, off = wiped
    return Wipe(with_category(off, "zone"), with_category(tool, "block"), what[0] if what else None)


RULES: dict[str, Rule] = {"operate": operate, "pour": pour, "wipe": wipe, "wipe_using": wipe_using}
