"""What is outside the learned model's language: words that no instruction of its training had, and unlikely replies."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from primitives.categories import CATEGORIES, NOUNS
from primitives.colors import COLORS, SYNONYMS

CONNECT: Final = (
    "connect a larger model: --model openai:NAME (with OPENAI_API_KEY set), a server of your own with --base-url URL, "
    "or a file with --model local:FILE.gguf; --model offline writes by rules"
)
_WORD: Final = re.compile(r"\w+(?:'\w+)?")
_INSIDE: Final = re.compile(rf"\b(?:inside|within)(?: of)? (?:\w+ ){{0,2}}?({'|'.join(map(re.escape, NOUNS))})\b")
_FREE: Final = frozenset((*COLORS, *SYNONYMS, "a", "an", "the", "please"))


def words_of(instruction: str) -> list[str]:
    """The words that say what is asked, in lower case: all but colours and numbers."""
    found = (m[0].lower() for m in _WORD.finditer(instruction))
    return [w for w in dict.fromkeys(found) if w not in _FREE and not re.fullmatch(r"[\d._]+", w)]


def unknown_words(instruction: str, known: Collection[str]) -> list[str]:
    """The words of `instruction` that are none of `known`, nor one of them in the other number."""

    def is_known(word: str) -> bool:
        return word in known or f"{word}s" in known or (word.endswith("s") and word[:-1] in known)

    return [w for w in words_of(instruction) if not is_known(w)]


def inside_solid(instruction: str) -> str | None:
    """What has no inside, where something is to go inside it: a sentence that differs in one word from one it knows."""
    for found in _INSIDE.finditer(instruction.lower()):
        category = NOUNS.get(found[1])
        if category is not None and not CATEGORIES[category].hollow:
            return found[1]
    return None


def refusal(why: str) -> str:
    """What the person is told."""
    return f"I am a small model that learned this robot's tasks, and {why}. For this, {CONNECT}."
