"""The vocabulary: which words and phrases stand for which terminal of `grammar.lark`, and what they mean.

Each terminal lists its values; each value lists the phrases, separated by commas, that a person may write for it. The longest
phrase wins ("on top of" before "on"). A noun value that ends in `*` is plural.
"""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from codepolicy.offline.lexicon.command_words import COMMANDS
from codepolicy.offline.lexicon.operation_words import OPERATIONS
from codepolicy.offline.lexicon.place_words import PLACES
from codepolicy.offline.lexicon.reasoning_words import REASONING, ROWS, hanoi_phrases, mirror_phrases
from codepolicy.offline.lexicon.thing_words import THINGS

_VERBS_OF_LYING = (
    "located, sitting, lying, resting, standing, situated, placed, found, positioned, stacked, that is it, being, moved, "
    "dropped, transferred, brought, pushed, stored"
)


_SIZES = {"smallest": "small", "largest": "large", "biggest": "large"}
_ENDS = {
    "on the left": "left", "at the left": "left", "leftmost": "left", "on the left side": "left", "on the left end": "left",
    "at the left end": "left", "to the left": "left", "on the right": "right", "at the right": "right", "rightmost": "right",
    "on the right side": "right", "on the right end": "right", "at the right end": "right", "to the right": "right",
}  # fmt: skip
_OTHER_COLOR = (
    "not its own", "not their own", "not the same", "different", "different from its own", "different from their own", "other than its own",
    "other than their own", "not the block color", "unlike its own", "different than its own", "not that of the block",
    "different from the block", "different from that of the block", "unlike their own", "that is not its own", "that is not their own",
)  # fmt: skip


def product_of(*parts: tuple[str, ...]) -> Iterator[str]:
    """Every combination, joined by spaces."""
    return (" ".join(p) for p in product(*parts))


def phrases() -> Iterator[tuple[str, str, str]]:
    """Every (phrase, terminal, value) of the vocabulary."""
    tables = (COMMANDS, THINGS, PLACES, REASONING, OPERATIONS)
    for terminal, values in (entry for table in tables for entry in table.items()):
        for value, listed in values.items():
            for phrase in listed.replace(",,", "\0,").split(","):
                yield phrase.strip().replace("\0", ","), terminal, value
    yield from mirror_phrases()
    yield from hanoi_phrases()
    yield from ((rows, "FILLER", "") for rows in ROWS)
    for start in ("starting on the", "starting from the", "starting at the", "beginning on the", "beginning at the"):
        yield from (
            (f"{start} {side}{end}", "SIZEEND", f":{side}")
            for side, end in product(("left", "right"), ("", " side", " end"))
        )
    for article, size, noun in product(
        ("with the", "the", "with", "", "starting with the"), _SIZES, ("", " one", " block", " object")
    ):
        name = f"{article} {size}{noun}".strip()
        for place, side in _ENDS.items():
            yield f"{name} {place}", "SIZEEND", f"{_SIZES[size]}:{side}"
        for place, first in (
            ("at the bottom", True),
            ("on the bottom", True),
            ("on top", False),
            ("at the top", False),
            ("on the top", False),
        ):
            larger = (_SIZES[size] == "large") == first
            yield f"{name} {place}", "BYSIZE", "large" if larger else "small"
    verbs = [v.strip() for v in _VERBS_OF_LYING.split(",")]
    yield from ((v, "THATIS", "is") for v in verbs)
    for pronoun, verb in product(
        ("that", "which", "who"), ("", " is", " are", " was", " were", " lies", " lie", " sits", " sit")
    ):
        yield pronoun + verb, "THATIS", "is"
        yield from ((f"{pronoun}{verb} {v}", "THATIS", "is") for v in verbs)
    colors = [
        f"{owner} {noun}"
        for owner, noun in product(
            ("its", "their", "the same", "its own", "their own", "the block"), ("color", "colors")
        )
    ]
    for pronoun, color in product(("that", "which"), colors):
        yield from (
            (f"{pronoun} {verb} {color}", "MATCHING", "same")
            for verb in ("has", "have", "shares", "share", "matches", "match")
        )
        yield from (
            (f"{pronoun} {verb} {color}", "MISMATCHED", "different")
            for verb in product_of(("does not", "do not"), ("have", "share", "match"))
        )
    for noun, other in product(
        ("whose color is", "whose colors are", "with a color", "of a color", "with colors"), _OTHER_COLOR
    ):
        yield f"{noun} {other}", "MISMATCHED", "different"
    yield from (
        (w, "THATIS", "is")
        for w in ("whose color is", "of color", "with the color", "of the color", "whose colors are")
    )
    yield from ((w, "THATISNOT", "not") for w in ("whose color is not", "whose colors are not", "that is anything but"))
    for pronoun, verb in product(("that", "which"), (" is neither", " are neither")):
        yield pronoun + verb, "THATISNOT", "not"
    for (place, noun), block, of, tower in product(
        (("top", "tower top"), ("topmost", "tower top"), ("upper", "tower top"), ("uppermost", "tower top"),
         ("highest", "tower top"), ("bottom", "tower base"), ("lowest", "tower base"), ("lower", "tower base")),
        ("block", "one", "cube", "object", "brick"), ("of", "off", "from", "on", "in"), ("tower", "stack", "pile"),
    ):  # fmt: skip
        yield f"{place} {block} {of} the {tower}", "NOUN", noun
    for pronoun, verb in product(("that", "which", "who"), (" is not", " are not", " does not lie", " do not lie")):
        yield pronoun + verb, "THATISNOT", "not"
