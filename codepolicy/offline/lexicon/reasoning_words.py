"""Words for counting, rarity and mirror images. How to write an entry: see `lexicon`."""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

from collections.abc import Iterator
from itertools import product

REASONING: dict[str, dict[str, str]] = {
    "RARITY": {
        "common": "of the most common color, of the most frequent color, of the commonest color, with the most common color, "
        "with the most frequent color, with the commonest color, whose color occurs most often, whose color is most common, "
        "whose color is the most common, of the color that occurs most often, of the color that most blocks have, "
        "that have the most common color, that have the most frequent color, of the color with the most blocks, most common colored",
        "unique": "whose color occurs only once, whose color is unique, with the unique color, with a unique color, of a unique color, "
        "that has a color of its own, with a color of its own, whose color no other block has, whose color no other has, "
        "without a twin of its color, odd one out of, odd one out among, odd one out, that is the only one of its color, "
        "that has a unique color, that is a different color than the others, that is a different color from the others",
    },
    "SOLVE": {"solve": "solve, play, solve the puzzle, play the game, complete"},
    "VIA": {"via": "via, by way of, with the help of, by means of"},
    "ASMANY": {"count": "as many, that many, the same number of, just as many, exactly as many"},
    "ASTHERE": {"count": "as there are, as there is, as the number of"},
    "FOREACH": {"each": "for every, for each, for each of the, for every one of the"},
    "MIRRORED": {
        "mirror": "at the mirror image of, to the mirror image of, the mirror image of, mirror image of, opposite, opposite to, "
        "opposite of, mirror, at the mirrored position of, to the mirrored position of, reflect"
    },
}


ROWS = (
    "three at the bottom , then two , then one", "three at the bottom , two in the middle , one on top", "three , two , one",
    "three at the bottom , two above , one on top", "two at the bottom , one on top", "two at the bottom and one on top",
    "of three rows", "with three rows", "of two rows", "with two rows",
)  # fmt: skip
"""What is said of a pyramid and follows from its number of blocks; dropped."""


def hanoi_phrases() -> Iterator[tuple[str, str, str]]:
    """Every (phrase, terminal, value) that names the Tower of Hanoi or tells its rule."""
    names = [
        f"{the}{name}{kind}" for the, name, kind in product(("", "the "), _HANOI, ("", " puzzle", " game", " problem"))
    ]
    manners = ("by the rules of", "following the rules of", "according to the rules of", "by the rule of", "as in", "like in",
               "in the manner of", "under the rules of", "respecting the rules of", "with the rules of")  # fmt: skip
    yield from ((name, "HANOI", "hanoi") for name in names)
    yield from ((f"{manner} {name}", "HANOI", "hanoi") for manner, name in product(manners, names))
    nouns = ("block", "disc", "disk", "one", "cube", "ring", "piece")
    never = ("never", "never put", "never putting", "never place", "never placing", "without putting", "without placing",
             "without ever putting", "without ever placing", "do not put", "do not place", "do not ever put")  # fmt: skip
    for start, size, noun, below in product(never, ("larger", "bigger"), nouns, nouns):
        for on in ("on", "onto"):
            yield f"{start} a {size} {noun} {on} a smaller {below}", "HANOI", "hanoi"


_HANOI = ("towers of hanoi", "tower of hanoi", "hanoi", "hanoi tower", "hanoi towers")


def mirror_phrases() -> Iterator[tuple[str, str, str]]:
    """Every (phrase, terminal, axis) that says across which line something is mirrored."""
    before = (
        "",
        "mirrored ",
        "would be if mirrored ",
        "would be mirrored ",
        "would be if it was mirrored ",
        "reflected ",
    )
    lines = ("line through the middle of the table", "line through the center of the table", "middle line of the table")
    names = (
        *lines,
        "middle line",
        "center line of the table",
        "center line",
        "axis",
        "line",
        "midline",
        "axis of the table",
    )
    for start, preposition, axis, line in product(
        before, ("across", "over", "about", "at", "along"), ("vertical", "horizontal"), names
    ):
        yield f"{start}{preposition} the {axis} {line}", "ACROSS", axis
