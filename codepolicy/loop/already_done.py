"""Whether a goal check that held from the start shows that there was nothing to do.

What holds may have nothing to do with what was asked: that a block exists, that there are four of them, that another
block is on the table. It shows something when its clauses rest on measured relations or places of every thing and
region that the instruction names. An instruction in another language than English names nothing that can be looked up;
there every clause has to rest on measured relations of things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codepolicy.episode import GoalCheck
from primitives.categories import NOUNS
from primitives.colors import canonical
from primitives.scene import REGION_NAMES, SceneObject

_WORD = re.compile(r"[^\W_]+")
_EVERY = frozenset({"all", "every", "each", "both", "everything"})
_BEFORE = _EVERY | frozenset({"the", "a", "an", "any", "one", "two", "three", "four", "five", "its", "their", "other"})
"""Words of which one stands before a noun in the singular; without one, "can" is no cylinder."""
_ENGLISH = frozenset(
    [
        "the",
        "put",
        "move",
        "bring",
        "set",
        "make",
        "take",
        "get",
        "give",
        "push",
        "slide",
        "stack",
        "sort",
        "clean",
        "tidy",
        "clear",
        "line",
        "turn",
        "lift",
        "open",
        "close",
        "all",
        "every",
        "each",
        "everything",
        "with",
        "and",
        "up",
        "is",
        "are",
        "it",
        "its",
        "of",
        "them",
        "into",
        "onto",
        "away",
        "you",
    ]
)
"""Words of which an English instruction has one, and hardly any other language."""
_REACH = 3
"""How many words before a noun are looked at."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing or a group of things, as an instruction names it."""

    category: str
    color: str | None
    every: bool
    """Whether all things of that kind are meant."""

    def meant(self, scene: Sequence[SceneObject]) -> set[str]:
        """Names of what it may be in `scene`."""
        return {o.name for o in scene if o.category == self.category and (self.color is None or o.color == self.color)}


def mentions(instruction: str) -> Iterator[Mention]:
    """The things that `instruction` names by category, and by colour where it says one."""
    words = [word.lower() for word in _WORD.findall(instruction)]
    for index, word in enumerate(words):
        category, plural = _category(word)
        if category is None:
            continue
        before = words[max(0, index - _REACH) : index]
        colors = _colors(before)
        if not plural and not colors and not _BEFORE & set(before):
            continue
        for color in colors or (None,):
            yield Mention(category, color, plural or bool(_EVERY & set(before)))


def shows_it_is_done(check: GoalCheck, instruction: str, scene: Sequence[SceneObject]) -> bool:
    """Whether the clauses of `check`, which hold, measure what `instruction` is about.

    Args:
        check: a goal check that held before anything moved.
        instruction: what was asked.
        scene: what was seen before anything moved.
    """
    measured = {name for clause in check.clauses for relation in clause.relations for name in relation.of}
    named = tuple(mentions(instruction))
    if not named and not _is_english(instruction):
        return bool(check.clauses) and all(clause.relations for clause in check.clauses)
    if not named or not _regions(instruction) <= measured:
        return False
    for mention in named:
        meant = mention.meant(scene)
        if not meant & measured or (mention.every and not meant <= measured):
            return False
    return True


def _is_english(instruction: str) -> bool:
    return not _ENGLISH.isdisjoint(word.lower() for word in _WORD.findall(instruction))


def _category(word: str) -> tuple[str | None, bool]:
    """The category that a noun means, and whether the noun is a plural."""
    if word in NOUNS:
        return NOUNS[word], False
    singular = next((word.removesuffix(end) for end in ("es", "s") if word.removesuffix(end) in NOUNS), None)
    return (NOUNS[singular], True) if singular is not None and singular != word else (None, False)


def _colors(before: Sequence[str]) -> tuple[str, ...]:
    """The colours among the words right before a noun."""
    found: list[str] = []
    for word in reversed(before):
        color = canonical(word)
        if color is not None:
            found.append(color)
        elif word in _BEFORE or _category(word)[0] is not None:
            break
    return tuple(reversed(found))


def _regions(instruction: str) -> set[str]:
    """The regions of the table that `instruction` names; not the table itself, on which all things are."""
    text = " ".join(_WORD.findall(instruction.lower()))
    return {name for name in REGION_NAMES if f" {name} " in f" {text} "}
