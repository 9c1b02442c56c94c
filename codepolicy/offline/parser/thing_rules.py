"""What noun phrases mean."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.parser.description_rules import Colors, FromSide, Measured, NotKind
from codepolicy.offline.parser.meaning import (
    QUANTITIES,
    SIZES,
    Order,
    Place,
    Pronoun,
    Thing,
    ThingGroup,
    Where,
    with_category,
)
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule, one_of


def group(p: Parts) -> ThingGroup:
    """Things joined by "and"; a noun left out is that of the next thing, or else of the one before."""
    items: list[Thing | Pronoun] = []
    for child in p.children:
        if isinstance(child, Thing | Pronoun):
            items.append(child)
        elif isinstance(child, ThingGroup):
            items.extend(child.items)
    first = items[0]
    if len(items) > 1 and isinstance(first, Thing) and first.quantity == "both" and not first.plural:
        items[0] = replace(first, quantity="the")
    category = ""
    for index in reversed(range(len(items))):
        item = items[index]
        if isinstance(item, Thing) and not item.category and not item.unknown and not item.names:
            items[index] = replace(item, category=category)
        elif isinstance(item, Thing):
            category = item.category
    for index, item in enumerate(items[1:], 1):
        before = items[index - 1]
        if isinstance(item, Thing) and not item.category and not item.other and isinstance(before, Thing):
            items[index] = replace(item, category=before.category)
    return ThingGroup(tuple(items))


def either(p: Parts) -> ThingGroup:
    """Things joined by "or"."""
    return replace(group(p), either=True)


def pronoun(p: Parts) -> Pronoun:
    """It, them."""
    return Pronoun(p.token("PRONOUN") == "them")


def excepted(p: Parts) -> Thing:
    """All blocks except the red one."""
    thing, but = p.one(Thing), p.one(ThingGroup)
    filled = tuple(
        replace(i, category=thing.category) if isinstance(i, Thing) and not i.category else i for i in but.items
    )
    if not thing.many and thing.quantity == "the":
        raise Implausible("one thing has no exceptions")
    return replace(thing, exceptions=ThingGroup(filled), quantity="all", plural=True)


def everything_but(p: Parts) -> Thing:
    """Everything but the red block; all but the red block, which speaks of blocks."""
    but = p.one(ThingGroup)
    category = next((i.category for i in but.items if isinstance(i, Thing)), "") if p.token("EVERYBUT") == "all" else ""
    return Thing(category, plural=True, quantity="all", exceptions=but)


def everything(p: Parts) -> Thing | Pronoun:
    """Everything, with conditions."""
    if p.has("DET") and p.token("DET") != "all::":
        return _so_many(p)
    return _with_posts(Thing(plural=True, quantity="a" if p.token("EVERYTHING") == "any" else "all"), p)


def _so_many(p: Parts) -> Thing | Pronoun:
    """Two (of what is spoken of); both."""
    quantity, number, compare = p.token("DET").split(":")
    if quantity == "both" and len(p.children) == 1:
        return Pronoun(plural=True)
    if not number or number == "1" or compare or quantity not in ("", "all", "the"):
        raise Implausible("how many")
    return _with_posts(Thing(plural=True, quantity=one_of(quantity, QUANTITIES), count=int(number)), p)


def the_others(_: Parts) -> Thing:
    """The others, the rest."""
    return Thing(plural=True, quantity="all", other=True)


def numbered(p: Parts) -> Thing:
    """A name out of the scene table: "red block 2", "block 2"."""
    words = [*p.tokens("COLOR"), p.token("NOUN").rstrip("*"), p.token("NUMBER")]
    return Thing(category=p.token("NOUN"), names=(" ".join(words),))


def noun_phrase(p: Parts) -> Thing:
    """Determiner, adjectives, noun and what stands after it."""
    noun = p.token("NOUN") or p.token("TOWER")
    ones = p.tokens("ONE")
    unknown = p.token("WORD")
    plural = noun.endswith("*") or "ones" in ones
    determiners = [d.split(":") for d in p.tokens("DET")] or [["", "", ""]]
    quantity, _, compare = determiners[0]
    if p.has("OF"):  # "the bigger of the two red blocks": the second number says how many there are to choose from
        determiners = determiners[:1]
        plural = "ones" in ones or bool(determiners[0][1])
    number = next((n for q, n, _ in determiners if n and (q != "a" or len(determiners) == 1)), "")
    count = int(number) if number else None
    if quantity == "none":
        raise Implausible("none of them")
    described = (
        p.all(Colors) or p.all(Order) or p.has("SIZE", "OTHER", "SUPER", "ORDINAL", "NEAREST", "FARTHEST", "RARITY")
    )
    chosen = p.has("CLOSEPAIR", "MATCHING", "MISMATCHED", "DIFFERENT")
    if not (noun or ones or unknown or described or chosen):
        raise Implausible("nothing named")
    if p.has("HALF"):
        compare, plural, quantity = "half", True, "all"
    thing = Thing(
        category=noun.rstrip("*"),
        plural=plural,
        quantity=one_of(quantity, QUANTITIES),
        count=count,
        size=one_of(p.token("SIZE"), SIZES),
        other=p.has("OTHER"),
        match="same" if p.has("MATCHING") else "different" if p.has("MISMATCHED") else None,
        distinct=p.has("DIFFERENT"),
        unknown=unknown,
        compare=compare,
    )
    if rarity := p.token("RARITY"):
        thing = replace(thing, where=(*thing.where, Where(rarity)))
    if p.has("CLOSEPAIR"):
        thing = replace(thing, orders=(Order("pair"),), count=2, plural=True)
    for state in p.tokens("OPEN", "CLOSE"):
        thing = replace(thing, where=(*thing.where, Where(state)))
    for place in p.all(Place):
        thing = replace(thing, where=(*thing.where, Where("region", place)))
    return _paired(_ranked(_with_posts(thing, p), p))


def _paired(thing: Thing) -> Thing:
    """ "The two closest blocks", measured to nothing that is named, are close to each other."""
    return replace(thing, orders=(Order("pair"),)) if thing.count == 2 and thing.orders == (Order("near"),) else thing


def _with_posts(thing: Thing, p: Parts) -> Thing:
    """The thing with the colours, conditions and orders that `p` holds."""
    for colors in p.all(Colors):
        if colors.negated:
            thing = replace(thing, where=(*thing.where, Where("color", negated=True, colors=colors.names)))
        else:
            thing = replace(thing, colors=(*thing.colors, *colors.names), plural=thing.plural or colors.all)
    if p.has("COLOR"):
        thing = replace(thing, colors=(*thing.colors, *p.tokens("COLOR")))
    wheres = [w for w in p.all(Where) if w.relation != "table"]
    wheres = [  # "smaller than the red one"
        replace(w, to=with_category(w.to, thing.category))
        if w.relation in ("larger", "smaller", "higher", "lower") and isinstance(w.to, ThingGroup)
        else w
        for w in wheres
    ]
    for but in p.all(NotKind):
        if thing.category not in ("", "object") or thing.exceptions:
            raise Implausible("a block is a block")
        thing = replace(thing, exceptions=ThingGroup((Thing(but.category, plural=True, quantity="all"),)))
    return replace(thing, where=(*thing.where, *wheres), orders=(*thing.orders, *p.all(Order)))


def _ranked(thing: Thing, p: Parts) -> Thing:
    """The thing with its superlatives, ordinals and what they are counted from."""
    rank = int(p.token("ORDINAL") or 1)
    sides, measured = p.all(FromSide), p.maybe(Measured)
    nearness = "near" if p.has("NEAREST") else "far" if p.has("FARTHEST") else ""
    superlative = p.token("SUPER")
    if superlative:
        thing = replace(thing, orders=(*thing.orders, Order(superlative, rank)))
    elif nearness and measured:
        thing = replace(thing, orders=(*thing.orders, Order(nearness, rank, measured.to)))
        measured = None
    elif nearness and sides:
        raise Implausible("near from a side")
    elif nearness:
        thing = replace(thing, orders=(*thing.orders, Order(nearness, rank)))
    elif p.has("ORDINAL") and sides:
        thing = replace(thing, orders=(*thing.orders, Order(sides[0].name, rank)))
        sides = sides[1:]
    elif p.has("ORDINAL"):
        if thing.orders and thing.orders[-1].rank == 1:
            thing = replace(thing, orders=(*thing.orders[:-1], replace(thing.orders[-1], rank=rank)))
        else:
            thing = replace(thing, orders=(*thing.orders, Order("left", rank)))
    if measured is not None or sides:
        raise Implausible("measured from something, but not ranked")
    return thing


RULES: dict[str, Rule] = {
    "group": group,
    "either": either,
    "pronoun": pronoun,
    "excepted": excepted,
    "everything_but": everything_but,
    "everything": everything,
    "the_others": the_others,
    "numbered": numbered,
    "noun_phrase": noun_phrase,
}
