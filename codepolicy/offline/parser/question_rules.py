"""What conditions and questions mean."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.parser.meaning import Ask, Order, SceneCondition, Thing, ThingGroup, Where, only
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule


def _tested(p: Parts) -> SceneCondition:
    """A condition from a group and what is said of it."""
    group = p.one(ThingGroup)
    negated = p.has("NOT")
    item = group.items[0]
    where = p.maybe(Where)
    if where is not None and len(group.items) == 1 and isinstance(item, Thing) and item.quantity == "a":
        # "is anything in the bowl", "if a block is on the left side": that there is one
        one = replace(item, where=(*item.where, replace(where, negated=negated)), quantity="all", plural=True)
        return SceneCondition(only(one))
    if p.has("THERE") and len(group.items) == 1 and isinstance(item, Thing) and item.count is not None:
        return replace(_counted(item), negated=negated)
    if p.has("THERE"):
        return SceneCondition(group, negated=negated)
    if p.has("SUPER"):
        return SceneCondition(group, (Order(p.token("SUPER")),), negated)
    test = p.maybe(Order) or p.maybe(Where)
    if test is not None:
        return SceneCondition(group, (test,), negated)
    if p.has("COLOR"):
        return SceneCondition(group, (Where("color", colors=tuple(p.tokens("COLOR"))),), negated)
    if p.has("EMPTY"):
        return SceneCondition(group, (Where("lone"),), negated)
    raise Implausible("nothing said")


def is_same_color(p: Parts) -> SceneCondition:
    """X is the same colour as Y."""
    first, second = p.all(ThingGroup)
    return SceneCondition(first, (Where("same", second),), p.has("NOT"))


def is_more(p: Parts) -> SceneCondition:
    """There are more X than Y."""
    first, second = (only(replace(t, plural=True, quantity="all", count=None)) for t in p.all(Thing))
    return SceneCondition(first, compare=p.token("OUTNUMBER"), than=second)


def is_many(p: Parts) -> SceneCondition:
    """There are more than two blocks."""
    thing = p.one(Thing)
    if thing.count is None:
        raise Implausible("no number")
    return _counted(thing)


def does_contain(p: Parts) -> Ask:
    """Does X contain Y?"""
    holder, content = p.all(ThingGroup)
    item = content.items[0]
    if len(content.items) != 1 or not isinstance(item, Thing):
        raise Implausible("contains what")
    inside = replace(item, where=(*item.where, Where("in", holder)), quantity="all", plural=True)
    return Ask("is", condition=SceneCondition(only(inside)))


def _counted(thing: Thing) -> SceneCondition:
    bare = replace(thing, plural=True, quantity="all", count=None, compare="")
    return SceneCondition(only(bare), compare=thing.compare or "==", count=thing.count or 0)


def joined(p: Parts) -> SceneCondition:
    """Two conditions."""
    first, second = p.all(SceneCondition)
    return replace(first, conjunction="or" if p.has("OR") else "and", other=second)


def condition(p: Parts) -> object:
    """The condition itself."""
    return p.children[0]


def how_many(p: Parts) -> Ask:
    """How many blocks are in the bowl?"""
    thing = p.one(Thing)
    where = p.maybe(Where)
    if p.has("COLOR"):
        where = Where("color", negated=p.has("NOT"), colors=tuple(p.tokens("COLOR")))
    if p.has("EMPTY"):
        where = Where("lone", negated=p.has("NOT"))
    if where is not None and where.relation != "table":
        thing = replace(thing, where=(*thing.where, where))
    return Ask("count", only(replace(_whatever(thing), plural=True, quantity="all")))


def _whatever(thing: Thing) -> Thing:
    """ "How many things": everything in view, also what commands about "everything" leave in place."""
    return replace(thing, category="thing") if thing.category in ("", "object") and not thing.unknown else thing


def which(p: Parts) -> Ask:
    """Which block is closest to the bowl?"""
    group = p.maybe(ThingGroup)
    if group is not None and group.either:
        raise Implausible("one of them")
    if group is not None and not p.all(Thing):
        return Ask("which", group)
    thing = _whatever(p.maybe(Thing) or Thing(p.token("NOUN").rstrip("*"), plural=not p.has("NOUN")))
    if group is not None and p.has("NEAREST", "FARTHEST"):
        order = Order("near" if p.has("NEAREST") else "far", 1, group)
        return Ask("which", only(replace(thing, orders=(order,), quantity="the")))
    where, order = p.maybe(Where), p.maybe(Order)
    if order is not None and isinstance(order.to, ThingGroup) and order.to.either:
        raise Implausible("nearest to one of them")
    if p.has("NOT") and where is not None:
        where = replace(where, negated=True)
    if p.has("COLOR") and p.has("IS"):
        where = Where("color", negated=p.has("NOT"), colors=tuple(p.tokens("COLOR")))
    if p.has("EMPTY"):
        where = Where("lone", negated=p.has("NOT"))
    if p.has("SUPER"):
        order = Order(p.token("SUPER"), int(p.token("ORDINAL") or 1))
    thing = replace(
        thing,
        where=(*thing.where, *([where] if where and where.relation != "table" else [])),
        orders=(*thing.orders, *([order] if order else [])),
        quantity="the" if order else "all",
        plural=thing.plural or order is None,
    )
    return Ask("which", only(thing))


def which_of(p: Parts) -> Ask:
    """Which is larger, the block or the bowl? Which is closer to the mug, the block or the bowl?"""
    group = p.one(ThingGroup)
    if not group.either:
        raise Implausible("one group")
    if not p.has("NEAREST", "FARTHEST"):
        return Ask("which", group, order=Order(p.token("SIZE") or p.token("SUPER")))
    order = Order("near" if p.has("NEAREST") else "far", 1, only(p.all(Thing)[-1]))
    return Ask("which", group, order=order)


def is_it(p: Parts) -> Ask:
    """Is X left of Y?"""
    return Ask("is", condition=_tested(p))


def what_color(p: Parts) -> Ask:
    """What colour is X?"""
    group = p.one(ThingGroup)
    return Ask("color", group)


def how_far(p: Parts) -> Ask:
    """How far is X from Y?"""
    groups = p.all(ThingGroup)
    if len(groups) == 2:
        return Ask("distance", groups[0], groups[1])
    if len(groups[0].items) != 2:
        raise Implausible("far from what")
    return Ask("distance", ThingGroup(groups[0].items[:1]), ThingGroup(groups[0].items[1:]))


RULES: dict[str, Rule] = {
    "condition": condition,
    "there_is": _tested,
    "is_where": _tested,
    "is_ranked": _tested,
    "is_color": _tested,
    "is_empty": _tested,
    "is_same_color": is_same_color,
    "is_many": is_many,
    "is_more": is_more,
    "does_contain": does_contain,
    "are_more": lambda p: Ask("is", condition=is_more(p)),
    "condition_joined": joined,
    "question": condition,
    "how_many": how_many,
    "where_is": lambda p: Ask("where", p.one(ThingGroup)),
    "is_it": is_it,
    "which": which,
    "which_of": which_of,
    "what_color": what_color,
    "how_far": how_far,
    "describe": lambda _: Ask("describe"),
}
