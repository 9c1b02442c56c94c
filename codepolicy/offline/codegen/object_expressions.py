"""How a program says which objects it means: by asking perception, not by copying what the prompt showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codepolicy.offline.codegen.program_writer import Writer, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.furniture_parts import STATES
from codepolicy.offline.grounding.selection import candidates, choose, choose_one, holds, ranked
from codepolicy.offline.parser.meaning import Order, Place, Pronoun, Thing, ThingGroup, Where
from primitives.scene import SceneObject

_CALLS = {
    "in": "inside",
    "on": "on",
    "left": "left_of",
    "right": "right_of",
    "top": "behind",
    "bottom": "in_front_of",
    "near": "near",
}
_KEYS = {
    "left": "-{v}.position[1]", "right": "{v}.position[1]", "top": "-{v}.position[0]", "bottom": "{v}.position[0]",
    "large": "-math.prod({v}.size)", "small": "math.prod({v}.size)", "high": "-{v}.top", "low": "{v}.top",
    "near": "{v}.position[0]", "far": "-{v}.position[0]",
}  # fmt: skip


_ANY_KIND = ("", "object", "container", "thing")
"""Categories that are no single kind of object."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a phrase means in this scene, and how a program says it."""

    objects: tuple[SceneObject, ...]
    code: str
    """An expression: of one object where there is one, of a list where there are several."""
    many: bool

    @property
    def one(self) -> SceneObject:
        """The only object."""
        return self.objects[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the objects."""
        return tuple(o.name for o in self.objects)


def refer(writer: Writer, group: ThingGroup, *, moving: SceneObject | None = None) -> Reference:
    """Choose the objects of a group and write the expression that finds them.

    Args:
        writer: the program so far; a phrase that is settled by how things lie gets a line of its own.
        group: the phrase.
        moving: what is being moved, for "the matching bowl" and "it".

    Raises:
        Declined: something is missing or unclear.
    """
    objects = choose(group, writer.belief, moving=moving)
    writer.belief.spoken += [o.name for o in objects if o.name not in writer.belief.spoken]
    if len(group.items) == 1:
        item = group.items[0]
        many = len(objects) > 1 or (isinstance(item, Thing) and item.many and item.count is None)
        code = _code(writer, item, objects, many)
        return Reference(tuple(objects), code, many)
    if len(objects) == 1:
        return Reference(tuple(objects), f"find({quoted(objects[0].name)})", many=False)
    parts: list[str] = []
    for item in group.items:
        mine = choose_one(item, writer.belief, moving=moving)
        many = len(mine) > 1
        code = _code(writer, item, mine, many)
        parts.append(f"*{code}" if many else code)
    return Reference(tuple(objects), f"[{', '.join(parts)}]", many=True)


def by_name(objects: Sequence[SceneObject]) -> str:
    """The objects by their names."""
    found = [f"find({quoted(o.name)})" for o in objects]
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


def _code(writer: Writer, item: Thing | Pronoun, objects: Sequence[SceneObject], many: bool) -> str:
    if isinstance(item, Pronoun) or item.names:
        return by_name(objects)
    belief = writer.belief
    settled = _is_settled_by_kind(item)
    if settled and not many and objects[0].name == phrasing.noun(item):
        return f"find({quoted(objects[0].name)})"
    if settled and many and _query(item, objects) is not None:
        return f"detect({_query(item, objects)})"
    phrase = phrasing.thing(item)
    names = ", ".join(o.name for o in objects)
    kind = item.category if item.category not in ("", "container", "stacked") else "thing"
    base = phrasing.plural(kind) if many else kind
    if phrase in belief.bound:
        return writer.define(base, by_name(objects), f"{phrase}: {names}")
    expression = _expression(writer, item, objects, many)
    return writer.define(base, expression, f"{phrase}: {names}")


def _is_settled_by_kind(item: Thing) -> bool:
    return not (
        item.size
        or item.orders
        or item.where
        or item.exceptions
        or item.other
        or item.match
        or item.count
        or item.distinct
        or item.compare
    )


def _query(item: Thing, objects: Sequence[SceneObject]) -> str | None:
    """The argument of `detect` that gives all things of this kind, or None when no single query does."""
    kinds = {o.category for o in objects}
    colors = {o.color for o in objects}
    if len(item.colors) > 1 or not objects or len(kinds) != 1:
        return None
    if item.category in _ANY_KIND:
        return None
    words = [*(colors if item.colors and len(colors) == 1 else set[str]()), phrasing.plural(kinds.pop())]
    return quoted(" ".join(words))


def _expression(writer: Writer, item: Thing, objects: Sequence[SceneObject], many: bool) -> str:
    """An expression over fresh perception that gives the objects."""
    kind = item.category if item.category not in _ANY_KIND else ""
    var = kind[0] if kind else "o"
    found, tests = _source(item, objects, var)
    for test in item.where:
        code = _test(writer, test, var)
        if code is None or not all(holds(o, test, writer.belief) != test.negated for o in objects):
            return by_name(objects)
        tests.append(f"not {code}" if test.negated else code)
    if item.exceptions:
        excluded = choose_all(item.exceptions, writer)
        if len(excluded) == 1:
            tests.append(f"{var}.name != {quoted(excluded[0])}")
        else:
            tests.append(f"{var}.name not in ({', '.join(map(quoted, excluded))})")
    if (
        item.other
        or item.match
        or item.size
        or item.distinct
        or item.compare
        or (item.count is not None and not item.orders)
    ):
        return by_name(objects)
    pool = f"[{var} for {var} in {found} if {' and '.join(tests)}]" if tests else found
    if not item.orders:
        if many:
            return pool
        return by_name(objects) if not tests else _single(writer, item, pool, objects)
    order, *more = item.orders
    if more or order.key == "pair":
        return by_name(objects)
    key = sort_key(writer, order, var)
    if key is None or _ordered_names(writer, item, order) != [o.name for o in objects]:
        return by_name(objects)
    if many:
        return f"sorted({pool}, key=lambda {var}: {key})[:{len(objects)}]"
    if order.rank == 1:
        if key.startswith("-"):
            return f"max({pool}, key=lambda {var}: {key[1:]})"
        return f"min({pool}, key=lambda {var}: {key})"
    index = order.rank - 1 if order.rank > 0 else order.rank
    return f"sorted({pool}, key=lambda {var}: {key})[{index}]"


def _single(writer: Writer, item: Thing, pool: str, objects: Sequence[SceneObject]) -> str:
    """One of a filtered pool: the only one, or the one closest to what it is described by."""
    if len(candidates(item, writer.belief)) == 1:
        return f"{pool}[0]"
    anchors = [w.to for w in item.where if isinstance(w.to, ThingGroup)]
    if not anchors:
        return by_name(objects)
    anchor = choose(anchors[0], writer.belief)[0]
    return f"min({pool}, key=lambda o: gap(o, find({quoted(anchor.name)})))"


def _source(item: Thing, objects: Sequence[SceneObject], var: str) -> tuple[str, list[str]]:
    """`detect(...)` for the kind of thing, and the tests on colour that go with it."""
    tests: list[str] = []
    query = ""
    if item.category in _ANY_KIND:
        kinds = sorted({o.category for o in objects})
        tests.append(
            f"{var}.category in ({', '.join(map(quoted, kinds))},)"
            if len(kinds) != 1
            else f"{var}.category == {quoted(kinds[0])}"
        )
    else:
        query = phrasing.plural(item.category)
    if item.colors:
        colors = sorted({o.color for o in objects})
        if len(colors) == 1 and query:
            query = f"{colors[0]} {query}"
        else:
            tests.append(f"{var}.color in ({', '.join(map(quoted, colors))},)")
    return f"detect({quoted(query)})" if query else "detect()", tests


def choose_all(group: ThingGroup, writer: Writer) -> list[str]:
    """Names of everything that fits the phrases of a group."""
    names: list[str] = []
    for item in group.items:
        found = candidates(item, writer.belief) if isinstance(item, Thing) else choose_one(item, writer.belief)
        names += [o.name for o in found if o.name not in names]
    return names


def _test(writer: Writer, test: Where, var: str) -> str | None:
    """A condition as an expression on the variable, or None when there is no plain one."""
    if test.relation == "color":
        return (
            f"{var}.color == {quoted(test.colors[0])}"
            if len(test.colors) == 1
            else f"{var}.color in {test.colors!r}".replace("'", '"')
        )
    if test.relation in STATES:
        return f"({STATES[test.relation].format(v=var)})"
    if isinstance(test.to, Place):
        return None if test.to.name in ("corner", "side") else f"in_region({var}, {quoted(test.to.name)})"
    if test.relation not in _CALLS or not isinstance(test.to, ThingGroup):
        return None
    others = choose(test.to, writer.belief)
    if len(others) != 1:
        return None
    if test.relation in ("in", "on"):
        return f"on({var}, {quoted(others[0].name)})"
    return f"{_CALLS[test.relation]}({var}, {quoted(others[0].name)})"


def sort_key(writer: Writer, order: Order, var: str) -> str | None:
    """An expression on the variable that is least for the first in the ranking, or None when there is no plain one."""
    if isinstance(order.to, ThingGroup):
        anchors = choose(order.to, writer.belief)
        sign = "" if order.key == "near" else "-"
        return f"{sign}gap({var}, find({quoted(anchors[0].name)}))" if len(anchors) == 1 else None
    return _KEYS[order.key].format(v=var) if order.key in _KEYS else None


def _ordered_names(writer: Writer, item: Thing, order: Order) -> list[str]:
    """What the expression with only this order gives, to be sure that it says the same."""
    pool = candidates(replace(item, orders=()), writer.belief)
    if isinstance(order.to, ThingGroup):
        anchor = choose(order.to, writer.belief)[0]
        if anchor in pool:
            return []
    return [o.name for o in ranked(order, pool, writer.belief, count=item.count if item.many else None)]
