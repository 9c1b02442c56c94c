"""One instruction by an executor, from the first look to the written record."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from codepolicy.episode import Episode, GoalCheck, Isolation, Outcome, Timings, Turn
from codepolicy.events import Believed, Called, Ended, Event, Moved, Observer, Started
from codepolicy.loop.executor import Executor
from codepolicy.loop.interrupts import uninterrupted
from codepolicy.loop.llm_client import Budget, LLMClient
from codepolicy.loop.naming import asked_through
from codepolicy.loop.outcome import STANDSTILL, Ending, Solution, in_words, last_word
from codepolicy.loop.oversight import Oversight
from codepolicy.loop.run_folder import RunFolder
from codepolicy.models.protocol import Model, ModelError
from codepolicy.numerics import numerics
from codepolicy.prompting.prompt import prompt_hash
from codepolicy.settings import PRIVILEGED_FEEDBACK, Settings
from primitives.environment import Caption, Film, Filmed, Judged, ObjectState, Verdict, capability
from primitives.errors import ConfigurationError
from primitives.failures import Failure, InfrastructureError
from primitives.perception.naming_detector import NamedByModel

_OUTCOMES: dict[Ending, Outcome] = {
    "done": "achieved",
    "answered": "answered",
    "finished": "finished",
    "unverified": "unverified",
    "failed": "not_achieved",
    "asked": "asked",
    "declined": "declined",
    "refused": "refused",
    "not_approved": "not_approved",
    "stopped": "stopped",
    "infrastructure": "infrastructure",
}


@dataclass(frozen=True, slots=True)
class Media:
    """Pictures and a video beside a record that somebody else keeps."""

    folder: RunFolder
    only_lost: bool
    """Whether they are kept only where the instruction was not carried out."""


class Interrupted(KeyboardInterrupt):
    """A person ended the run. What happened until then is in `episode` and in its folder."""

    def __init__(self, episode: Episode) -> None:
        super().__init__("interrupted")
        self.episode = episode


@dataclass(slots=True, kw_only=True)
class EpisodeRun:
    """The state of one run, filled while it works, so that an interruption loses nothing."""

    executor: Executor
    settings: Settings
    instruction: str
    model_id: str
    folder: RunFolder | None
    video: bool | Film
    """Whether to write a video; a film of one's choice where the environment makes such."""
    observer: Observer | None
    media: Media | None = None
    privileged: tuple[str, ...] = ()
    """What used ground truth beside detector and feedback."""
    oversight: Oversight | None = None
    """Who approves, what is written down, where is rehearsed; None where nobody asked for any of it."""
    namer: Model | None = None
    """Who names things for a detector that asks a model."""
    turns: list[Turn] = field(default_factory=lambda: list[Turn]())
    plan: tuple[str, ...] = ()
    skills: list[str] = field(default_factory=lambda: list[str]())
    """Ids of the earlier programs that were shown to the model."""
    budget: Budget = field(init=False)
    _clients: list[LLMClient] = field(init=False, default_factory=lambda: list[LLMClient]())
    _began: float = field(init=False, default_factory=time.perf_counter)
    _robot_began: float = field(init=False)
    _filming: bool = field(init=False, default=False)
    _lost: str | None = field(init=False, default=None)
    """Why nothing more can be kept in the folder."""
    _poses_lost: str | None = field(init=False, default=None)
    """Why poses are missing."""
    _writing: threading.RLock = field(init=False, default_factory=threading.RLock)
    _program: list[str] = field(init=False, default_factory=lambda: list[str]())
    _captions: list[Caption] = field(init=False, default_factory=lambda: list[Caption]())
    _notes: list[str] = field(init=False, default_factory=lambda: list[str]())

    def __post_init__(self) -> None:
        self.budget = Budget(max_tokens=self.settings.max_tokens, max_cost_usd=self.settings.max_cost)
        if isinstance(self.executor.detector, NamedByModel):
            self._give_names(self.executor.detector)
        self.executor.begin(self.observe)
        overseen = self.oversight
        self.executor.clear_with(overseen.clearance(self.executor, self.instruction) if overseen is not None else None)
        self._robot_began = self.executor.robot_time

    def _give_names(self, detector: NamedByModel) -> None:
        if self.namer is None:
            raise ConfigurationError(
                f"detector {self.settings.detector!r} needs a model to name things; give --vision-model PROVIDER:NAME"
            )
        detector.name_with(asked_through(self.client(self.namer)), self._notes.append)

    def client(self, model: Model) -> LLMClient:
        """A client of `model` on this run's budget."""
        client = LLMClient(model, self.budget, self.observe, may_see=self.settings.vision != "off")
        self._clients.append(client)
        return client

    def observe(self, event: Event) -> None:
        """Tell the folder and the observer.

        Raises:
            InfrastructureError: the folder cannot be written to any more; once.
        """
        self._caption(event)
        if self.folder is not None and self._lost is None:
            try:
                with self._writing:
                    self.folder.observe(event)
            except OSError as error:
                if isinstance(event, Moved | Believed):  # perhaps from another thread; costs the poses alone
                    self._poses_lost = error.strerror or str(error)
                    return
                self.folder.reveal()
                self._lost = f"the record cannot be kept in {str(self.folder.path)!r}: {error.strerror or error}"
                raise InfrastructureError(self._lost, hint="Make room, or choose another folder with --out.") from error
        if self.oversight is not None and self.oversight.audit is not None:
            self.oversight.audit(event)
        if self.observer is not None:
            self.observer(event)

    def _caption(self, event: Event) -> None:
        """Note what a film says of the running line."""
        match event:
            case Started():
                self._program = event.program.split("\n")
            case Called() if event.phase == "program" and isinstance(self.video, Film):
                record, began = event.record, self.executor.clock_began
                known = record.line is not None and 0 < record.line <= len(self._program)
                line = f"{record.line}: {self._program[(record.line or 1) - 1].strip()}" if known else ""
                start = began + record.started
                self._captions.append(Caption(start=start, end=start + record.robot_time, line=line, call=record.call))
            case _:
                pass

    def perform(self, solver: Solver) -> Episode:
        """Have `solver` solve the instruction, and write the record.

        Raises:
            ConfigurationError: the model cannot be used as set up; nothing happened.
            Interrupted: Ctrl-C.
        """
        try:
            self._open()
            outcome, summary, check = self._outcome(solver)
        except KeyboardInterrupt:
            raise Interrupted(self._end("interrupted", "ended by the user", self._last_check)) from None
        return self._end(outcome, summary, check)

    def _outcome(self, solver: Solver) -> tuple[Outcome, str, GoalCheck]:
        """The outcome, a sentence and the last goal check."""
        try:
            if (standing := self.executor.standing) is not None:
                raise standing  # no model is asked for a program that nothing could carry out
            solution = solver.solve(self)
        except ConfigurationError as error:
            if not self.turns:
                raise  # nothing has happened yet: a mistake in how this was set up
            return "model_error", str(error), self._last_check
        except ModelError as error:
            return "model_error", str(error), self._last_check
        except Failure as failure:
            outcome: Outcome = "stopped" if failure.kind in STANDSTILL else "infrastructure"
            return outcome, in_words(failure.kind, failure.message), self._last_check
        return _OUTCOMES[solution.ending], solution.summary, solution.check

    @property
    def privileged_by(self) -> tuple[str, ...]:
        """What uses ground truth in this run."""
        used = {
            "detector": self.executor.detector.privileged,
            "feedback": self.settings.feedback in PRIVILEGED_FEEDBACK,
        }
        return (*(name for name, privileged in used.items() if privileged), *self.privileged)

    @property
    def _last_check(self) -> GoalCheck:
        return self.turns[-1].goal_check if self.turns else GoalCheck(status="missing")

    def _open(self) -> None:
        """Write what is known before anything moves."""
        if self.media is not None:
            self.executor.pictures.picture(self.media.folder.path / "before.png")
            self.executor.pictures.start_recording()
        if self.folder is None:
            return
        try:
            self.folder.write_json("run.json", self._configuration())
        except OSError as error:
            raise InfrastructureError(
                f"no record can be kept in {str(self.folder.parent)!r}: {error.strerror or error}",
                hint="Make room, or choose another folder with --out.",
            ) from error
        pictures = self.executor.pictures
        before = self.folder.path / "before.png"
        self._keep("before.png", lambda: pictures.picture(before))
        if isinstance(self.video, Film):
            capability(self.executor.environment, Filmed).start_film(self.video)
            self._filming = True
        elif self.video:
            pictures.start_recording()
            self._filming = True

    def _configuration(self) -> dict[str, object]:
        import sys
        from importlib.metadata import version

        return {
            "schema_version": 1,
            "instruction": self.instruction,
            "task": self.executor.trial.task,
            "scene": self.executor.spec.scene,
            "trial": self.executor.spec,
            "seed": self.executor.spec.seed,
            "environment": self.executor.environment.name,
            "model": self.model_id,
            "settings": self.settings,
            "prompt": self.prompt_hash,
            "isolation": self._isolation,
            "conditions": self.executor.trial.conditions,
            "python": sys.version.split()[0],
            "packages": {name: version(name) for name in ("codepolicy", "numpy", "msgspec")},
            "numerics": numerics(self.executor.environment),
        }

    @property
    def prompt_hash(self) -> str:
        """Of the constant prefix."""
        return prompt_hash(self.executor.system_prompt(examples=self.settings.examples))

    @property
    def _isolation(self) -> Isolation:
        return Isolation(mode=self.executor.isolation, layers=self.executor.layers)

    def _end(self, outcome: Outcome, summary: str, check: GoalCheck) -> Episode:
        """The record first, whole whatever happens, then the video, which takes seconds and may be cut short."""
        with uninterrupted():
            self.executor.end()
            episode = self._record(outcome, summary, check)
        if self.folder is not None and self._filming and self.folder.path.is_dir():
            video = self.folder.path / "video.mp4"
            try:
                if isinstance(self.video, Film):
                    capability(self.executor.environment, Filmed).write_film(video, self._captions)
                else:
                    self.executor.pictures.write_video(video)
            except KeyboardInterrupt:
                video.unlink(missing_ok=True)
            except Exception as error:  # whatever a video library raises; the record is whole without it
                video.unlink(missing_ok=True)
                self._notes.append(f"no video: {error}")
                episode = msgspec.structs.replace(episode, notes=tuple(self._notes))
                self._keep("the note on the video", lambda: self._written(episode))
        if self.media is not None:
            self._end_media(self.media, lost=outcome_lost(episode))
        self.observe(Ended(episode))
        return episode

    def _end_media(self, media: Media, *, lost: bool) -> None:
        pictures, path = self.executor.pictures, media.folder.path
        if media.only_lost and not lost:
            (path / "before.png").unlink(missing_ok=True)
            return
        try:
            pictures.picture(path / "after.png")
            pictures.write_video(path / "video.mp4")
        except (OSError, Failure, ConfigurationError):  # the record is whole without them
            (path / "video.mp4").unlink(missing_ok=True)

    def _record(self, outcome: Outcome, summary: str, check: GoalCheck) -> Episode:
        executor, settings, folder = self.executor, self.settings, self.folder
        judge = executor.judge
        believed = outcome
        try:
            verdict = executor.verdict(declined=_reason(outcome, summary))
        except Failure as failure:  # a judge that breaks costs the verdict, not the record
            verdict, outcome, summary = None, "infrastructure", failure.message
        outcome, summary = judged(outcome, summary, verdict, truth=judge is not None)
        total = time.perf_counter() - self._began
        if folder is not None:
            folder.reveal()
        episode = Episode(
            outcome=outcome,
            believed=believed,
            summary=summary,
            instruction=self.instruction,
            said=self._spoken(),
            verdict=verdict,
            goal_check=check,
            turns=tuple(self.turns),
            plan=self.plan,
            skills=tuple(self.skills),
            world=_truth(judge),
            task=executor.trial.task,
            seed=executor.spec.seed,
            model=self.model_id,
            vision=tuple(dict.fromkeys(c.model.id for c in self._clients if c.saw)),
            surface=self.executor.surface.level,
            detector=settings.detector,
            feedback=settings.feedback,
            isolation=self._isolation,
            privileged=self.privileged_by,
            conditions=executor.trial.conditions,
            prompt=self.prompt_hash,
            usage=self.budget.usage,
            timings=Timings(
                total=total,
                model=sum(c.waited_s for c in self._clients),
                execution=sum(t.report.wall_time for t in self.turns if t.report is not None),
                robot=executor.robot_time - self._robot_began,
            ),
            folder=str(folder.path) if folder is not None else None,
            trace=str(folder.path / "trace.jsonl") if folder is not None else None,
            notes=tuple(self._notes),
        )
        if folder is None:
            return episode
        self._keep_record(folder, episode)  # before what takes more room
        if self._poses_lost is not None:
            self._notes.append(f"poses.jsonl is not whole: {self._poses_lost}")
        self._keep("after.png", lambda: executor.pictures.picture(folder.path / "after.png"))
        self._keep("trace.jsonl", folder.close)
        if not folder.path.is_dir():
            return msgspec.structs.replace(episode, notes=tuple(self._notes), folder=None, trace=None)
        return msgspec.structs.replace(episode, notes=tuple(self._notes))

    def _written(self, episode: Episode) -> None:
        if self.folder is not None:
            self.folder.write_json("episode.json", episode)

    def _keep_record(self, folder: RunFolder, episode: Episode) -> None:
        """Write episode.json; where that cannot be, in the system's temporary folder, so that nothing is lost."""
        try:
            self._written(episode)
        except OSError as error:
            why = f"{error.strerror or error} in {str(folder.path)!r}"
            try:
                elsewhere = folder.write_elsewhere("episode.json", episode)
            except OSError:
                self._notes.append(f"episode.json is missing: {why}")
            else:
                self._notes.append(f"episode.json is kept as {str(elsewhere)!r}: {why}")

    def _keep(self, what: str, write: Callable[[], object]) -> None:
        """Write a part of the record; a disk that is full or a folder that is gone costs that part alone."""
        try:
            if self.folder is None or not self.folder.path.is_dir():
                raise FileNotFoundError(errno.ENOENT, "the run folder is gone")
            write()
        except OSError as error:
            self._missing(what, str(error.strerror or error))
        except (Failure, ConfigurationError) as error:  # no camera answers, for one
            self._missing(what, str(error))

    def _missing(self, what: str, why: str) -> None:
        if self.folder is not None:  # which has another name in the end
            why = why.replace(f"{self.folder.path}/", "")
        self._notes.append(f"{what} is missing: {why}")

    def _spoken(self) -> tuple[str, ...]:
        """What the person was told: by `say`, `ask` and `decline`, and by a model in words alone."""
        report = self.turns[-1].report if self.turns else None
        words = last_word(report) if report is not None else None
        return (*self.executor.said, *((words[1],) if words is not None else ()))


