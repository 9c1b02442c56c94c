"""What a vision model answers, read as data: names for numbered things, however they are wrapped, and nothing else."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, cast

LONGEST, MOST_WORDS = 40, 5
"""Characters and words of a name."""
FILLER = frozenset({"the", "a", "an", "all", "every", "each", "any", "my", "of", "some", "please"})
"""Words that say nothing about a thing."""
_ATTRIBUTES = 8
"""How many attributes are kept of each thing."""
_MOST_READ, _MOST_STARTS = 20_000, 50
"""Characters of an answer, and brackets in it, that are looked at."""


def parsed_names(answer: str, marks: Sequence[int]) -> dict[int, tuple[str, tuple[str, ...], float]]:
    """Name, attributes and confidence for those of `marks` that `answer` names, however it is wrapped.

    Marks that were not asked about are left out, and so is what is no name.
    """
    told: dict[int, tuple[str, tuple[str, ...], float]] = {}
    for mark, value in _entries(answer):
        if mark not in marks or mark in told:
            continue
        fields = cast("dict[str, Any]", value if isinstance(value, dict) else {"name": value})
        name = cleaned(fields.get("name"))
        if name is None:
            continue
        listed = fields.get("attributes")
        raw = cast("list[object]", listed) if isinstance(listed, list) else []
        attributes = tuple(a for a in map(cleaned, raw[:_ATTRIBUTES]) if a is not None)
        sure = fields.get("confidence")
        confidence = float(sure) if isinstance(sure, (int, float)) and 0 <= sure <= 1 else 0.5
        told[mark] = (name, attributes, confidence)
    return told


def cleaned(text: object) -> str | None:
    """`text` as a name: small letters, digits and single spaces; None where nothing is left, or it is a sentence."""
    if not isinstance(text, str) or len(text) > 4 * LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).lower()
    words = re.findall(r"[^\W_]+", plain)
    while words and words[-1].isdigit():
        words.pop()  # twins are numbered by memory alone
    while words and words[0] in FILLER:
        words.pop(0)
    name = " ".join(words)
    return name if words and len(words) <= MOST_WORDS and len(name) <= LONGEST and not name.isdigit() else None


def _entries(answer: str) -> list[tuple[int, object]]:
    """Pairs of a mark and what is said of it: of the first JSON object or list of them, else of lines "3: a duck"."""
    text = answer[:_MOST_READ]
    for start in [m.start() for m in re.finditer(r"[\[{]", text)][:_MOST_STARTS]:
        try:
            value, _ = json.JSONDecoder().raw_decode(text[start:])
        except (ValueError, RecursionError):
            continue
        found = [(mark, said) for key, said in _pairs(value) if (mark := _mark(key)) is not None]
        if found:
            return found
    lines = re.findall(r"^\W*(\d{1,3})\W*[:.)\-]\W+(.{1,80}?)\W*$", text, re.MULTILINE)
    return [(int(number), name) for number, name in lines]


def _pairs(value: Any) -> list[tuple[object, object]]:
    """Keys and values of an object, of the object or list that alone is in it, or of the numbered objects of a list."""
    if isinstance(value, dict):
        fields = cast("dict[object, Any]", value)
        inner: list[Any] = [v for v in fields.values() if isinstance(v, (list, dict))]
        if any(_mark(k) is not None for k in fields) or not inner:
            return list(fields.items())
        return _pairs(inner[0])
    listed = [cast("dict[str, object]", v) for v in cast("list[object]", value) if isinstance(v, dict)]
    return [(v.get("mark", v.get("number", v.get("id"))), v) for v in listed]


def _mark(key: object) -> int | None:
    match = re.search(r"\d{1,3}", str(key)) if isinstance(key, (str, int)) and not isinstance(key, bool) else None
    return int(match[0]) if match else None


def numbers_in(answer: str) -> frozenset[int]:
    """The numbers of the first list in `answer`."""
    match = re.search(r"\[([\d,\s]*)\]", answer[:_MOST_READ])
    return frozenset(int(n) for n in re.findall(r"\d{1,3}", match[1])) if match else frozenset()


def words_of(text: str) -> list[str]:
    """Words, in the singular where they end in a plain s."""
    found = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in found]
