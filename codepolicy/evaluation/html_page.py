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


def document(title: str, body: str, *, script: str | None = None) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML.
        script: file beside this one whose content runs in it; its hash is all that may.
    """
    style, code = (_text(name) for name in ("report.css", script))
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    allowed = f"'sha256-{digest}'" if script is not None else "'none'"
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:; "
        f"script-src {allowed}"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head>\n<body>\n{body}\n"
        + (f"<script>{code}</script>" if script is not None else "")
        + "</body></html>\n"
    )


def _text(name: str | None) -> str:
    return files("codepolicy.evaluation").joinpath(name).read_text(encoding="utf-8") if name is not None else ""
