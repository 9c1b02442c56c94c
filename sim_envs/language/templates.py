"""Instruction templates: sentences with `<slots>`, worded from a seed and read back from what a person types.

    Template(
        "put the <block> in the <bowl>",
        slots={"block": things("block"), "bowl": things("bowl")},
        paraphrases=("pick up the <block> and place it in the <bowl>", …),
    )

What the words mean, for tasks and for whoever writes programs from them:

- "left" is +y, "right" -y, "top" +x (away from the robot), "bottom" -x; the nine places are those of
  `primitives.scene.Workspace.region`.
- "a little" is 0.10 m and "a lot" 0.20 m, from centre to centre.
- "the block to the left of the bowl" is the only block whose centre lies farther left than the bowl's centre.
- "the block closest to (farthest from) the bowl" goes by horizontal distance from centre to centre.
- "the second block from the left" counts blocks by their centres along that direction, starting at the leftmost.
- A horizontal line runs from left to right, a vertical one from top to bottom, a diagonal one from corner to corner.
- "different corners" means one block in each corner that is used.

Attribute values are *seen* or *unseen* in the sense of the Code as Policies paper: examples in prompts use seen ones,
so that the unseen ones measure generalisation. Reading back accepts every value, and for things every known colour.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from primitives.colors import COLORS
from sim_envs.language.sentence_normalization import normalize

Attributes = Literal["seen", "unseen"]

SEEN_COLORS: tuple[str, ...] = ("blue", "red", "green", "orange", "yellow")
UNSEEN_COLORS: tuple[str, ...] = ("pink", "cyan", "brown", "gray", "purple")


def colors(attributes: Attributes) -> tuple[str, ...]:
    """The five colours that scenes and instructions of an attribute set draw from."""
    return SEEN_COLORS if attributes == "seen" else UNSEEN_COLORS


@dataclass(frozen=True, slots=True)
class Slot:
    """What can stand in one place of a template."""

    seen: tuple[str, ...]
    unseen: tuple[str, ...] = ()
    """Left out where the slot has no unseen values; the seen ones are then used for both."""
    also: Mapping[str, str] = field(default_factory=dict[str, str])
    """Other words that read back, to the value they stand for."""
    shape: str = ""
    """Regular expression that covers every wording, where listing them all would be slow."""

    def values(self, attributes: Attributes) -> tuple[str, ...]:
        """The values that an instruction of the attribute set can have."""
        return self.unseen or self.seen if attributes == "unseen" else self.seen

    @property
    def readings(self) -> dict[str, str]:
        """Every normalised wording that is understood, to its value."""
        plain = {normalize(value): value for value in (*self.seen, *self.unseen)}
        return plain | {normalize(word): value for word, value in self.also.items()}


def things(*categories: str, one: bool = False) -> Slot:
    """A slot for a named thing such as "red block"; every known colour reads back.

    Args:
        categories: what the thing can be.
        one: whether "red one" reads back too, as the first category; where the sentence has named it before.
    """
    every = {f"{color} {category}": f"{color} {category}" for category in categories for color in COLORS}
    if one:
        every |= {f"{color} one": f"{color} {categories[0]}" for color in COLORS}
    return Slot(
        seen=tuple(f"{color} {category}" for category in categories for color in SEEN_COLORS),
        unseen=tuple(f"{color} {category}" for category in categories for color in UNSEEN_COLORS),
        also=every,
        shape=rf"[a-z]+ (?:{'|'.join((*categories, *(('one',) if one else ())))})",
    )


CORNERS: tuple[str, ...] = ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
REGION = Slot(
    seen=("left side", "top left corner", "top side", "top right corner"),
    unseen=("bottom right corner", "bottom side", "bottom left corner", "right side"),
)
"""The paper's <corner/side>."""
DIRECTION = Slot(
    seen=("top", "left"),
    unseen=("bottom", "right"),
    also={"far": "top", "far side": "top", "back": "top", "near": "bottom", "near side": "bottom", "front": "bottom"}
    | {f"{d} side": d for d in ("top", "left", "bottom", "right")},
)
DISTANCE = Slot(seen=("closest",), unseen=("farthest",))
MAGNITUDE = Slot(
    seen=("a little",), unseen=("a lot",), also={"a bit": "a little", "slightly": "a little", "far": "a lot"}
)
DIRECTIONS: dict[str, tuple[int, int]] = {"top": (1, 0), "bottom": (-1, 0), "left": (0, 1), "right": (0, -1)}
"""Unit vector (x, y) of each direction, base frame."""
COLOR = Slot(seen=SEEN_COLORS, unseen=UNSEEN_COLORS, also={color: color for color in COLORS}, shape="[a-z]+")
METERS: dict[str, float] = {"a little": 0.10, "a lot": 0.20}
"""What a magnitude means, in m from centre to centre."""
NTH = Slot(
    seen=("first", "second"),
    unseen=("third", "fourth"),
    also={"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth"},
)
ORDINALS: tuple[str, ...] = ("first", "second", "third", "fourth")
LINE = Slot(seen=("horizontal", "vertical"), unseen=("diagonal",))

