"""Secrets taken out of whatever is printed or stored, by their values.

A key can come back in any sentence: a server echoes it, a library quotes a header, a person pastes it into an
instruction. So nothing looks for where a key stands; what leaves the process is searched for the values themselves, as
they are and as they are usually encoded, whole or in part.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

REDACTED = "[redacted]"
SHORTEST = 8
"""Characters; a shorter value is no secret, and would be found in ordinary words."""
PART = 12
"""Characters of a secret in a row that are found for certain; from `SHORTEST` on they may be."""
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS)$", re.IGNORECASE)
_URL_NAME = re.compile(r"(URL|PROXY)$", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@'\"\\<>]{1,500}@", re.IGNORECASE)
_MASK = r"[*•…#]{1,64}|\.{2,64}|[xX]{3,64}"
_given: set[str] = set()


def keep_secret(value: str) -> None:
    """Take `value` out of everything from here on, e.g. a password that came by a flag."""
    if len(value) >= SHORTEST:
        _given.add(value)


def redacted(text: str) -> str:
    """`text` without any secret, or part of one."""
    values = _secrets()
    text = _redactor(values).clean(text) if values else text
    return _USERINFO.sub(r"\1", text) if "@" in text else text


def redacted_json(encoded: bytes) -> bytes:
    """The same for JSON, which stays JSON: what is put in needs no escape, and what is taken out holds no quote."""
    return redacted(encoded.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def shown_url(url: str) -> str:
    """`url` without user, password, and the values of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return REDACTED if "@" in url else url
    query = re.sub(r"=[^&]*", "=…", parts.query)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def userinfo(url: str) -> tuple[str, str] | None:
    """User and password in `url`, decoded; None where there are none."""
    try:
        netloc = urlsplit(url).netloc
    except ValueError:
        return None
    info, at, _ = netloc.rpartition("@")
    user, _, password = info.partition(":")
    return (unquote(user), unquote(password)) if at else None


def _secrets() -> frozenset[str]:
    """The values that are secret now."""
    found = set(_given)
    for name in os.environ:
        holds = _holds(name)
        if holds == "secret":
            value = os.environ.get(name, "")
            found.update(part for part in (value, value.strip()) if len(part) >= SHORTEST)
        elif holds == "url" and "@" in (value := os.environ.get(name, "")):
            found.update(_of_url(value))
    return frozenset(found)


@lru_cache(maxsize=4096)
def _holds(name: str) -> Literal["secret", "url", ""]:
    """What a variable of the environment holds, by its name."""
    if _SECRET_NAME.search(name):
        return "secret"
    return "url" if _URL_NAME.search(name) else ""


def _of_url(url: str) -> Iterable[str]:
    """What is secret in an address: the password, or a user name that stands alone, as tokens do."""
    told = userinfo(url)
    if told is not None:
        secret = told[1] or told[0]
        yield from (part for part in (secret, quote(secret, safe="")) if len(part) >= SHORTEST)
        pair = f"{told[0]}:{told[1]}"
        if told[1] and len(pair) >= SHORTEST:
            yield pair


@dataclass(frozen=True, slots=True)
class _Redactor:
    forms: tuple[str, ...]
    masked: re.Pattern[str]
    """The ends of a secret beside stars, as servers print them."""

    def clean(self, text: str) -> str:
        for form in self.forms:
            text = _without(text, form)
        return self.masked.sub(REDACTED, text)


@lru_cache(maxsize=8)
def _redactor(secrets: frozenset[str]) -> _Redactor:
    forms = dict.fromkeys(form for secret in sorted(secrets, key=len, reverse=True) for form in _forms(secret))
    ends = [
        rf"{re.escape(secret[:4])}[^\s'\"]{{0,8}}(?:{_MASK})[^\s'\"]{{0,64}}"
        rf"|[^\s'\"]{{0,12}}(?:{_MASK}){re.escape(secret[-4:])}"
        for secret in secrets
    ]
    return _Redactor(tuple(f for f in forms if len(f) >= SHORTEST), re.compile("|".join(ends)))


def _forms(secret: str) -> Iterable[str]:
    """`secret` as it may be written down."""
    raw = secret.encode()
    yield secret
    yield secret[::-1]
    for escaped in (quote(secret, safe=""), quote(secret), html.escape(secret), json.dumps(secret)[1:-1], raw.hex()):
        yield escaped
        yield escaped.lower()
        yield escaped.upper()
    yield "".join(f"%{byte:02x}" for byte in raw)
    yield "".join(f"%{byte:02X}" for byte in raw)
    for shift in range(3):  # "Bearer " and "user:" stand before it, so it may begin at any of three places
        body = base64.b64encode(b"\0" * shift + raw).rstrip(b"=").decode()
        inner = body[(0, 2, 3)[shift] : len(body) - 1]  # the characters that belong to the secret alone
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def _without(text: str, form: str) -> str:
    """`text` without `form` and without long parts of it."""
    step = PART - SHORTEST + 1
    starts = range(0, len(form) - SHORTEST + 1, step)
    for start in (*starts, len(form) - SHORTEST):
        gram = form[start : start + SHORTEST]
        at = text.find(gram)
        while at >= 0:
            first, last = at, at + SHORTEST
            low, high = start, start + SHORTEST
            while first > 0 and low > 0 and text[first - 1] == form[low - 1]:
                first, low = first - 1, low - 1
            while last < len(text) and high < len(form) and text[last] == form[high]:
                last, high = last + 1, high + 1
            text = text[:first] + REDACTED + text[last:]
            at = text.find(gram, first + len(REDACTED))
    return text
