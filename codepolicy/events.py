"""What happens during a run, as it happens: for the live view, the trace file and anybody else who listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from codepolicy.approval import Decision, Proposal
from codepolicy.episode import Candidate, Episode, GoalCheck
from codepolicy.models.protocol import Message, Reply
from primitives.environment import ObjectState
from primitives.robot import ArmInfo
from primitives.scene import SceneObject, Vector3, Workspace
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
class Printed:
    """The program printed something; not necessarily a whole line."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """More of a model's reply has come. Where a server does not stream, none of these come."""

    turn: int
    purpose: str
    text: str
    """The reply so far."""
    thoughts: str = ""
    """What a model thinks before it replies, so far."""


@dataclass(frozen=True, slots=True)
class Watched:
    """From here on it is told where arm and objects are."""

    environment: str
    arm: ArmInfo
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the arm is, measured some times a second; from any thread."""

    time: float
    """Robot time since the trial began in s."""
    q: tuple[float, ...]
    """(dof,) rad."""
    width: float
    """Distance between the fingers in m."""
    truth: Mapping[str, ObjectState] | None
    """Ground truth where the environment has one: for recordings and for people who watch, never for a model."""


@dataclass(frozen=True, slots=True)
class Believed:
    """What is now known of the scene, as perceived: told where it has changed."""

    time: float
    """Robot time since the trial began in s."""
    objects: tuple[SceneObject, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The arm is about to follow a path."""

    tool: tuple[Vector3, ...]
    """Points of the tool along it, base frame, m."""


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
    | Thinking
    | Started
    | Calling
    | Called
    | Said
    | Ran
    | Checked
    | FedBack
    | Printed
    | Watched
    | Moved
    | Believed
    | Heading
    | Ended
)
Observer: TypeAlias = Callable[[Event], None]
