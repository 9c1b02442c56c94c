"""Replies in words alone: a question to the person, an answer, or a refusal, in whatever language."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

ProseKind = Literal["question", "answer", "refusal"]

_ENGLISH_QUESTION = re.compile(
    r"^(?:please )?(?:how|what|which|where|who|why|when|is|are|was|were|does|did|can|could|has|have"
    r"|tell|say|describe|count|list|name|report|explain)\b",
    re.IGNORECASE,
)
"""Questions that people type without a question mark."""


def prose_kind(text: str, instruction: str) -> ProseKind:
    """What a reply without code is.

    Args:
        text: the reply.
        instruction: what the person said.
    """
    if asks(text) and not (is_question(instruction) and not _ends_in_question(text)):
        return "question"
    return "answer" if is_question(instruction) else "refusal"


def asks(text: str) -> bool:
    """Whether there is a question mark of any script in `text`."""
    return any(_is_question_mark(c) for c in text)


def is_question(instruction: str) -> bool:
    """Whether `instruction` asks for an answer rather than for something to be done."""
    return _ends_in_question(instruction) or bool(_ENGLISH_QUESTION.match(instruction.strip()))


def _ends_in_question(text: str) -> bool:
    return any(_is_question_mark(c) for c in text.rstrip()[-3:])


def _is_question_mark(character: str) -> bool:
    return "QUESTION MARK" in unicodedata.name(character, "") or character in "\u037e"
