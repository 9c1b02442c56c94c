"""How results show themselves in a notebook: plain HTML with inline styles, escaped, with secrets taken out."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from contextlib import suppress
from html import escape as _escaped
from pathlib import Path
from typing import Final

from codepolicy.printable import printable
from codepolicy.redaction import redacted

MOST_BYTES: Final = 8_000_000
"""Of a picture or a video that is put into a cell."""


def text(value: object) -> str:
    """`value` for a page."""
    return _escaped(printable(redacted(str(value))))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    top = "".join(f"<th>{text(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{text(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def code(source: str) -> str:
    """A program, its lines numbered."""
    lines = "\n".join(f"{n:>3}  {line}" for n, line in enumerate(source.rstrip().split("\n"), 1))
    return f'<pre style="padding:.5em;border:1px solid #8888;overflow:auto">{text(lines)}</pre>'


def picture(data: bytes, kind: str, label: str) -> str:
    """An image, inline."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return f'<img src="{source}" alt="{text(label)}" title="{text(label)}" style="max-width:49%">'


def file_picture(path: Path, label: str) -> str:
    """The PNG in a file; nothing where there is none."""
    with suppress(OSError):
        if path.stat().st_size <= MOST_BYTES:
            return picture(path.read_bytes(), "png", label)
    return ""


def file_video(path: Path) -> str:
    """The mp4 in a file; nothing where there is none, or where it is too large for a cell."""
    with suppress(OSError):
        if path.stat().st_size <= MOST_BYTES:
            source = f"data:video/mp4;base64,{base64.b64encode(path.read_bytes()).decode()}"
            return f'<video src="{source}" controls style="max-width:100%"></video>'
    return ""
