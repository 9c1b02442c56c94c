"""What a query such as "largest block" or "second red block from the left" means in a scene.

    [ordinal or superlative] [color] [noun] ["from the" direction | "on the" direction]

A query that is the name of a thing means that thing, where one is asked for; where several are, a name without a number
is a description too, so that "blue block" means all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from primitives.categories import NOUNS
from primitives.colors import COLORS, canonical
from primitives.failures import Ambiguous, BadArgument, NotFound
from primitives.perception.region_names import named_region
from primitives.scene import SceneObject, Workspace

ANYTHING = frozenset({"object", "thing", "item", "one", "everything"})
_ARTICLES = frozenset({"the", "a", "an"})
_FILLER = _ARTICLES | frozenset({"all", "every", "each", "both", "any", "of", "colored", "coloured", "my"})
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}

_NUMBERED = re.compile(r" \d+$")
_Key = Callable[[SceneObject], float]


def _x(o: SceneObject) -> float:
    return o.position[0]


def _y(o: SceneObject) -> float:
    return o.position[1]


def _volume(o: SceneObject) -> float:
    return math.prod(o.size)


def _minus(key: _Key) -> _Key:
    return lambda o: -key(o)


_DIRECTIONS: dict[str, _Key] = {
    "left": _minus(_y), "right": _y, "top": _minus(_x), "back": _minus(_x), "bottom": _x, "front": _x,
}  # fmt: skip
"""Sort keys that count objects from a side."""
_SUPERLATIVES: dict[str, _Key] = {
    "largest": _minus(_volume), "biggest": _minus(_volume), "smallest": _volume,
    "leftmost": _minus(_y), "rightmost": _y, "topmost": _minus(_x), "bottommost": _x,
    "farthest": _minus(_x), "furthest": _minus(_x), "nearest": _x, "closest": _x,
    "frontmost": _x, "backmost": _minus(_x),
    "tallest": lambda o: -o.size[2], "shortest": lambda o: o.size[2],
    "highest": lambda o: -o.top, "lowest": lambda o: o.top,
}  # fmt: skip
_TIE = {"largest": 0.08, "biggest": 0.08, "smallest": 0.08, "tallest": 0.004, "shortest": 0.004}
"""Within this much of the best, things count as equally large (relative) or tall (m), hence ambiguous."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    color: str | None
    category: str | None
    order: _Key | None
    rank: int
    """1 is the first in `order`, -1 the last."""
    superlative: str | None
    unknown: str | None
    """A noun that names no category."""


def matches(query: str, objects: Sequence[SceneObject]) -> list[SceneObject]:
    """Every object that `query` describes, or whose name it is; empty when there is none.

    Raises:
        BadArgument: a word of the query has no meaning here, or it names a place.
    """
    named = [o for o in objects if o.name == _as_name(query)]
    if named and _NUMBERED.search(named[0].name):
        return named
    try:
        parsed = _parse(query)
    except BadArgument:
        if named:
            return named
        raise
    if parsed.unknown is not None:
        return named
    found = [
        o for o in objects if o in named or (parsed.color in (None, o.color) and parsed.category in (None, o.category))
    ]
    if parsed.order is None:
        return found
    ranked = sorted(found, key=parsed.order)
    if abs(parsed.rank) > len(ranked):
        return []
    best = ranked[parsed.rank - 1 if parsed.rank > 0 else parsed.rank]
    tie = _TIE.get(parsed.superlative or "")
    if tie is None:
        return [best]
    top = parsed.order(best)
    slack = tie if parsed.superlative in ("tallest", "shortest") else abs(top) * tie
    return [o for o in ranked if parsed.order(o) - top <= slack]


def translated(query: str, aliases: Mapping[str, str]) -> str:
    """`query` with the words of `aliases` replaced by those that they stand for, the longest first."""
    for word in sorted(aliases, key=len, reverse=True):
        query = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", aliases[word], query, flags=re.IGNORECASE)
    return query