def _truth(judge: Judged | None) -> dict[str, ObjectState]:
    """Ground truth at the end, where somebody knows it and still answers."""
    try:
        return dict(judge.world()) if judge is not None else {}
    except Failure:
        return {}


def _reason(outcome: Outcome, summary: str) -> str | None:
    """Why it was declined: by `decline`, by raising NotFound or Unreachable, or in words alone."""
    return summary if outcome in ("declined", "refused") else None


class Solver(Protocol):
    """What carries out the instruction of a run."""

    def solve(self, run: EpisodeRun) -> Solution:
        """Work on the instruction; what happens is kept in `run`. Raises ModelError, ConfigurationError, Failure."""
        ...


def outcome_lost(episode: Episode) -> bool:
    """Whether an evaluation counts it as lost."""
    return episode.outcome not in ("achieved", "declined")


def judged(outcome: Outcome, summary: str, verdict: Verdict | None, *, truth: bool = True) -> tuple[Outcome, str]:
    """The outcome in the light of ground truth, which has the last word where it has one.

    Args:
        outcome: as the agent knows it.
        summary: the same in words.
        verdict: where a task matches.
        truth: whether the environment knows any ground truth.
    """
    if outcome in ("asked", "not_approved", "interrupted", "stopped", "model_error", "infrastructure"):
        return outcome, summary
    if verdict is not None and verdict.status == "declined":
        return "declined", verdict.explanation
    if outcome == "refused":
        return outcome, summary
    if verdict is None:
        missing = "no ground-truth verdict" if truth else "no ground truth here"
        return outcome, f"{summary}, {missing}" if outcome == "achieved" else summary
    if verdict.status == "achieved":
        return "achieved", verdict.explanation
    return "not_achieved", summary if outcome in ("not_achieved", "declined") else verdict.explanation
