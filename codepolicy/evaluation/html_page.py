"""What every page has in common: one file, without network, its only script the one that comes along."""

from __future__ import annotations

import base64
import hashlib
from html import escape as _escaped
from importlib.resources import files

from codepolicy.printable import printable
from codepolicy.redaction import redacted


def escape(text: str) -> str:
    """`text` for the page: no markup, no character that cannot be seen or reorders what can, no secret."""
    return _escaped(printable(redacted(text)))


def document(title: str, body: str, *, filtered: bool = False) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML.
        filtered: whether it has a table to filter and sort, which takes a script; its hash is all that may run.
    """
    style, script = (
        files("codepolicy.evaluation").joinpath(name).read_text(encoding="utf-8")
        for name in ("report.css", "episode_filter.js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if filtered else "'none'"
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:; "
        f"script-src {allowed}"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n<body>\n{body}\n"
        + (f"<script>{script}</script>" if filtered else "")
        + "</body></html>\n"
    )