def find(query: str, objects: Sequence[SceneObject]) -> SceneObject:
    """The one object whose name `query` is, or else that it describes.

    Raises:
        NotFound: nothing matches; the candidates are everything in view.
        Ambiguous: several match; they are the candidates.
        BadArgument: a word of the query has no meaning here.
    """
    found = [o for o in objects if o.name == _as_name(query)] or matches(query, objects)
    if not found:
        raise not_found(query, objects)
    if len(found) > 1 and _words(query)[-1:] == ["object"]:  # what has no other category is called so
        found = [o for o in found if o.category == "object"] or found
    return only(query, found)


def only(query: str, found: Sequence[SceneObject]) -> SceneObject:
    """The one of `found`, N > 0, that `query` means. Raises Ambiguous when there are several."""
    if len(found) > 1:
        names = tuple(o.name for o in found)
        raise Ambiguous(
            f"{query!r} describes {len(found)} objects: {', '.join(names)}",
            candidates=names,
            hint="use one of these names, or say which, e.g. 'leftmost' or 'largest'",
        )
    return found[0]


def not_found(query: str, objects: Sequence[SceneObject]) -> NotFound:
    """The failure for a query that nothing matches."""
    names = tuple(o.name for o in objects)
    return NotFound(
        f"no {_as_name(query)}; I see: {', '.join(names) or 'nothing'}",
        candidates=names,
        hint="use a name out of the list" if names else "nothing is in view; look again with detect()",
    )


def _as_name(query: str) -> str:
    """The name that `query` would be: "the grey block 2" is "gray block 2". Words for several are no name."""
    return " ".join(canonical(w) or w for w in re.findall(r"[a-z0-9]+", query.lower()) if w not in _ARTICLES)


def _words(query: str) -> list[str]:
    return [w for w in re.findall(r"[a-z0-9]+", query.lower()) if w not in _FILLER]


def _noun(word: str) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in NOUNS:
            return NOUNS[form]
        if form in ANYTHING:
            return "object"
    return None


def _parse(query: str) -> _Parsed:
    place = named_region(query, Workspace())
    if place is not None:
        raise BadArgument(
            f"{query!r} is a place on the table, not an object",
            hint=f"use region({place.name!r}), or in_region(obj, {place.name!r}) to ask whether something is there",
        )
    words = _words(query)
    color = category = superlative = None
    order: _Key | None = None
    rank = 1
    generic = False
    unknown: list[str] = []
    at = 0
    while at < len(words):
        word, rest = words[at], words[at + 1 :]
        number = _ordinal(word)
        if word in ("from", "on", "at", "to", "in") and rest and rest[0] in _DIRECTIONS:
            order = _DIRECTIONS[rest[0]]
            at += 1
        elif word in _SUPERLATIVES:
            order, superlative = _SUPERLATIVES[word], word
        elif word == "last":
            rank = -1
        elif number is not None:
            rank = number
        elif _noun(word) is not None:
            noun = _noun(word)
            generic = noun == "object"
            category = None if generic else noun
        elif canonical(word) is not None:
            color = canonical(word)
        elif word in ("side", "table"):
            pass
        else:
            unknown.append(word)
        at += 1
    if unknown and (category is not None or generic):
        raise BadArgument(
            f"the query {query!r} has a word that means nothing here: {unknown[0]!r}",
            subject=unknown[0],
            candidates=tuple(sorted({*NOUNS.values(), *_SUPERLATIVES, *COLORS})),
            hint="a query is a name, or color and category, e.g. 'red block', 'blocks', 'largest bowl', "
            "'second block from the left'",
        )
    if rank != 1 and order is None:
        order = _DIRECTIONS["left"]
    return _Parsed(color, category, order, rank, superlative, " ".join(unknown) or None)


def _ordinal(word: str) -> int | None:
    if word in _ORDINALS:
        return _ORDINALS[word]
    counted = re.fullmatch(r"(\d+)(st|nd|rd|th)", word)
    return int(counted.group(1)) if counted and int(counted.group(1)) > 0 else None
