"""What happens during a run, as it happens: for the live view, the trace file and anybody else who listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from codepolicy.approval import Decision, Proposal
from codepolicy.episode import Candidate, Episode, GoalCheck
from codepolicy.models.protocol import Message, Reply
from primitives.scene import SceneObject
from primitives.trace import CallRecord, ExecutionReport

Phase = Literal["program", "goal"]


@dataclass(frozen=True, slots=True)
class Looked:
    """The cameras were read."""

    objects: tuple[SceneObject, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A model is being asked."""

    turn: int
    purpose: str
    """program, continuation, function, plan or critique."""
    messages: tuple[Message, ...]
    sample: int = 0
    """Distinguishes repeated requests with the same messages."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The model has answered."""

    turn: int
    purpose: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Planned:
    """The instruction was split into sub-goals."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Several programs were rehearsed, and one was chosen."""

    turn: int
    candidates: tuple[Candidate, ...]
    good: bool
    """Whether the chosen one is run."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A person is about to be asked whether the robot may move."""

    turn: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Decided:
    """A person has answered; or nobody had to be asked again."""

    turn: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Started:
    """A program is about to run."""

    turn: int
    program: str
    goal: str | None


@dataclass(frozen=True, slots=True)
class Calling:
    """A primitive is about to run."""

    phase: Phase
    name: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Called:
    """A primitive has run."""

    turn: int
    phase: Phase
    record: CallRecord


@dataclass(frozen=True, slots=True)
class Said:
    """The program told the person something."""

    text: str


@dataclass(frozen=True, slots=True)
class Ran:
    """A program has ended, or was rejected."""

    turn: int
    report: ExecutionReport


@dataclass(frozen=True, slots=True)
class Checked:
    """A goal check has run."""

    turn: int
    check: GoalCheck


@dataclass(frozen=True, slots=True)
class FedBack:
    """What the model will be told."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over and its record written."""

    episode: Episode


Event: TypeAlias = (
    Looked
    | Asked
    | Answered
    | Planned
    | Weighed
    | Proposed
    | Decided
    | Started
    | Calling
    | Called
    | Said
    | Ran
    | Checked
    | FedBack
    | Ended
)
Observer: TypeAlias = Callable[[Event], None]
