"""What the reason for declining names: things by colour and category, in English; other languages are told apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from primitives.categories import NOUNS
from primitives.colors import canonical

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MEASURE = re.compile(r"\b(?:reach\w*|unreach\w*|far|workspace|fit\w*|big\w*|large\w*|small\w*|wide\w*|heavy)\b")
"""Other reasons than that something is missing."""
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        """the there that this it not can can't cannot and you my with which here than too have done won't isn't aren't
        don't doesn't but because are be possible impossible task nothing working sorry unable i'm would could should
        what any find see object objects thing things""",
    )
)
"""Words of English that are none in most languages of Latin letters."""
_SHARE = 0.15
"""Smallest share of English words in an English text."""
_LETTERS, _WORDS = 4, 3
"""Shorter texts are no reason: letters of other scripts, words of the Latin one."""


def named_missing(reason: str, missing: Collection[str]) -> bool:
    """Whether `reason` names one of the `missing` things.

    By category and colour; by its colour where that belongs to nothing else; or by its category alone, where no colour
    goes with it and nothing else, such as reach or size, is given as the reason.

    Args:
        reason: what was said.
        missing: "<color> <category>" each.
    """
    words = _WORD.findall(reason.lower())
    measured = _MEASURE.search(reason.lower()) is not None
    return any(_names(words, *thing.split(" ", 1), measured=measured) for thing in missing)


def _names(words: Sequence[str], color: str, category: str, *, measured: bool) -> bool:
    for index, word in enumerate(words):
        if _category(word) == category:
            colors = [found for w in words[max(0, index - 2) : index] if (found := canonical(w)) is not None]
            if color in colors or (not colors and not measured):
                return True
        elif canonical(word) == color and not any(_category(w) for w in words[index + 1 : index + 3]):
            return True
    return False


def _category(word: str) -> str | None:
    forms = (word, word.removesuffix("s"), word.removesuffix("es"))
    return next((NOUNS[form] for form in forms if form in NOUNS), None)


def is_foreign(reason: str) -> bool:
    """Whether `reason` is a sentence in another language than English, as far as its common words tell."""
    words = _WORD.findall(reason.lower().replace("\u2019", "'"))
    share = sum(word in _ENGLISH for word in words) / max(1, len(words))
    if any(canonical(color) and _category(thing) for color, thing in pairwise(words)):
        return False
    other = sum(len(word) for word in words if any(ord(c) > 0x24F for c in word))
    return share < _SHARE and (len(words) >= _WORDS or other >= _LETTERS)