Values = Mapping[str, str]
"""What stands in each slot, by slot name, e.g. {"block": "red block", "bowl": "green bowl"}."""


class Template:
    """A sentence with `<slots>`, its paraphrases, and the way back from a sentence to the slots' values.

    Args:
        text: the canonical sentence.
        slots: what can stand in each `<name>`.
        paraphrases: at least five other ways to say it, each with the same slots.
        also: further wordings that are read but never written.
        distinct: slots whose values differ from each other.

    Raises:
        ValueError: a sentence uses other slots than `slots`, or there are fewer than five paraphrases.
    """

    __slots__ = ("_distinct", "_patterns", "_readers", "_readings", "paraphrases", "slots", "text")

    def __init__(
        self,
        text: str,
        *,
        slots: Mapping[str, Slot] | None = None,
        paraphrases: tuple[str, ...],
        also: tuple[str, ...] = (),
        distinct: tuple[str, ...] = (),
    ) -> None:
        self.text = text
        self.slots: Mapping[str, Slot] = dict(slots or {})
        self.paraphrases = paraphrases
        self._distinct = distinct
        if len(paraphrases) < 5:
            raise ValueError(f"template {text!r} has {len(paraphrases)} paraphrases; at least five are needed")
        for sentence in (text, *paraphrases, *also):
            used = sorted(re.findall(r"<([^>]+)>", sentence))
            if used != sorted(self.slots):
                raise ValueError(f"{sentence!r} uses the slots {used}, the template has {sorted(self.slots)}")
        self._patterns = tuple(dict.fromkeys((text, *paraphrases, *also)))
        self._readers: tuple[_Reader, ...] = ()
        self._readings: dict[str, dict[str, str]] = {}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The canonical sentence and its paraphrases, with their slots."""
        return (self.text, *self.paraphrases)

    def draw(self, rng: random.Random, attributes: Attributes) -> dict[str, str]:
        """Values for the slots from the seed, distinct where they have to be."""
        while True:
            values = {name: rng.choice(slot.values(attributes)) for name, slot in sorted(self.slots.items())}
            if len({values[name] for name in self._distinct}) == len(self._distinct):
                return values

    def word(self, values: Values, sentence: str | None = None) -> str:
        """`sentence` (the canonical one where left out) with the slots filled in, as a person would type it."""
        text = re.sub(r"<([^>]+)>", lambda m: values[m.group(1)], sentence or self.text)
        return text[0].upper() + text[1:]

    def read(self, sentence: str) -> dict[str, str] | None:
        """The slots' values in `sentence`, or None when it says something else or something more."""
        return self.read_normalized(normalize(sentence))

    def read_normalized(self, spoken: str) -> dict[str, str] | None:
        """`read` of a sentence that `normalize` has been applied to."""
        words = frozenset(spoken.split())
        if not self._readers:
            # on the first use, so that listing the tasks stays quick
            self._readers = tuple(_Reader.of(p, self.slots) for p in dict.fromkeys(map(normalize, self._patterns)))
        for reader in self._readers:
            found = self._values(reader, spoken) if reader.words <= words else None
            if found is not None and len({found[name] for name in self._distinct}) == len(self._distinct):
                return found
        return None

    def _values(self, reader: _Reader, spoken: str) -> dict[str, str] | None:
        match = re.fullmatch(reader.regex, spoken)
        if match is None:
            return None
        values: dict[str, str] = {}
        for name, said in zip(reader.names, match.groups(), strict=True):
            if name not in self._readings:
                self._readings[name] = self.slots[name].readings
            if said not in self._readings[name]:
                return None
            values[name] = self._readings[name][said]
        return values


@dataclass(frozen=True, slots=True)
class _Reader:
    """One normalized wording, ready to be compared."""

    regex: str
    names: tuple[str, ...]
    """Slots in the order of the regular expression's groups."""
    words: frozenset[str]
    """The fixed words: a sentence without one of them need not be compared."""

    @classmethod
    def of(cls, pattern: str, slots: Mapping[str, Slot]) -> _Reader:
        parts = re.split(r"<([^>]+)>", pattern)
        literals, names = parts[::2], parts[1::2]
        regex = re.escape(literals[0])
        for name, literal in zip(names, literals[1:], strict=True):
            slot = slots[name]
            choice = slot.shape or "|".join(re.escape(w) for w in sorted(slot.readings, key=len, reverse=True))
            regex += f"({choice})" + re.escape(literal)
        return cls(regex, tuple(names), frozenset(word for word in pattern.split() if "<" not in word))
