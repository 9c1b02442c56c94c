"""What commands mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codepolicy.models.offline.meaning import (
    Again,
    At,
    Back,
    Clear,
    Command,
    Destination,
    Free,
    Group,
    Home,
    Keep,
    Pick,
    Place,
    Pronoun,
    Put,
    Shape,
    Shift,
    Stack,
    Swap,
    Thing,
    Toward,
    Undo,
    only,
    with_category,
)
from codepolicy.models.offline.parts import Implausible, Parts, Rule
from codepolicy.models.offline.read_places import Distance, Spacing, Tower, moved_spacing

DESTINATIONS = (Place, At, Toward, Shift, Shape, Back, Free)


@dataclass(frozen=True, slots=True)
class Several:
    """Commands that one clause stands for, in order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A command without a place: "put the red block"."""

    what: Group


@dataclass(frozen=True, slots=True)
class Bare:
    """Things and a place without a verb: "the blue one on the plate"."""

    put: Put


@dataclass(frozen=True, slots=True)
class BareTo:
    """A place alone: "otherwise in the red bowl"."""

    to: Destination


@dataclass(frozen=True, slots=True)
class Layers:
    """Things of a tower, bottom first."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A thing and its place in a tower."""

    group: Group
    level: int


def _destinations(p: Parts) -> list[Destination]:
    return [c for c in p.children if isinstance(c, DESTINATIONS)]


def _destination(p: Parts) -> Destination:
    found = _destinations(p)
    if not found:
        raise Implausible("no place")
    return found[0]


def command(p: Parts) -> object:
    """The command itself."""
    return p.children[0]


def placed(what: Group, to: Destination, *, push: bool = False, pairwise: bool = False) -> Command:
    """Bring `what` to `to`; things on each other are a stack."""
    if isinstance(to, Shape) and to.kind == "tower":
        return Stack(what, by=to.by)
    if isinstance(to, At) and len(what.items) == 1:
        first = what.items[0]
        if isinstance(first, Thing) and first.category:
            to = replace(to, things=with_category(to.things, first.category))
    if isinstance(to, Toward) and isinstance(what.items[0], Thing):
        to = replace(to, things=with_category(to.things, what.items[0].category))
    return Put(what, to, push, pairwise)


def put(p: Parts) -> Command | Several:
    """Put X in Y."""
    to = _destination(p)
    if isinstance(to, Shape) and to.kind == "line":
        raise Implausible("an arrangement is read as one")
    if p.has("SEPARATELY"):
        to = apart(to)
    if p.has("TAKE") and isinstance(to, At) and to.relation == "away":
        to = Free(to.things)
    what = p.one(Group)
    if p.has("EXCEPT"):
        what = _without(what, p.all(Group)[-1])
    command = placed(what, to, push=p.has("PUSH"), pairwise=p.has("RESPECTIVELY"))
    return Several((command,)) if p.has("PICK") else command


def _without(what: Group, but: Group) -> Group:
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
        return replace(to, things=Group(things))
    raise Implausible("one place cannot be several")


def put_each(p: Parts) -> Several:
    """Put X in Y and Z in W."""
    groups, places = p.all(Group), _destinations(p)
    if len(groups) != len(places):
        raise Implausible("a thing without a place")
    category = next((i.category for g in groups for i in g.items if isinstance(i, Thing) and i.category), "")
    groups = [with_category(g, category) for g in groups]
    return Several(tuple(placed(g, d, push=p.has("PUSH")) for g, d in zip(groups, places, strict=True)))


def stack_each(p: Parts) -> Several:
    """Stack X on Y and Z on W."""
    return put_each(p)


def pick(p: Parts) -> Pick:
    """Pick up X."""
    return Pick(p.one(Group))


def keep(p: Parts) -> Keep:
    """Leave X where it is."""
    return Keep(p.one(Group))


def reverse(p: Parts) -> Stack:
    """Reverse the tower."""
    what = p.maybe(Group)
    if what is None or any(isinstance(i, Thing) and i.category == "tower" for i in what.items):
        what = Group((Thing("block", plural=True, quantity="all"),))
    return Stack(what, reverse=True)


