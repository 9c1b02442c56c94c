"""A writer that errs on purpose: the rule-based one, spoilt by chance, each sample in its own way."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from codepolicy.models.protocol import Message, Model, Reply
from codepolicy.models.registry import load

COLORS = ("red", "green", "blue", "yellow", "orange", "purple", "pink", "cyan", "brown", "gray", "white", "black")
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
_COLOR = re.compile(rf"\b({'|'.join(COLORS)})\b")


@dataclass
class ErringWriter:
    """Writes what `offline` writes, spoilt with a chance of `rate`; the goal check stays as it is."""

    rate: float
    seed: int
    id: str = "erring"
    vision: bool = False
    _writer: Model = field(init=False)

    def __post_init__(self) -> None:
        self._writer = load("offline")

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The reply of `offline`, spoilt or not, as instruction, seed and sample draw it."""
        reply = self._writer.complete(messages)
        blocks = _BLOCK.findall(reply.text)
        if len(blocks) < 2:
            return reply
        digest = hashlib.sha256(f"{self.seed} {sample} {messages[-1].text}".encode()).digest()
        rng = random.Random(digest)
        program = spoilt(blocks[0], rng) if rng.random() < self.rate else blocks[0]
        return Reply(text=f"```python\n{program}```\n```python\n{blocks[1]}```\n", model=self.id)


def spoilt(program: str, rng: random.Random) -> str:
    """`program` with a mistake as models make them: another color, a step left out, names swapped, a bad place."""
    kinds = [_other_color, _left_out, _swapped, _too_far]
    rng.shuffle(kinds)
    for kind in kinds:
        changed = kind(program, rng)
        if changed != program:
            return changed
    return program


def _other_color(program: str, rng: random.Random) -> str:
    found = list(_COLOR.finditer(program))
    if not found:
        return program
    hit = rng.choice(found)
    present = sorted({m[0] for m in found} - {hit[0]}) or ["green", "blue"]
    return program[: hit.start()] + rng.choice(present) + program[hit.end() :]


def _left_out(program: str, rng: random.Random) -> str:
    lines = program.splitlines(keepends=True)
    steps = [i for i, line in enumerate(lines) if re.match(r"(put|pick|place|push)\(", line)]
    if not steps:
        return program
    del lines[rng.choice(steps)]
    return "".join(lines) or "home()\n"


def _swapped(program: str, rng: random.Random) -> str:
    del rng
    return re.sub(r"put\((find\(.*?\)|\w+), (find\(.*?\)|\w+)\)", r"put(\2, \1)", program, count=1)


def _too_far(program: str, rng: random.Random) -> str:
    del rng
    return re.sub(r"\((0\.\d+), (-?0\.\d+)\)", r"(\1, \g<2>5)", program, count=1)
