"""Rows that a model is trained on, as lines of JSON: a request, the verified answer, and where they come from."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codepolicy.learned.compact_prompt import recolored
from primitives.colors import COLORS
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes

ROW_BYTES = 4 << 30
_COLOR = re.compile(r"\b(" + "|".join(COLORS) + r")\b")


class TrainingRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a file of rows; its first fields are those that TRL reads."""

    prompt: str
    completion: str
    rejected: str | None = None
    """The answer that failed, where the row is a preference."""
    task: str = ""
    seed: int = 0
    kind: str = ""
    instruction: str = ""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line as TRL reads it: with a completion, or with a chosen and a rejected one."""

    prompt: str
    completion: str | None = None
    chosen: str | None = None
    rejected: str | None = None
    task: str = ""
    seed: int = 0
    kind: str = ""
    instruction: str = ""

    @property
    def row(self) -> TrainingRow:
        """Raises ValueError where there is no answer."""
        answer = self.chosen if self.rejected is not None else self.completion
        if answer is None:
            raise ValueError("it has neither a completion nor a chosen and a rejected one")
        return TrainingRow(
            prompt=self.prompt,
            completion=answer,
            rejected=self.rejected,
            task=self.task,
            seed=self.seed,
            kind=self.kind,
            instruction=self.instruction,
        )


def read_rows(path: Path) -> list[TrainingRow]:
    """The rows of a file. Raises ConfigurationError, which says which line is none."""
    decoder = msgspec.json.Decoder(_Line)
    rows: list[TrainingRow] = []
    for number, line in enumerate(regular_bytes(path, "rows", ROW_BYTES).splitlines(), 1):
        try:
            rows.append(decoder.decode(line).row)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise ConfigurationError(f"line {number} of {str(path)!r} is no training row: {error}") from error
    return rows


def recolored_row(row: TrainingRow, palette: Sequence[str], chance: random.Random | None) -> TrainingRow:
    """`row` with its colours exchanged for others of `palette`; as it is without `chance`.

    Names are labels: a program that won with a red block wins with a lime one.
    """
    if chance is None:
        return row
    found = list(dict.fromkeys(_COLOR.findall(row.prompt + row.completion)))
    if len(found) > len(palette):
        return row
    colors = dict(zip(found, chance.sample(palette, len(found)), strict=True))
    return msgspec.structs.replace(
        row,
        prompt=recolored(row.prompt, colors),
        completion=recolored(row.completion, colors),
        rejected=None if row.rejected is None else recolored(row.rejected, colors),
    )
