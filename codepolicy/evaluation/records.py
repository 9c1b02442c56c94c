"""One line of `episodes.jsonl`: what came of one trial."""

from __future__ import annotations

import msgspec

from codepolicy.episode import Episode, Outcome, Timings, Turn
from codepolicy.evaluation import fingerprints
from codepolicy.models.protocol import Usage
from primitives.environment import PlannedTrial

SCHEMA_VERSION = 1
LOST: tuple[Outcome, ...] = ("infrastructure", "model_error")
"""Outcomes that say nothing about the program; they stay in the denominator."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One episode to play."""

    key: str
    trial: PlannedTrial
    sample: int = 0
    """Which of several replies to the same request; tells repeated episodes of one seed apart."""
    decoy: str = ""
    """Name of the program of the task's own that is played and must lose; "" for any other."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one job."""

    schema_version: int = SCHEMA_VERSION
    key: str
    task: str
    """Id with version."""
    seed: int
    sample: int
    labels: dict[str, str]
    instruction: str
    disturbances: str
    won: bool
    """Ground truth says that it is achieved, or declined where that is the task; the goal check, if nothing judges."""
    judged: bool
    """Whether ground truth had a say."""
    outcome: Outcome
    kind: str
    """What it was lost to: a kind of failure, "goal check", "false success", "no program", or an outcome; else ""."""
    told: str
    """In a sentence."""
    feedback: str
    """First line of what the last program was told, or would have been told had another turn been left."""
    turns: int
    surface: str
    prompt: str
    privileged: tuple[str, ...]
    usage: Usage
    timings: Timings
    attempts: int = 1
    """More than one where infrastructure failed before."""
    broke: tuple[str, ...] = ()
    """What the earlier attempts broke on."""
    result: str = ""
    """Hash of programs, feedback, robot time and the world at the end: equal where two episodes are, bit for bit."""
    folder: str | None = None
    """Of program, feedback, conversation and trace, relative to the run's folder."""
    decoy: str = ""
    """Name of the program that was played and must lose; "" for any other."""

    @property
    def name(self) -> str:
        """For people."""
        if self.decoy:
            return f"{named(self.task, self.seed, 0)} ({self.decoy})"
        return named(self.task, self.seed, self.sample)

    @property
    def tokens(self) -> int:
        """Input and output."""
        return (self.usage.input_tokens or 0) + (self.usage.output_tokens or 0)


def named(task: str, seed: int, sample: int) -> str:
    """An episode for people: task, seed and, where there are several, sample."""
    return f"{task} seed {seed}" + (f" sample {sample}" if sample else "")


def recorded(job: Job, episode: Episode, *, folder: str | None) -> Record:
    """The record of an episode that was played."""
    won = episode.outcome in ("achieved", "declined")
    return Record(
        key=job.key,
        task=job.trial.task,
        seed=job.trial.spec.seed,
        sample=job.sample,
        labels=job.trial.labels,
        disturbances=job.trial.spec.disturbances,
        instruction=episode.instruction,
        won=won,
        judged=episode.verdict is not None,
        outcome=episode.outcome,
        kind="" if won else _kind(episode),
        told=_first_line(episode.summary),
        feedback=_first_line(_last_feedback(episode)),
        turns=len(episode.turns),
        surface=episode.surface,
        prompt=episode.prompt,
        privileged=episode.privileged,
        usage=episode.usage,
        timings=episode.timings,
        result=fingerprints.digest(
            (
                episode.outcome,
                [(turn.program, turn.goal, turn.feedback) for turn in episode.turns],
                episode.said,
                episode.timings.robot,
                episode.world,
            )
        ),
        folder=folder,
        decoy=job.decoy,
    )


def broken(job: Job, why: str) -> Record:
    """The record of an episode that nobody's program could finish."""
    return Record(
        key=job.key,
        task=job.trial.task,
        seed=job.trial.spec.seed,
        sample=job.sample,
        labels=job.trial.labels,
        disturbances=job.trial.spec.disturbances,
        instruction=job.trial.spec.instruction or "",
        won=False,
        judged=False,
        outcome="infrastructure",
        kind="infrastructure",
        told=_first_line(why),
        feedback="",
        turns=0,
        surface="",
        prompt="",
        privileged=(),
        usage=Usage(),
        timings=Timings(total=0.0, model=0.0, execution=0.0, robot=0.0),
        decoy=job.decoy,
    )


def _kind(episode: Episode) -> str:
    """What an episode was lost to."""
    if episode.outcome not in ("not_achieved", "unverified"):
        return episode.outcome
    if episode.believed in ("achieved", "answered", "declined"):
        return "false success"
    last = _last_program(episode)
    if last is None:
        return "no program"
    if last.report is not None and last.report.failure is not None:
        return str(last.report.failure.kind)
    statuses = {last.goal_check.status, episode.goal_check.status}
    return "goal check" if statuses & {"failed", "vacuous"} else episode.outcome


def _last_program(episode: Episode) -> Turn | None:
    """The last turn whose reply had a program in it, or the goal check that a program before it lacked."""
    return next((t for t in reversed(episode.turns) if t.program is not None or t.goal is not None), None)


def _last_feedback(episode: Episode) -> str:
    """Why the last program was not enough: its feedback or, where nothing more was asked, what ended it."""
    turn = _last_program(episode)
    if turn is None:
        return next((t.feedback for t in reversed(episode.turns) if t.feedback), "")
    if turn.feedback:
        return turn.feedback
    if turn.report is not None and turn.report.failure is not None:
        return turn.report.failure.message
    if turn.goal_check.failure is not None:
        return turn.goal_check.failure.message
    return next((" ".join((c.message, c.detail)).strip() for c in turn.goal_check.failed_clauses), "")


def _first_line(text: str) -> str:
    return next((line.strip()[:500] for line in text.splitlines() if line.strip()), "")