def incomplete(p: Parts) -> object:
    """Return X; or a command whose place is missing."""
    if p.token("PUT") == "return":
        return Put(p.one(Group), Back())
    return Incomplete(p.one(Group))


def state(p: Parts) -> Command:
    """X should be in Y."""
    to = _destination(p)
    return placed(p.one(Group), to)


def bare_state(p: Parts) -> Bare:
    """X in Y."""
    return Bare(Put(p.one(Group), _destination(p)))


def bare_to(p: Parts) -> BareTo:
    """In Y."""
    return BareTo(_destination(p))


def put_chain(p: Parts) -> Stack:
    """Put X on Y on Z."""
    what, places = p.one(Group), _destinations(p)
    if not all(isinstance(d, At) and d.relation == "on" for d in places):
        raise Implausible("not a stack")
    groups = [with_category(d.things, _category(what)) for d in places if isinstance(d, At)]
    return Stack(what, chain=(what, *groups))


def stack_layers(p: Parts) -> Stack:
    """Stack the blocks, the red one at the bottom."""
    what, places = p.one(Group), p.all(Layer)
    groups = [with_category(x.group, _category(what)) for x in sorted(places, key=lambda x: x.level)]
    if len(groups) > 1:
        return Stack(what, chain=tuple(reversed(groups)))
    only_one = places[0]
    if only_one.level == 1:
        raise Implausible("the middle of what")
    return Stack(what, base=groups[0]) if only_one.level == 0 else Stack(what, top=groups[0])


def stack_listed(p: Parts) -> Stack:
    """Stack the blocks from bottom to top: red, green, blue."""
    kind, listed = p.all(Group)
    listed = Group(tuple(t for i in listed.items for t in _one_by_one(i)))
    if len(listed.items) < 2 or len(kind.items) != 1 or not kind.items[0] or not isinstance(kind.items[0], Thing):
        raise Implausible("no order")
    if not kind.items[0].plural or kind.items[0].colors:
        raise Implausible("no order")
    groups = tuple(only(i) for i in with_category(listed, _category(kind)).items)
    return Stack(kind, chain=groups if "down" in p.tokens("UPWARD") else groups[::-1])


def _one_by_one(item: Thing | Pronoun) -> tuple[Thing | Pronoun, ...]:
    """ "Red, yellow, green" as three things."""
    if isinstance(item, Thing) and len(item.colors) > 1:
        return tuple(replace(item, colors=(color,), quantity="the") for color in item.colors)
    return (item,)


def again(p: Parts) -> Again:
    """The same with X."""
    return Again(p.one(Group))


def _by(p: Parts) -> str:
    """Which size comes first: at the bottom of a stack, on the left of a line."""
    first = p.token("BYSIZE")
    size, _, end = p.token("SIZEEND").partition(":")
    size = size or first
    if end == "right":
        return {"large": "small", "small": "large"}.get(size, "")
    return size


def stack(p: Parts) -> Command:
    """Stack X, on a place or as a chain of ons."""
    what, places = p.one(Group), _destinations(p)
    places = [d for d in places if not (isinstance(d, Shape) and d.kind == "tower")]
    for d in places:
        if not isinstance(d, At | Place | Toward | Free):
            raise Implausible("no place for a stack")
    chained = [d for d in places if isinstance(d, At) and d.relation == "on"]
    if len(chained) > 1 and len(chained) == len(places):
        return Stack(what, chain=(what, *(with_category(d.things, _category(what)) for d in chained)))
    if len(places) > 1:
        raise Implausible("two places")
    to = places[0] if places else None
    if isinstance(to, At):
        to = replace(to, things=with_category(to.things, _category(what)))
    return Stack(what, to, by=_by(p), upward=p.token("UPWARD") == "up" or p.has("RESPECTIVELY"))  # type: ignore[arg-type]


def _category(group: Group) -> str:
    return next((i.category for i in group.items if isinstance(i, Thing) and i.category), "")


