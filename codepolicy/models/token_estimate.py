"""How many tokens a text has, estimated without a tokeniser, for servers that do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codepolicy.models.protocol import Message, Usage

_PIECE = re.compile(r"[^\W\d_]+|\d+|\n\s*|[^\w\s]+|_")


def estimated_tokens(text: str) -> int:
    """Tokens of `text` as current models count them.

    Words cost one token per six letters or part of them, numbers one per three digits, runs of other characters and of
    indentation one each. For English and Python this lies within about 15 % of byte-pair encodings such as o200k,
    mostly above.
    """
    return sum(
        -(-len(piece) // 6) if piece[0].isalpha() else -(-len(piece) // 3) if piece[0].isdigit() else 1
        for piece in _PIECE.findall(text)
    )


def estimated(messages: Sequence[Message], reply: str) -> Usage:
    """What a request and its reply cost in tokens."""
    return Usage(
        input_tokens=sum(estimated_tokens(m.text) for m in messages),
        output_tokens=estimated_tokens(reply),
    )
