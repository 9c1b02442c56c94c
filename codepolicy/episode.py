"""What one instruction led to, as typed data: what `Agent.run` returns, `--json` prints and `episode.json` holds."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from codepolicy import notebook_cards as cards
from codepolicy.models.protocol import Usage
from primitives.environment import ObjectState, Verdict
from primitives.failures import FailureReport
from primitives.results import result_text
from primitives.trace import CallRecord, Clause, ExecutionReport

SCHEMA_VERSION = 1

Outcome = Literal[
    "achieved",
    "declined",
    "answered",
    "asked",
    "not_approved",
    "finished",
    "not_achieved",
    "unverified",
    "refused",
    "interrupted",
    "stopped",
    "model_error",
    "infrastructure",
]
"""achieved: the verdict says so or, where no task matches, the goal check holds. declined: the person was told why it
cannot or must not be done; where a task matches, ground truth agrees. answered: a question was answered. asked: the
person has to say more; the question is in `said` and `summary`.
not_approved: a person did not let the robot move for the program.
unverified: the program finished, but nothing says whether the goal was reached. refused: the model's server declined.
finished: a program without goal and task ran to its end. interrupted: a person ended it.
stopped: the robot stands still after an operator's stop, a protective stop or a fault, until a person has looked at it
and recovered it. model_error: no usable reply,
or the budget is used up. infrastructure: nobody's fault."""

EXIT_STATUS: dict[Outcome, int] = {
    "achieved": 0,
    "answered": 0,
    "finished": 0,
    "asked": 4,
    "declined": 1,
    "not_approved": 1,
    "not_achieved": 1,
    "unverified": 1,
    "refused": 1,
    "stopped": 5,
    "interrupted": 130,
    "model_error": 3,
    "infrastructure": 3,
}


class GoalCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a goal check found on a fresh look."""

    status: Literal["passed", "failed", "missing", "vacuous"]
    """vacuous: it already held before anything moved, or it never looked, so it proves nothing."""
    clauses: tuple[Clause, ...] = ()
    failure: FailureReport | None = None
    """What ended the check itself, when it did not run through."""
    findings: tuple[FailureReport, ...] = ()
    """Everything the gate found in it, when it was refused."""
    about: tuple[str, ...] = ()
    """Names of the things and regions that its clauses rest on."""
    found_nothing: bool = False
    """Whether it looked for something that is not there."""

    @property
    def failed_clauses(self) -> tuple[Clause, ...]:
        """The clauses that do not hold."""
        return tuple(c for c in self.clauses if not c.holds)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One of several programs for a turn, and what its rehearsals came to."""

    program: str
    goal: str | None
    model: str
    rehearsals: int
    worth: float
    """Mean over the rehearsals, in [0, 1]: 1 where it did what was asked, 0 where it failed."""
    failures: int
    """Calls that failed, over all rehearsals."""
    margin: float | None = None
    """By how much the closest measured clause of its goal check held at least, in m."""
    robot_time: float
    """Mean robot time in s."""
    came_to: str
    """How the worst of the rehearsals ended."""
    chosen: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One request to the model and what came of it."""

    program: str | None
    """None when the reply had no program in it."""
    goal: str | None = None
    """Source of the goal check."""
    report: ExecutionReport | None = None
    goal_check: GoalCheck = GoalCheck(status="missing")
    feedback: str | None = None
    """What the model is told afterwards; None when nothing more was asked."""
    usage: Usage = Usage()
    model: str = ""
    latency_s: float = 0.0
    step: str | None = None
    """The sub-goal this turn worked on, when the instruction was split."""
    candidates: tuple[Candidate, ...] = ()
    """What was rehearsed, where several programs were; the chosen one is `program`. It has no `report` where even that
    one was not good enough to be run."""


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """How the program was confined."""

    mode: Literal["required", "best-effort"]
    layers: tuple[str, ...]


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds."""

    total: float
    """Wall time from the start to the verdict."""
    model: float
    """Wall time spent waiting for models."""
    execution: float
    """Wall time of programs and goal checks."""
    robot: float
    """Robot time."""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One instruction from words to verdict."""

    schema_version: int = SCHEMA_VERSION
    outcome: Outcome
    believed: Outcome
    """The outcome as the agent knows it, without ground truth; what a session remembers."""
    summary: str
    """One sentence for people."""
    instruction: str
    said: tuple[str, ...] = ()
    """What the program told the person."""
    verdict: Verdict | None
    """Ground truth, where a registered task matches the instruction; the agent never sees it by default."""
    goal_check: GoalCheck
    """Of the last turn that ran."""
    turns: tuple[Turn, ...]
    plan: tuple[str, ...] = ()
    """Sub-goals, when the instruction was split."""
    skills: tuple[str, ...] = ()
    """Ids of the earlier programs that the model was shown."""
    world: dict[str, ObjectState]
    """Ground truth at the end, for result files alone."""
    task: str | None
    seed: int
    model: str
    surface: str
    detector: str
    feedback: str
    isolation: Isolation
    vision: tuple[str, ...] = ()
    """Ids of the models that were shown pictures of the scene."""
    privileged: tuple[str, ...] = ()
    """What used ground truth: "detector", "feedback", "program"; empty in an honest run."""
    conditions: dict[str, float | int | str | bool] = {}
    """Disturbances, renderer and other conditions of the environment."""
    prompt: str
    """Hash of the constant prompt prefix."""
    usage: Usage = Usage()
    """Sum over all requests."""
    timings: Timings
    folder: str | None = None
    """The run folder."""
    notes: tuple[str, ...] = ()
    """What of the record could not be kept, a sentence each."""
    trace: str | None = None
    """Path of trace.jsonl: one line per primitive call."""

    def __repr__(self) -> str:
        return f"Episode({self.outcome!r}, {self.instruction[:80]!r}, {len(self.turns)} turns, folder={self.folder!r})"

    def _repr_html_(self) -> str:
        """For notebooks: outcome, verdict, pictures, programs, calls, and the video where there is one."""
        told = f"<b>{cards.text(self.outcome)}</b>: {cards.text(self.summary)}"
        parts = [f"<h4>{cards.text(self.instruction)}</h4><p>{told}</p>"]
        if self.verdict is not None:
            parts.append(f"<p>verdict {cards.text(self.verdict.status)}: {cards.text(self.verdict.explanation)}</p>")
        if self.privileged:
            parts.append(f"<p>used ground truth: {cards.text(', '.join(self.privileged))}</p>")
        if self.folder is not None:
            folder = Path(self.folder)
            parts += [cards.file_picture(folder / f"{name}.png", name) for name in ("before", "after")]
        for turn in self.turns:
            parts.append(cards.code(turn.program or "# no program"))
            if turn.report is not None:
                parts.append(
                    cards.table(("line", "call", "result", "robot s"), map(_call_row, turn.report.calls[:100]))
                )
            clauses = [("✓" if c.holds else "✗", c.message, c.detail) for c in turn.goal_check.clauses]
            parts.append(cards.table(("", "goal check", "measured"), clauses) if clauses else "")
        if self.folder is not None:
            parts.append(cards.file_video(Path(self.folder) / "video.mp4"))
        return "".join(parts)

    @property
    def achieved(self) -> bool:
        """Whether the instruction was carried out, the question answered, or what cannot be done rightly declined."""
        return self.exit_status == 0

    @property
    def exit_status(self) -> int:
        """Of the command line; 0 for `declined` where ground truth agrees."""
        agreed = self.verdict is not None and self.verdict.status == "declined"
        return 0 if self.outcome == "declined" and agreed else EXIT_STATUS[self.outcome]


def _call_row(record: CallRecord) -> tuple[object, ...]:
    failure = record.failure
    told = f"{failure.kind}: {failure.message}" if failure is not None else result_text(record.result)
    return record.line or "", record.call, told[:300], f"{record.robot_time:.1f}"


def add_usage(*usages: Usage) -> Usage:
    """The sum; a number that nobody reported stays None."""

    def total(values: list[int | float | None]) -> float | None:
        known = [v for v in values if v is not None]
        return sum(known) if known else None

    def whole(values: list[int | float | None]) -> int | None:
        value = total(values)
        return None if value is None else int(value)

    return Usage(
        input_tokens=whole([u.input_tokens for u in usages]),
        cached_tokens=whole([u.cached_tokens for u in usages]),
        output_tokens=whole([u.output_tokens for u in usages]),
        cost_usd=total([u.cost_usd for u in usages]),
    )
