"""What commands mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codepolicy.offline.parser.meaning import (
    AXES,
    Again,
    ArrangementShape,
    At,
    Back,
    Clear,
    Command,
    Destination,
    Free,
    Home,
    Keep,
    Mirrored,
    Pick,
    Place,
    Pronoun,
    Put,
    PutAsMany,
    Stack,
    SwapCommand,
    Thing,
    ThingGroup,
    Undo,
    Where,
    only,
    with_category,
)
from codepolicy.offline.parser.node_values import category_of, destination, destinations, placed
from codepolicy.offline.parser.place_rules import Distance
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule, one_of

A_LITTLE = 0.05
"""How far in m something is lifted that is to be lifted a little."""


@dataclass(frozen=True, slots=True)
class Several:
    """Commands that one clause stands for, in order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A command without a place: "put the red block"."""

    what: ThingGroup


@dataclass(frozen=True, slots=True)
class Bare:
    """Things and a place without a verb: "the blue one on the plate"."""

    put: Put


@dataclass(frozen=True, slots=True)
class BareTo:
    """A place alone: "otherwise in the red bowl"."""

    to: Destination


def command(p: Parts) -> object:
    """The command itself."""
    return p.children[0]


def put(p: Parts) -> Command | Several:
    """Put X in Y."""
    to = destination(p)
    if isinstance(to, ArrangementShape) and to.kind == "line":
        raise Implausible("an arrangement is read as one")
    if p.has("LINEUP"):
        raise Implausible("what is lined up is arranged")
    if p.has("SEPARATELY"):
        to = apart(to)
    if p.has("TAKE") and isinstance(to, At) and to.relation == "away":
        to = Free(to.things)
    what = p.one(ThingGroup)
    if p.has("EXCEPT"):
        what = _without(what, p.all(ThingGroup)[-1])
    command = placed(what, to, push=p.has("PUSH"), pairwise=p.has("RESPECTIVELY"))
    return Several((command,)) if p.has("PICK") else command


def put_as_many(p: Parts) -> PutAsMany:
    """As many X in Y as there are Z; one X in Y for every Z."""
    what, counted = p.all(ThingGroup)
    return PutAsMany(what, destination(p), counted)


def mirror(p: Parts) -> Put:
    """Make X the mirror image of Y across the line."""
    what, other = p.all(ThingGroup)
    return Put(what, Mirrored(other, one_of(p.token("ACROSS"), AXES)))


def _without(what: ThingGroup, but: ThingGroup) -> ThingGroup:
    """The things, but for some of them."""
    thing = what.items[0]
    if len(what.items) != 1 or not isinstance(thing, Thing) or not thing.many or thing.exceptions:
        raise Implausible("nothing to leave out")
    return only(replace(thing, exceptions=with_category(but, thing.category), quantity="all"))


def apart(to: Destination) -> Destination:
    """The same place, a different one for each thing."""
    if isinstance(to, Place) and to.name in ("corner", "side"):
        return replace(to, distinct=True)
    if isinstance(to, At):
        things = tuple(replace(t, distinct=True) if isinstance(t, Thing) else t for t in to.things.items)
        return replace(to, things=ThingGroup(things))
    raise Implausible("one place cannot be several")


def put_each(p: Parts) -> Several:
    """Put X in Y and Z in W."""
    groups, places = p.all(ThingGroup), destinations(p)
    if len(groups) != len(places):
        raise Implausible("a thing without a place")
    category = next((i.category for g in groups for i in g.items if isinstance(i, Thing) and i.category), "")
    groups = [with_category(g, category) for g in groups]
    holder = next((category_of(d.things) for d in places if isinstance(d, At) and category_of(d.things)), "")
    places = [replace(d, things=with_category(d.things, holder)) if isinstance(d, At) else d for d in places]
    return Several(tuple(placed(g, d, push=p.has("PUSH")) for g, d in zip(groups, places, strict=True)))


def stack_each(p: Parts) -> Several:
    """Stack X on Y and Z on W; several things on a place are a stack there."""
    commands: list[Command] = []
    for command in put_each(p).commands:
        if not isinstance(command, Put) or not isinstance(command.to, At | Place):
            raise Implausible("not stacked")
        item = command.what.items[0]
        single = len(command.what.items) == 1 and isinstance(item, Thing)
        if single and isinstance(item, Thing) and item.many:
            other = bool(commands) and item.count is not None and not item.colors
            commands.append(Stack(only(replace(item, other=other or item.other)), command.to))
        else:
            commands.append(command)
    return Several(tuple(commands))


def pick(p: Parts) -> Pick:
    """Pick up X; lift X 10 cm."""
    far = p.maybe(Distance)
    return Pick(p.one(ThingGroup), None if far is None else A_LITTLE if far.vague else far.meters)


def take_out(p: Parts) -> Put:
    """Take X out (of what it is in)."""
    return Put(p.one(ThingGroup), Free())


def keep(p: Parts) -> Keep:
    """Leave X where it is."""
    return Keep(p.one(ThingGroup))


def incomplete(p: Parts) -> object:
    """Return X; or a command whose place is missing."""
    if p.token("PUT") == "return":
        return Put(p.one(ThingGroup), Back())
    return Incomplete(p.one(ThingGroup))


def contain(p: Parts) -> Command:
    """X should contain Y."""
    holder, content = p.all(ThingGroup)
    return placed(content, At("to", holder))


def be_stacked(p: Parts) -> Stack:
    """X should be stacked."""
    if p.token("SHOULD") != "stacked":
        raise Implausible("should be where")
    return Stack(p.one(ThingGroup))


def pronoun_state(p: Parts) -> Command:
    """(so that) it is behind X."""
    return placed(only(Pronoun(p.token("PRONOUN") == "them")), destination(p))


def state(p: Parts) -> Command:
    """X should be in Y."""
    to = destination(p)
    if p.token("SHOULD") == "stacked" and isinstance(to, At | Place):
        return Stack(p.one(ThingGroup), to)
    return placed(p.one(ThingGroup), to)


def bare_state(p: Parts) -> Bare:
    """X in Y."""
    return Bare(Put(p.one(ThingGroup), destination(p)))


def bare_to(p: Parts) -> BareTo:
    """In Y."""
    return BareTo(destination(p))


def again(p: Parts) -> Again:
    """The same with X."""
    return Again(p.one(ThingGroup))


def swap(p: Parts) -> SwapCommand:
    """Swap X and Y."""
    groups = p.all(ThingGroup)
    if len(groups) == 2:
        return SwapCommand(groups[0], with_category(groups[1], category_of(groups[0])))
    return SwapCommand(groups[0])


def clear(p: Parts) -> Clear:
    """Clear the table, a bowl, or everything away."""
    return Clear(p.maybe(ThingGroup))


def clear_to(p: Parts) -> Command:
    """Clear X into Y."""
    return placed(p.one(ThingGroup), destination(p))


def clear_all(p: Parts) -> Command:
    """Clear the table into Y."""
    return placed(only(Thing(plural=True, quantity="all")), destination(p))


def clear_place(p: Parts) -> Clear:
    """Clear the middle."""
    return Clear(p.one(Place))


def empty(p: Parts) -> Command:
    """Empty the bowl; empty it into another."""
    of = p.one(ThingGroup)
    if destinations(p) and category_of(of) == "mug":
        raise Implausible("it is poured")
    if destinations(p):
        return placed(only(Thing(plural=True, quantity="all", where=(Where("in", of),))), destination(p))
    return Clear(of)


def fill(p: Parts) -> Put:
    """Fill, cover or surround X with Y."""
    first, second = p.all(ThingGroup)
    if p.token("FILL") == "around":
        return Put(second, ArrangementShape("circle", around=first))
    return Put(second, At("on" if p.token("FILL") == "on" else "in", first))


RULES: dict[str, Rule] = {
    "command": command,
    "put": put,
    "put_swapped": put,
    "put_as_many": put_as_many,
    "mirror": mirror,
    "put_each": put_each,
    "pick": pick,
    "take_out": take_out,
    "incomplete": incomplete,
    "state": state,
    "contain": contain,
    "be_stacked": be_stacked,
    "pronoun_state": pronoun_state,
    "bare_state": bare_state,
    "bare_to": bare_to,
    "home": lambda _: Home(),
    "undo": lambda _: Undo(),
    "again": again,
    "stack_each": stack_each,
    "keep": keep,
    "swap": swap,
    "clear": clear,
    "clear_to": clear_to,
    "clear_all": clear_all,
    "clear_place": clear_place,
    "empty": empty,
    "fill": fill,
}
