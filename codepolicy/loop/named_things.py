"""Which things in view an instruction names: by their names, or by colour and category in any language known.

What no word is known for is not named: an instruction in another language, or one that says "it" and "the others".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from codepolicy.loop.thing_words import CATEGORIES, COLORS, EVERY, FEW
from primitives.categories import NOUNS
from primitives.colors import COLORS as NAMED_COLORS
from primitives.colors import SYNONYMS
from primitives.scene import SceneObject

_REACH: Final = 28
"""So many characters a colour may stand from its noun, and "all" before it; a third of it in Chinese or Japanese."""
_LOOSE: Final = frozenset(("can", "target", "marker", "patch", "pad", "mat", "tube", "nut"))
"""Nouns that mean something else as well, so that they need a colour."""
_BREAK: Final = re.compile(r"[.;:!?。；：！？\n]")

Kind = Literal["color", "category", "every", "few"]


@dataclass(frozen=True, slots=True)
class Named:
    """A thing or a group of things that an instruction names."""

    color: str | None
    category: str | None
    meant: frozenset[str]
    """Names of what it may be among the things in view; empty where there is none such."""
    every: bool
    """Whether a word says that all of these are meant."""
    plural: bool
    """Whether it is a plural without a number."""
    start: int
    end: int
    """Where it stands in the instruction."""

    @property
    def words(self) -> str:
        """As the scene table says it."""
        return " ".join(word for word in (self.color, self.category) if word) or ", ".join(sorted(self.meant))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    value: str
    start: int
    end: int
    plural: bool = False


def named_things(instruction: str, scene: Sequence[SceneObject]) -> tuple[Named, ...]:
    """What `instruction` names, in its order."""
    found = list(_by_name(instruction, scene))
    taken = [(n.start, n.end) for n in found]
    tokens = [t for t in _tokens(instruction) if not any(s < t.end and t.start < e for s, e in taken)]
    found += _by_words(instruction, tokens, scene)
    return tuple(sorted(found, key=lambda n: n.start))


def _by_name(instruction: str, scene: Sequence[SceneObject]) -> Iterator[Named]:
    """Things whose names are more than colour and category, such as "red block 2"."""
    low, taken = instruction.lower(), list[tuple[int, int]]()
    for thing in sorted(scene, key=lambda o: -len(o.name)):
        name = thing.name.lower()
        if not name or name == f"{thing.color} {thing.category}".lower() or name == thing.category:
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", low):
            if not any(s < match.end() and match.start() < e for s, e in taken):
                taken.append(match.span())
                yield Named(None, None, frozenset((thing.name,)), False, False, *match.span())


def _by_words(instruction: str, tokens: Sequence[_Token], scene: Sequence[SceneObject]) -> Iterator[Named]:
    nouns = [t for t in tokens if t.kind == "category"]
    colors: dict[int, list[_Token]] = {}
    for color in (t for t in tokens if t.kind == "color"):
        noun = _noun_of(color, nouns, instruction, scene)
        if noun is not None:
            colors.setdefault(noun, []).append(color)
    for index, noun in enumerate(nouns):
        last = nouns[index - 1].end if index else 0
        before = [t for t in tokens if last <= t.start and t.end <= noun.start]
        before = [t for t in before if noun.start - t.end <= _reach(instruction, t, noun)]
        every = any(t.kind == "every" for t in before)
        plural = noun.plural and not any(t.kind == "few" for t in before)
        own = list({t.value: t for t in reversed(colors.get(index, ()))}.values())
        if not own and noun.value in _LOOSE:
            continue
        for color in own or (None,):
            yield _named(noun, color, nouns, scene, every=every, plural=plural)


def _named(
    noun: _Token,
    color: _Token | None,
    nouns: Sequence[_Token],
    scene: Sequence[SceneObject],
    *,
    every: bool,
    plural: bool,
) -> Named:
    """What one noun means, of one colour where it has any."""
    category = NOUNS.get(noun.value, noun.value)
    value = color.value if color is not None else None
    meant = frozenset(o.name for o in scene if o.category == category and value in (None, o.color))
    if color is None:
        return Named(None, category, meant, every, plural, noun.start, noun.end)
    if any(noun.end <= n.start < color.start for n in nouns):  # "and the blue one"
        return Named(value, category, meant, False, False, color.start, color.end)
    return Named(value, category, meant, every, plural, min(noun.start, color.start), max(noun.end, color.end))


def _noun_of(color: _Token, nouns: Sequence[_Token], text: str, scene: Sequence[SceneObject]) -> int | None:
    """Which noun a colour belongs to: the nearest of those that make a thing in view of it, else the nearest."""
    near = [i for i, n in enumerate(nouns) if _gap(color, n) <= _reach(text, color, n) and not _apart(text, color, n)]
    near.sort(key=lambda i: (_gap(color, nouns[i]), nouns[i].start < color.start))
    real = {(o.color, o.category) for o in scene}
    before = [i for i in reversed(range(len(nouns))) if nouns[i].end <= color.start]  # "and the blue one"
    fitting = [i for i in (*near, *before) if (color.value, NOUNS.get(nouns[i].value, nouns[i].value)) in real]
    return next(iter((*fitting, *near)), None)


def _gap(a: _Token, b: _Token) -> int:
    return max(a.start, b.start) - min(a.end, b.end)


def _apart(text: str, a: _Token, b: _Token) -> bool:
    between = text[min(a.end, b.end) : max(a.start, b.start)]
    return _BREAK.search(between) is not None


def _reach(text: str, a: _Token, b: _Token) -> int:
    return _REACH if text[a.start : a.start + 1] < "\u2e80" or text[b.start : b.start + 1] < "\u2e80" else _REACH // 3


def _tokens(text: str) -> list[_Token]:
    """Words for colours, categories and quantities, in order."""
    found: list[_Token] = []
    for match in _pattern().finditer(text.lower()):
        kind, _, value = str(match.lastgroup).rpartition("__")[0].partition("_")
        word = match[0]
        plural = kind == "category" and word not in NOUNS and word.removesuffix("es").removesuffix("s") in _stems()
        found.append(_Token(kind, value, *match.span(), plural))  # type: ignore[arg-type]
    return found


@cache
def _stems() -> frozenset[str]:
    """English nouns without the ending of a plural."""
    return frozenset(noun.removesuffix("es").removesuffix("s") for noun in NOUNS)


@cache
def _pattern() -> re.Pattern[str]:
    """Every word, the longer one first where two begin alike."""
    words: list[tuple[str, str]] = []
    for color in NAMED_COLORS:
        english = [color, *(s for s, c in SYNONYMS.items() if c == color)]
        words += [(f"color_{color}", w) for w in (*english, *COLORS.get(color, "").split())]
    for noun, category in NOUNS.items():
        words.append((f"category_{noun}", f"{noun}(?:s|es)?"))
        words += [(f"category_{category}", w) for w in CATEGORIES.get(category, "").split()] if noun == category else []
    words += [("every_", w) for w in EVERY.split()] + [("few_", w) for w in FEW.split()]
    seen: dict[str, str] = {}
    for group, word in words:
        seen.setdefault(word, group)
    parts: list[str] = []
    for index, (word, group) in enumerate(sorted(seen.items(), key=lambda item: -len(item[0]))):
        bare = ord(re.sub(r"[\\\[(?:]", "", word)[:1] or "a") >= 0x2E80
        whole = word if bare else rf"(?<!\w)(?:{word})(?!\w)"
        parts.append(f"(?P<{group}__{index}>{whole})")
    return re.compile("|".join(parts))
