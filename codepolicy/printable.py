"""Text from programs, models, servers, scenes and files, made safe to be looked at.

A control character is shown, not sent: `\\x1b` stands for an escape, and so are combining marks without a letter. So
nothing that is printed moves the cursor, sets a title, writes the clipboard, hides or reorders what a person reads.
"""

from __future__ import annotations

import re
import unicodedata

MARKS = 4
"""Most combining marks on one letter; no writing has more, and a pile of them paints over other lines."""
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but for tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"  # without width
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"  # nor these; bidirectional
    "\ud800-\udfff"  # halves of surrogate pairs
    "\U000e0000-\U000e0fff"  # tags, which spell hidden text
)
_ONE = re.compile(f"[{_UNSEEN}]")
_LINE = re.compile(f"[{_UNSEEN}\n\t]")


def printable(text: str) -> str:
    """`text` with escapes for the characters that cannot be seen; line feeds and tabs stay."""
    return _bare_marks(controls_shown(text))


def controls_shown(text: str) -> str:
    """The same for a piece of a text, which may begin between a letter and its marks."""
    return _ONE.sub(_escape, text)


def printable_line(text: str) -> str:
    """The same on one line: line feeds and tabs are shown, too."""
    return _bare_marks(_LINE.sub(_escape, text))


def _bare_marks(text: str) -> str:
    """`text` with escapes for the combining marks that belong to no letter, or are too many on one."""
    if text.isascii():
        return text
    shown: list[str] = []
    marks = MARKS  # at the start there is no letter
    for character in text:
        if (
            unicodedata.category(character)[0] == "M" and character != "\ufe0f"
        ):  # which makes an emoji of the one before
            marks += 1
            shown.append(character if marks <= MARKS else character.encode("unicode_escape").decode())
        else:
            marks = MARKS if character in "\n\t " else 0
            shown.append(character)
    return "".join(shown)


def printable_json(encoded: bytes) -> bytes:
    """JSON that says the same without such characters: they can only stand in strings, so an escape means the same."""
    return _ONE.sub(_json_escape, encoded.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode()


def _json_escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