def build_tower(p: Parts) -> Command:
    """Build a tower of X somewhere."""
    layers = p.maybe(Layers)
    places = [d for d in _destinations(p) if not (isinstance(d, Shape) and d.kind == "tower")]
    number = p.token("NUMBER")
    if layers:
        return Stack(Group(()), places[0] if places else None, chain=tuple(reversed(layers.groups)))
    what = p.maybe(Group) or Group((Thing("block", plural=True, count=int(number) if number.isdigit() else None),))
    if len(places) > 1:
        raise Implausible("two places")
    return Stack(what, places[0] if places else None, by=_by(p), upward=p.token("UPWARD") == "up")  # type: ignore[arg-type]


def layer(p: Parts) -> Layer:
    """X at the bottom; X on it."""
    level = {"bottom": 0, "bottom side": 0, "middle": 1, "top": 2, "top side": 2}.get(p.token("DIR", "PLACE"), -1)
    if level < 0 and not p.has("PRONOUN"):
        raise Implausible("no level of a tower")
    return Layer(p.one(Group), level if level >= 0 else 1)


def layers(p: Parts) -> Layers:
    """X at the bottom, Y in the middle, Z on top; what has no level of its own follows on what was named before."""
    found = [c if isinstance(c, Layer) else Layer(c, 1) for c in p.children if isinstance(c, Layer | Group)]
    levels = [x.level for x in found]
    if len(found) < 2 or levels.count(0) > 1 or levels.count(2) > 1:
        raise Implausible("not a tower")
    if levels[0] == 2:
        found = found[::-1] if levels.count(1) else found
    return Layers(tuple(x.group for x in sorted(found, key=lambda x: x.level)))


def unstack(p: Parts) -> Put:
    """Unstack the blocks."""
    what = p.maybe(Group)
    if what is None or any(isinstance(i, Thing) and i.category == "tower" for i in what.items):
        what = Group((Thing("block", plural=True, quantity="all"),))
    return Put(what, Free())


def _shaped(p: Parts, *, default: Shape | None) -> Shape:
    shapes = [d for d in _destinations(p) if isinstance(d, Shape)]
    places = [d for d in _destinations(p) if not isinstance(d, Shape)]
    around = next((s.around for s in shapes if s.around), None)
    named = [s for s in shapes if not s.around] or shapes
    if not named and default is None:
        raise Implausible("no arrangement")
    form = named[0] if named else default
    assert form is not None
    if p.has("TOGETHER") and not named:
        form = Shape("together")
    for orientation in (*p.tokens("ORIENTATION"), *(s.orientation for s in named[1:])):
        form = replace(form, orientation=orientation or form.orientation)  # type: ignore[arg-type]
    if len(places) > 1:
        raise Implausible("two places for one arrangement")
    return moved_spacing(replace(form, by=_by(p), around=around, at=places[0] if places else None), p.maybe(Spacing))  # type: ignore[arg-type]


def arrange(p: Parts) -> Command:
    """Arrange X in a shape."""
    bare = not (_destinations(p) or p.has("BYSIZE", "SIZEEND", "TOGETHER") or p.has("ORIENTATION"))
    if bare and p.has("ARRANGE") and not p.has("LINEUP"):
        raise Implausible("no arrangement")
    lined = p.has("LINEUP", "BYSIZE", "SIZEEND", "ORIENTATION") or p.maybe(Spacing) is not None
    form = _shaped(p, default=Shape("line") if lined else Shape("together") if p.has("TOGETHER") else None)
    if form.kind == "tower":
        return Stack(p.one(Group), form.at, by=form.by)
    if p.has("STACK"):
        raise Implausible("a stack is no arrangement")
    return Put(p.one(Group), form)


def line_up(p: Parts) -> Command:
    """Line X up."""
    if p.token("SHAPE") != "line":
        raise Implausible("not line up")
    return Put(p.one(Group), _shaped(p, default=Shape("line")))


def build_shape(p: Parts) -> Put:
    """Make a circle of X."""
    what = p.maybe(Group) or Group((Thing("block", plural=True, quantity="all"),))
    return Put(what, _shaped(p, default=None))


