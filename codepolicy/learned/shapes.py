"""The shapes of the programs that an adapter was trained with, and a grammar of them for one request.

A shape is a program and its goal check with places for names: `put(find('<block>'), region('<place>'))…`. Decoding is
bound to the shapes, with the names that are in sight or in the instruction, so that a small model chooses and fills in
instead of spelling. How likely it finds what it writes is measured without the grammar.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from primitives.categories import NOUNS
from primitives.colors import COLORS

PLACES: Final = (
    "top left corner", "top side", "top right corner", "left side", "middle", "right side", "bottom left corner",
    "bottom side", "bottom right corner",
)  # fmt: skip
FEWEST: Final = 2
"""Rows that must have a shape for it to count."""
_NAME: Final = re.compile(rf"\b(?:{'|'.join(COLORS)}) ({'|'.join(sorted(NOUNS, key=len, reverse=True))})(?: \d+)?\b")
_PLACE: Final = re.compile(rf"(?<=')(?:{'|'.join(PLACES)})(?=')")
_KINDLESS: Final = re.compile(r"decline\('There is no [a-z]+'\)")
"""Says that a whole kind of things is missing, which would fit any scene."""
_SLOT: Final = re.compile(r"<(no )?([a-z]+)>")


def shape(completion: str) -> str:
    """`completion` with places for names."""
    if completion.startswith("decline("):
        return _NAME.sub(lambda m: f"<no {m[1]}>", completion)
    return _PLACE.sub("<place>", _NAME.sub(lambda m: f"<{m[1]}>", completion))


def shapes(completions: Iterable[str]) -> tuple[str, ...]:
    """The shapes that several of `completions` have."""
    counted = Counter(map(shape, completions))
    return tuple(sorted(s for s, n in counted.items() if n >= FEWEST and _KINDLESS.fullmatch(s) is None))


def grammar(known: Sequence[str], names: Sequence[str], instruction: str) -> str:
    """GBNF of the shapes that the names allow; empty where there is none.

    Args:
        known: shapes.
        names: of what is in sight, in the colours of the request.
        instruction: likewise; what it names may be missed, so that a program or a refusal can say so.
    """
    told = [m[0] for m in _NAME.finditer(instruction.lower())]
    if len(set(told)) > 1 and set(told) <= set(names):  # it is about things that are there
        known = [text for text in known if not text.startswith("decline(")]
    kinds: dict[str, dict[str, None]] = {"place": dict.fromkeys(PLACES)}
    for name in (*names, *told):
        found = _NAME.search(name)
        if found:
            kinds.setdefault(found[1], {})[name] = None
    missing: dict[str, dict[str, None]] = {}
    for name in told:
        found = _NAME.search(name)
        if found and name not in names:
            missing.setdefault(found[1], {})[name] = None
    rules: dict[str, str] = {}
    roots: list[str] = []
    for text in known:
        parts: list[str] = []
        at = 0
        for slot in _SLOT.finditer(text):
            choices = (missing if slot[1] else kinds).get(slot[2])
            if choices is None:
                break
            rule = ("no-" if slot[1] else "a-") + slot[2]
            rules[rule] = " | ".join(map(_quoted, choices))
            parts += [_quoted(text[at : slot.start()]), rule]
            at = slot.end()
        else:
            roots.append(" ".join([*parts, _quoted(text[at:])]))
    if not roots:
        return ""
    return "\n".join([f"root ::= {' | '.join(roots)}", *(f"{rule} ::= {choices}" for rule, choices in rules.items())])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
