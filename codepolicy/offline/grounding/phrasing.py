"""Meanings said back in plain English: for messages, comments and goal clauses."""

from __future__ import annotations

from collections.abc import Sequence

from codepolicy.offline.parser.meaning import Order, Place, Pronoun, Thing, ThingGroup, Where

SUPERLATIVES = {
    "large": "largest", "small": "smallest", "left": "leftmost", "right": "rightmost", "top": "topmost",
    "bottom": "bottommost", "high": "highest", "low": "lowest", "pair": "closest together",
    "near": "nearest", "far": "farthest",
}  # fmt: skip
ORDINALS = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    -1: "last",
}
RELATIONS = {
    "in": "in", "on": "on", "under": "under", "left": "left of", "right": "right of", "top": "behind",
    "bottom": "in front of", "near": "next to", "between": "between", "region": "at", "larger": "larger than",
    "smaller": "smaller than", "higher": "higher than", "lower": "lower than", "same": "of the same colour as",
    "different": "of another colour than", "with": "with",
}  # fmt: skip


RARITIES = {"common": "of the most common colour", "unique": "of a colour of its own"}


def listed(words: Sequence[str], joint: str = "and") -> str:
    """ "a, b and c"."""
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def plural(noun: str) -> str:
    """More than one of it."""
    return noun + ("es" if noun.endswith("x") else "s")


def noun(thing: Thing) -> str:
    """Colour and category: "red block", "object"."""
    word = (thing.unknown and " ".join(filter(None, (thing.unknown, thing.category)))) or thing.category or "object"
    return " ".join(filter(None, (" or ".join(thing.colors), word)))


def thing(t: Thing) -> str:
    """The whole noun phrase in one wording, so that equal phrases have equal texts."""
    if t.names:
        return listed(t.names)
    words = [t.quantity if t.count is None or t.quantity == "all" else "" if t.quantity != "the" else "the"]
    if not words[0] and not t.plural and t.count is None:
        words = ["a"]
    if t.quantity == "a" and t.plural and t.count is None:
        words = ["any"]
    if t.count is not None:
        words.append(str(t.count))
    words += ["(half)"] * (t.compare == "half") + ["other"] * t.other + [t.size]
    words += [_before(o) for o in t.orders if o.to is None]
    name = noun(t)
    words.append(plural(name) if t.many and t.quantity != "each" else name)
    words += [_after(o) for o in t.orders if o.to is not None]
    be = "that are" if t.many and t.quantity != "each" else "that is"
    words += [be + " not" * w.negated + " " + where(w) for w in t.where]
    if t.match:
        words.append({"same": "of the same colour", "different": "of another colour"}[t.match])
    if t.exceptions:
        words.append("except " + group(t.exceptions))
    return " ".join(filter(None, words))


def group(g: ThingGroup) -> str:
    """Things joined by and."""
    return listed([("them" if i.plural else "it") if isinstance(i, Pronoun) else thing(i) for i in g.items],
                  "or" if g.either else "and")  # fmt: skip


def place(p: Place) -> str:
    """A place of the table."""
    if p.order and isinstance(p.order.to, ThingGroup):
        return f"{p.name} {'closest to' if p.order.key == 'near' else 'farthest from'} {group(p.order.to)}"
    return f"different {p.name}s" if p.distinct else p.name


def where(w: Where) -> str:
    """A condition."""
    if w.relation == "color":
        return " or ".join(w.colors)
    if w.relation in RARITIES:
        return RARITIES[w.relation]
    if w.relation in ("open", "closed", "pressed"):
        return w.relation
    if w.relation == "lone":
        return "empty"
    to = group(w.to) if isinstance(w.to, ThingGroup) else place(w.to) if w.to else ""
    return f"{RELATIONS[w.relation]} {to}"


def _before(order: Order) -> str:
    if order.rank == 1:
        return SUPERLATIVES[order.key]
    return f"{ORDINALS.get(order.rank, str(order.rank))} {SUPERLATIVES[order.key]}"


def _after(order: Order) -> str:
    word = "closest to" if order.key == "near" else "farthest from"
    to = (
        group(order.to)
        if isinstance(order.to, ThingGroup)
        else f"the {order.to.name}"
        if isinstance(order.to, Place)
        else ""
    )
    return " ".join(filter(None, (ORDINALS.get(order.rank, "") if order.rank != 1 else "", word, to)))
