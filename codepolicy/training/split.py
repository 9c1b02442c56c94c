"""What is held out of training: seeds, wordings, colours and tasks, decided by each row alone so that nothing leaks."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal

from primitives.categories import NOUNS
from primitives.colors import CAP_COLORS, COLORS, SYNONYMS

Cell = Literal["train", "seeds", "wordings", "colors", "tasks"]
"""Where a row belongs; of several reasons to hold it out, the last in this order."""
CELLS: Final[tuple[Cell, ...]] = ("train", "seeds", "wordings", "colors", "tasks")
UNSEEN: Final = CAP_COLORS[5:]
"""Colours that the paper keeps for its tests: pink, cyan, brown, gray, purple."""
_COLOR: Final = "|".join((*COLORS, *SYNONYMS))
_THING: Final = "|".join(sorted(NOUNS, key=len, reverse=True))
_MASKS: Final = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"[\d.]+|\b(?:one|two|three|four|five|six)\b", "<number>"),
        (r"\b(?:top|bottom|left|right)(?: (?:left|right))? (?:side|corner|edge)\b|\bmiddle\b", "<place>"),
        (rf"\b(?:(?:{_COLOR}) )?(?:{_THING})\b", "<thing>"),
        (rf"\b(?:{_COLOR})\b", "<color>"),
        (r"\b(?:top|bottom|left|right)(?:most)?\b", "<direction>"),
        (r"\b(?:closest|farthest|nearest|furthest)\b", "<distance>"),
        (r"\b(?:first|second|third|fourth|last)\b", "<nth>"),
        (r"\b(?:a little|a lot|a bit|slightly|far)\b", "<magnitude>"),
        (r"\b(?:horizontal|vertical|diagonal)\b", "<line>"),
        (r"\b(?:largest|smallest|biggest)\b", "<size>"),
    )
)


def unversioned(task: str) -> str:
    """A task's id without its version; what it says of attributes stays."""
    return re.sub(r"-v\d+", "", task)


def wording(instruction: str) -> str:
    """The sentence without what changes from scene to scene: "put the <thing> in the <thing>"."""
    text = re.sub(r"[^\w<>. ]", " ", instruction.lower()).rstrip(". ")
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What is held out."""

    seeds_from: int = 1000
    """This seed and all above."""
    wordings: int = 3
    """One wording in so many, by its hash; 0 holds none out."""
    colors: tuple[str, ...] = UNSEEN
    """Colours of what the instruction names."""
    tasks: tuple[str, ...] = ()
    """Ids without version."""

    def cell(self, *, task: str, seed: int, instruction: str, renamed: bool = False) -> Cell:
        """Where an episode of `task` belongs.

        Args:
            task: id, with or without version and attributes.
            seed: of its scene.
            instruction: as it was given.
            renamed: whether colours that are held out are called by others in what is trained on, as the compact
                prompt does: then they hold out seeds from `seeds_from` on alone.
        """
        id, _, attributes = task.partition(":")
        if re.sub(r"-v\d+$", "", id) in self.tasks:
            return "tasks"
        named = set(re.findall(r"[a-z]+", _boxless(instruction.lower())))
        if (attributes.startswith("unseen") or named & set(self.colors)) and not (renamed and seed < self.seeds_from):
            return "colors"
        if self.holds_out(wording(instruction)):
            return "wordings"
        return "seeds" if seed >= self.seeds_from else "train"

    def holds_out(self, sentence: str) -> bool:
        """Whether a wording is held out."""
        return bool(self.wordings) and int(hashlib.sha256(sentence.encode()).hexdigest(), 16) % self.wordings == 0


def _boxless(instruction: str) -> str:
    """The brown box of the packing tasks is a thing, not an attribute that scenes draw."""
    return instruction.replace("brown box", "box")
