"""Lines of text as rows of a terminal, cut by us and not by the terminal, so that no text of a program begins one.

Terminals disagree about the width of marks, regional indicators, emoji and "ambiguous" characters. What counts here is
the widest that any of them draws: a row that fits by this measure is never wrapped.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from typing import TextIO

HANGING = "      "
"""Before what does not fit on a row."""
_WIDE = frozenset("WFA")
_OTHERWISE_WIDE = frozenset(("So", "Sk", "Cn", "Co", "Cf"))
"""Categories some of whose characters are drawn in two cells: emoji and their modifiers, what is not assigned yet."""


def widest(text: str) -> int:
    """Cells that `text` takes at most."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if character < "\x7f":
        return 1
    wide = unicodedata.east_asian_width(character) in _WIDE or unicodedata.category(character) in _OTHERWISE_WIDE
    return 2 if wide else 1


def rows(line: str, width: int) -> Iterator[str]:
    """`line` in pieces of at most `width` cells, each after the first behind `HANGING`; at a space if one is near."""
    hanging = HANGING if width > 2 * len(HANGING) else " "
    while width > 2 and widest(line) > width:
        cut = fitting(line, width)
        space = line.rfind(" ", len(hanging) + 1, cut)
        cut = space if space > cut // 2 else _before_marks(line, cut)
        yield line[:cut]
        line = hanging + line[cut:].lstrip(" ")
    yield line


def fitted(text: str, stream: TextIO) -> str:
    """`text` as it may be written on `stream`: on a terminal its lines in rows, elsewhere as it is."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    lines = encoded(text, stream.encoding).split("\n")
    return "\n".join(row for line in lines for row in rows(line.expandtabs(4), width))


def encoded(text: str, encoding: str | None) -> str:
    """`text` with the escapes that a stream of `encoding` will write for letters that it lacks."""
    return text.encode(encoding or "utf-8", "backslashreplace").decode(encoding or "utf-8")


def fitting(text: str, width: int) -> int:
    """How many characters of `text` fit into `width` cells."""
    for number, character in enumerate(text):
        width -= _cells(character)
        if width < 0:
            return number
    return len(text)


def _before_marks(text: str, cut: int) -> int:
    """`cut`, moved before a letter whose marks follow; where it is all marks, they are parted."""
    at = cut
    while at > cut // 2 and unicodedata.category(text[at]).startswith("M"):
        at -= 1
    return at if at > cut // 2 else cut
