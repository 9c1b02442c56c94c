"""The file of a baseline: a line for each case, with an instruction, its world, the programs and what came of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec

from codepolicy.episode import Outcome
from codepolicy.models.scripted import ScriptedModel
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, regular_lines


class GivenTurn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One reply of a model."""

    program: str | None
    goal: str | None = None

    @property
    def reply(self) -> str:
        """As a model would have sent it."""
        return "\n\n".join(f"```python\n{source.rstrip()}\n```" for source in (self.program, self.goal) if source)


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of the file: an instruction in a world, the programs for it, and what came of them."""

    instruction: str
    task: str | None = None
    """Id of the task that sets the scene and judges; without one the goal check judges."""
    scene: str | None = None
    """Content of a scene file (TOML), or the name of a scene, instead of a task."""
    seed: int
    disturbances: str = "mild"
    turns: tuple[GivenTurn, ...]
    won: bool
    outcome: Outcome
    origin: str = ""
    """Who wrote the programs."""

    @property
    def label(self) -> str:
        """Where no task names it: one word with a version, as tasks have."""
        return f"scene-{hashlib.sha256(self.instruction.encode()).hexdigest()[:8]}-v1"

    @property
    def model(self) -> ScriptedModel:
        """Gives the programs, turn by turn."""
        return ScriptedModel([turn.reply for turn in self.turns])


def built_in() -> Mapping[str, Path]:
    """The baselines that come along, by name."""
    folder = Path(str(files("codepolicy.evaluation").joinpath("baselines")))
    return {path.stem: path for path in sorted(folder.glob("*.jsonl"))}


def load(name: str) -> tuple[Case, ...]:
    """The cases of the file `name`, or of a built-in baseline.

    Raises:
        ConfigurationError: there is no such file, or a line of it is damaged; says which.
    """
    path = built_in().get(name, Path(name))
    if not path.exists():
        raise ConfigurationError(
            f"there is no baseline {name!r}. Make one with `codepolicy baseline save`, or take a built-in one: "
            f"{', '.join(built_in())}"
        )
    decoder = msgspec.json.Decoder(Case)
    cases: list[Case] = []
    for number, row in enumerate(regular_lines(path, "the baseline"), 1):
        try:
            cases.append(decoder.decode(row))
        except DAMAGE as error:
            raise ConfigurationError(f"line {number} of the baseline {name!r} is damaged: {error}") from error
    if not cases:
        raise ConfigurationError(f"the baseline {name!r} has no cases")
    return tuple(cases)
