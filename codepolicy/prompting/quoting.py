"""Text that comes from the scene or from a program, made safe to stand in a prompt: quoted, on one line, short."""

from __future__ import annotations

import json
import re

_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9 _.-]{0,39}")


def one_line(text: str, limit: int = 200) -> str:
    """`text` without line breaks, control characters and Markdown fences, at most `limit` characters long."""
    flat = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).replace("`", "'").strip()
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def quoted(text: str, limit: int = 80) -> str:
    """`text` as a string literal on one line, at most about `limit` characters long."""
    return json.dumps(one_line(text, limit).replace("|", "/"), ensure_ascii=False)


def name(text: str) -> str:
    """An object's name: as it is when it looks like one, as a short quoted string when it does not."""
    return text if _PLAIN_NAME.fullmatch(text) else quoted(text, 40)


def fenced(code: str) -> str:
    """`code` as a Markdown block that it cannot end: the fence is longer than any row of backticks in it."""
    longest = max((len(row) for row in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{code.strip()}\n{fence}"
