"""JSON values that stand somewhere in the text of a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, cast

_OPENING: Final = re.compile(r"[\[{]")


def json_values(text: str, most: int) -> Iterator[tuple[int, object]]:
    """Every list or object in `text` that is none's part, with where it begins; `most` brackets are tried."""
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(most):
        match = _OPENING.search(text, at)
        if match is None:
            return
        try:
            value, at = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            at = match.start() + 1
            continue
        yield match.start(), cast(object, value)


def first_json(text: str) -> object:
    """The JSON value at the first bracket; None where it is none."""
    return next((value for _, value in json_values(text, 1)), None)