BOWLS = Group((Thing("bowl", plural=True, quantity="the", match="same"),))


def sort(p: Parts) -> Command:
    """Sort X by colour or by size."""
    places = _destinations(p)
    if p.has("STACK", "CLEAR", "GATHER") and not p.has("MATCHING", "BYCOLOR"):
        raise Implausible("not sorting")
    if p.has("STACK"):
        return Put(p.one(Group), Shape("pairs"))
    if p.has("BYSIZE", "SIZEEND"):
        shape = next((d for d in places if isinstance(d, Shape)), Shape("line"))
        return Put(p.one(Group), replace(shape, by=_by(p)))  # type: ignore[arg-type]
    if not places:
        if p.has("DISTRIBUTE", "ARRANGE", "DIFFERENT") and not p.has("MATCHING", "BYCOLOR"):
            raise Implausible("not by anything")
        return Put(p.one(Group), Shape("pairs"))
    to = places[0]
    single = isinstance(to, At) and all(isinstance(t, Thing) and not t.many for t in to.things.items)
    if isinstance(to, At) and single and not p.has("MATCHING", "BYCOLOR"):
        return Put(p.one(Group), replace(to, relation="to"))
    if isinstance(to, At):
        spread = p.has("DISTRIBUTE") and not p.has("MATCHING", "BYCOLOR")
        things = tuple(
            (replace(t, distinct=True) if spread else replace(t, match=t.match or "same"))
            if isinstance(t, Thing)
            else t
            for t in to.things.items
        )
        return Put(p.one(Group), At("on" if to.relation == "on" else "in", Group(things)))
    return Put(p.one(Group), to)


def match(p: Parts) -> Put:
    """Match X with Y."""
    groups = p.all(Group)
    if len(groups) == 1 and len(groups[0].items) == 2:
        groups = [Group((groups[0].items[0],)), Group((groups[0].items[1],))]
    other = groups[1] if len(groups) > 1 else BOWLS
    things = tuple(replace(t, match=t.match or "same") if isinstance(t, Thing) else t for t in other.items)
    return Put(groups[0], At("to", Group(things)))


def swap(p: Parts) -> Swap:
    """Swap X and Y."""
    groups = p.all(Group)
    if len(groups) == 2:
        return Swap(groups[0], with_category(groups[1], _category(groups[0])))
    return Swap(groups[0])


def clear(p: Parts) -> Clear:
    """Clear the table, a bowl, or everything away."""
    return Clear(p.maybe(Group))


def clear_to(p: Parts) -> Command:
    """Clear X into Y."""
    return placed(p.one(Group), _destination(p))


def clear_place(p: Parts) -> Clear:
    """Clear the middle."""
    return Clear(p.one(Place))


def empty(p: Parts) -> Clear:
    """Empty the bowl."""
    return Clear(p.one(Group))


def fill(p: Parts) -> Put:
    """Fill X with Y."""
    groups = p.all(Group)
    return Put(groups[1], At("in", groups[0]))


RULES: dict[str, Rule] = {
    "command": command,
    "put": put,
    "put_swapped": put,
    "put_each": put_each,
    "pick": pick,
    "incomplete": incomplete,
    "state": state,
    "bare_state": bare_state,
    "bare_to": bare_to,
    "put_chain": put_chain,
    "stack_layers": stack_layers,
    "stack_listed": stack_listed,
    "home": lambda _: Home(),
    "undo": lambda _: Undo(),
    "again": again,
    "stack": stack,
    "stack_each": stack_each,
    "unstack": unstack,
    "build_tower": build_tower,
    "keep": keep,
    "reverse": reverse,
    "layers": layers,
    "layer": layer,
    "arrange": arrange,
    "line_up": line_up,
    "build_shape": build_shape,
    "sort": sort,
    "match": match,
    "swap": swap,
    "clear": clear,
    "clear_to": clear_to,
    "clear_place": clear_place,
    "empty": empty,
    "fill": fill,
}

__all__ = ["RULES", "Bare", "Distance", "Incomplete", "Pronoun", "Several", "Tower", "only"]
