"""How an agent works: the one definition behind Python, `--config` and flags."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from codepolicy.number_bounds import bounded
from primitives.errors import ConfigurationError, unknown_name
from primitives.registry import LEVELS as SURFACES

IsolationMode = Literal["required", "best-effort"]
FeedbackLevel = Literal["none", "error", "scene", "verdict", "explain", "reward"]
FEEDBACK_LEVELS: tuple[FeedbackLevel, ...] = get_args(FeedbackLevel)
PRIVILEGED_FEEDBACK: frozenset[FeedbackLevel] = frozenset({"verdict", "explain", "reward"})
"""Levels that tell the model ground truth; stamped on every result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything but model, place and instruction.

    Raises:
        ConfigurationError: a value is none of the valid ones.
    """

    surface: str | None = None
    """What programs may call: skill, tool or joint; left out, skill, or tool for a task that needs the hand led."""
    detector: str = "rgbd"
    """rgbd sees what the cameras see; oracle reads ground truth and is stamped on the result."""
    feedback: FeedbackLevel = "scene"
    """What a failed turn is told: none, error, scene; verdict, explain and reward tell ground truth and are stamped."""
    turns: int = 4
    """Requests for a program per instruction, the first included."""
    isolation: IsolationMode = "best-effort"
    """required refuses to run where the kernel cannot confine the program."""
    disturbances: str = "mild"
    """Named set of sensor and world disturbances; none switches them off."""
    plan: bool = False
    """Split the instruction into sub-goals first."""
    examples: bool = True
    """Show the model worked examples, and how each function is called."""
    hierarchy: bool = True
    """Write functions that a program calls but nobody defined."""
    skills: str | None = None
    """Folder of programs that worked before, of which up to three are shown to the model."""
    learn: bool = False
    """Add the programs of this run to `skills` where their goal check holds."""
    max_tokens: int | None = None
    """Token budget of a run, prompts included."""
    max_cost: float | None = None
    """Budget of a run in USD, where the model has a price."""
    deadline: float = 300.0
    """Wall time in s that one program may take."""

    def __post_init__(self) -> None:
        if self.surface is not None and self.surface not in SURFACES:
            raise unknown_name("surface", self.surface, SURFACES)
        if self.feedback not in FEEDBACK_LEVELS:
            raise unknown_name("feedback level", self.feedback, FEEDBACK_LEVELS)
        if self.turns < 1:
            raise ConfigurationError(f"turns is {self.turns}; at least one is needed")
        bounded("deadline", self.deadline, above=True, most=3600, unit=" s")
        if self.learn and self.skills is None:
            raise ConfigurationError("nothing says where to keep what is learned; add --skills DIR")
        for name, value in (("max_tokens", self.max_tokens), ("max_cost", self.max_cost)):
            if value is not None and not 0 < value < math.inf:
                raise ConfigurationError(f"{name} is {value:g}; a budget is more than 0")
