"""Under what an evaluation runs, as its workers need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from codepolicy.models.options import ModelOptions
from codepolicy.settings import Settings
from primitives.environment import Wording
from primitives.errors import ConfigurationError

ORACLE, DECOYS = "oracle", "decoys"
"""Stand for the tasks' own programs, those that win and those that lose, where a model is named in results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSetup:
    """Everything but the trials.

    Raises:
        ConfigurationError: settings under which an episode would depend on those before it.
    """

    environment: str = "pybullet"
    model: str = "offline"
    oracle: bool = False
    """Run each task's own program instead of a model's, to test primitives and perception."""
    decoys: bool = False
    """Run the programs of each task that must lose, to test its verdict."""
    programs: str | None = None
    """Baseline whose programs are played instead of a model's."""
    options: ModelOptions = field(default_factory=ModelOptions)
    planner: str | None = None
    critic: str | None = None
    settings: Settings = field(default_factory=Settings)
    """Their disturbances are those of the trials."""
    wording: Wording | None = None
    """Instead of a suite's own."""
    disturbances: str | None = None
    """Instead of a suite's own."""

    video: Literal["lost", "all", "none"] = "none"
    """Of which episodes pictures and a video are kept."""

    def __post_init__(self) -> None:
        if self.oracle and self.decoys:
            raise ConfigurationError("--oracle and --decoys are two runs: one must win everything, the other nothing")
        if self.settings.learn:
            raise ConfigurationError(
                "--learn would let an episode depend on those before it; learn with `codepolicy run`, "
                "then evaluate with --skills alone"
            )

    @property
    def writer(self) -> str:
        """What results name as the author of the programs."""
        if self.programs is not None:
            return f"programs:{Path(self.programs).stem}"
        return ORACLE if self.oracle else DECOYS if self.decoys else self.model

    @property
    def given(self) -> bool:
        """Whether the programs are there already, and no model is asked."""
        return self.oracle or self.decoys or self.programs is not None
