"""Short fixed groups of tokens made one: determiners, named places of the table, directions from a thing.

They could stand in the grammar, but there they would multiply with everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from codepolicy.offline.lexicon.tokenizer import Word

SIDES = {"left": "left", "right": "right", "top": "top", "bottom": "bottom", "back": "top", "near": "bottom"}

_Make = Callable[[Sequence[Word]], Word | None]

_CODES = {
    "THE": "t",
    "A": "a",
    "ALL": "l",
    "ITS": "i",
    "NUMBER": "n",
    "ONE": "o",
    "COUPLE": "c",
    "OF": "f",
    "UNIT": "u",
    "DIR": "d",
    "FAR": "F",
    "NEAR": "N",
    "BACK": "B",
    "CORNER": "C",
    "SIDE": "S",
    "MIDDLE": "m",
    "TABLE": "T",
    "TO": ">",
    "ON": "+",
    "IN": "=",
    "BETWEEN": "w",
    "COMPARE": "x",
    "THATIS": "h",
    "NOUN": "K",
    "COLOR": "k",
    "SIZE": "k",
    "WORD": "k",
    "OTHER": "k",
    "SUPER": "k",
    "TOWER": "k",
    "SHAPE": "k",
    "ORIENTATION": "k",
}


def chunk(words: Sequence[Word]) -> list[Word]:
    """The tokens with determiners, places and directions put together."""
    found = list(words)
    for pattern, make in _RULES:
        found = _replaced(found, pattern, make)
    return found


def _replaced(words: list[Word], pattern: re.Pattern[str], make: _Make) -> list[Word]:
    # one character stands for each token, so that a regular expression can find the groups
    shape = "".join(_CODES.get(w.kind, "_") if len(_CODES.get(w.kind, "_")) == 1 else "_" for w in words)
    result: list[Word] = []
    at = 0
    for match in pattern.finditer(shape):
        group = words[match.start() : match.end()]
        made = make(group) if group else None
        if made is None:
            continue
        result += [*words[at : match.start()], made]
        at = match.end()
    return [*result, *words[at:]]


def _text(group: Sequence[Word]) -> str:
    return " ".join(w.text for w in group)


def _place(group: Sequence[Word]) -> Word | None:
    if any(w.text.startswith("toward") for w in group[1:]):  # "the drawer on the left towards you"
        return None
    names = [SIDES[w.value] for w in group if w.kind in ("DIR", "FAR", "NEAR", "BACK")]
    vertical = [n for n in names if n in ("top", "bottom")]
    horizontal = [n for n in names if n in ("left", "right")]
    if any(w.kind in ("MIDDLE", "BETWEEN") for w in group) and not names:
        return Word("PLACE", "middle", _text(group))
    if (
        names[0] == "top"
        and group[0].kind != "DIR"
        and len(names) == 2
        and not any(w.kind in ("CORNER", "TABLE") for w in group)
    ) and any(w.kind == "FAR" for w in group):  # "on the far left"
        return Word("PLACE", f"{names[1]} side", _text(group))
    corner = any(w.kind == "CORNER" for w in group)
    if len(names) == 2:
        if len(vertical) == 1 and len(horizontal) == 1 and not any(w.kind == "SIDE" for w in group):
            return Word("PLACE", f"{vertical[0]} {horizontal[0]} corner", _text(group))
        if set(names) == {"top"} or set(names) == {"bottom"}:  # "the far back edge"
            names = names[:1]
        else:
            return None
    if any(w.kind == "CORNER" and w.value == "corners" for w in group):
        return None
    return Word("PLACE", f"{names[0]} {'corner' if corner else 'side'}", _text(group))


def _direction(group: Sequence[Word]) -> Word | None:
    name = next(SIDES[w.value] for w in group if w.kind in ("DIR", "FAR", "NEAR"))
    return Word("DIROF", name, _text(group))


def _determiner(group: Sequence[Word]) -> Word | None:
    """Value is "quantity:count:comparison", e.g. "all:3:", ":2:>"."""
    kinds = {w.kind: w.value for w in group}
    quantity = kinds.get("ALL") or ("the" if kinds.keys() & {"THE", "ITS", "THATIS"} else "a" if "A" in kinds else "")
    count = kinds.get("NUMBER") or kinds.get("COUPLE") or ("1" if "ONE" in kinds else "")
    if count and not count.isdigit():
        return None
    if "OF" in kinds:  # "two of the blocks"
        quantity = ""
    if "A" in kinds and "THE" in kinds and not count:  # "one of the blocks"
        quantity, count = "a", "1"
    if "THATIS" in kinds and next(w.text for w in group if w.kind == "THATIS") != "that":
        return None
    return Word("DET", f"{quantity}:{count}:{kinds.get('COMPARE', '')}", _text(group))


_ON_TABLE = r"(?:[f+=]t?T)"
_RULES: tuple[tuple[re.Pattern[str], _Make], ...] = (
    # the bottom left (corner) (of the table); the far side; but not "the left side of the bowl"
    (
        re.compile(rf"t?[dFNB][dB](?:C|S)?(?:{_ON_TABLE}|(?!f))|t?[dFNB]C{_ON_TABLE}?|t?[dFNB]S(?:{_ON_TABLE}|(?!f))"),
        _place,
    ),
    # the corner at the bottom left; the side on the left
    (re.compile(rf"[ta]?C(?:ft?T)?[+>=]t?d(?:d|B)?{_ON_TABLE}?|t?S[+>=]t?d{_ON_TABLE}?"), _place),
    # the bottom centre, the middle of the left edge: the side
    (re.compile(rf"t?[dFNB]m{_ON_TABLE}?|t?mft?[dFNB]S{_ON_TABLE}?"), _place),
    # the middle (of the table)
    (re.compile(rf"t?m(?:{_ON_TABLE}|(?!f))|[+=>]?wt?T|t?Tm"), _place),
    # the left of the table is the left side
    (re.compile(rf"t?d{_ON_TABLE}"), _place),
    # to the left (side) of
    (re.compile(r"[>+=]?[ta]?dS?f|[>+=]?t?[FN]Sf"), _direction),
    # all (of) the three; two of the; the; a
    (
        re.compile(
            r"l?i(?=[kK])|a[n]ft(?=[kK])|at(?=[kK])|(?=[lxtacno])(?:l|x(?=[no]))?[ta]?c?(?:(?<!K)n|o(?=[kKf]))?(?:(?<=[lcno])ft)?(?!u)"
            r"|h(?=[kK])"
        ),
        _determiner,
    ),
)
