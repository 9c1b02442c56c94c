"""From a sentence to a verified result.

episode = Agent(model="offline").run("put the red block in the green bowl")
print(episode.outcome, episode.verdict)
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from codepolicy.conversation import Budget, Conversation
from codepolicy.episode import Episode, GoalCheck, Isolation, Outcome, Timings, Turn
from codepolicy.events import Ended, Event, Observer
from codepolicy.models.protocol import Model, ModelError
from codepolicy.models.registry import ModelOptions, load
from codepolicy.prompting.feedback import LEVELS, PRIVILEGED, FeedbackLevel
from codepolicy.prompting.prompt import prompt_hash, system_prompt
from codepolicy.run_folder import RunFolder
from codepolicy.solver import Ending, Solution, Solver
from codepolicy.stage import IsolationMode, Stage, load_environment
from primitives.environment import Environment, TrialSpec, Verdict
from primitives.errors import ConfigurationError, unknown_name
from primitives.failures import Failure

_OUTCOMES: dict[Ending, Outcome] = {
    "done": "achieved",
    "answered": "answered",
    "unverified": "unverified",
    "failed": "not_achieved",
    "refused": "refused",
    "infrastructure": "infrastructure",
}


class Interrupted(KeyboardInterrupt):
    """A person ended the run. What happened until then is in `episode` and in its folder."""

    def __init__(self, episode: Episode) -> None:
        super().__init__("interrupted")
        self.episode = episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an agent works."""

    surface: str = "skill"
    """What programs may call: skill, tool or joint."""
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
    hierarchy: bool = True
    """Write functions that a program calls but nobody defined."""
    max_tokens: int | None = None
    """Token budget of a run, prompts included."""
    max_cost: float | None = None
    """Budget of a run in USD, where the model has a price."""
    deadline: float = 60.0
    """Wall time in s that one program may take."""

    def __post_init__(self) -> None:
        from primitives.registry import LEVELS as SURFACES

        if self.surface not in SURFACES:
            raise unknown_name("surface", self.surface, SURFACES)
        if self.feedback not in LEVELS:
            raise unknown_name("feedback level", self.feedback, LEVELS)
        if self.turns < 1:
            raise ConfigurationError(f"turns is {self.turns}; at least one is needed")


@dataclass(slots=True)
class Agent:
    """Turns instructions into verified results.

    Args:
        model: a model, or its name such as "offline" or "openai:gpt-4.1".
        env: an environment, or its name.
        settings: how to work.
        options: settings of a model given by name.
        planner: model that splits instructions; the same as `model` when left out.
        critic: model that looks at the result after the goal check; none when left out.
        observer: is told everything as it happens.
    """

    model: Model | str = "offline"
    env: Environment | str = "pybullet"
    settings: Settings = field(default_factory=Settings)
    options: ModelOptions = field(default_factory=ModelOptions)
    planner: Model | str | None = None
    critic: Model | str | None = None
    record: str | Path | None = None
    """Folder in which every request and reply is kept, for `replay:`."""
    observer: Observer | None = None

    def run(
        self,
        instruction: str | None = None,
        *,
        task: str | None = None,
        scene: str | None = None,
        seed: int = 0,
        out: str | Path | None = None,
        video: bool = True,
    ) -> Episode:
        """Carry out `instruction`.

        Args:
            instruction: what to do; may be left out with `task`, which then words its own.
            task: id of the task that sets the scene and judges.
            scene: name or TOML file of a scene, instead of a task.
            seed: of scene and disturbances.
            out: folder to leave a run folder in; None leaves nothing.
            video: whether to write a video into the run folder.

        Raises:
            ConfigurationError: something given here cannot be; nothing was written.
            Interrupted: Ctrl-C; the record is written and in the exception.
        """
        instruction = checked_instruction(instruction, task)
        if task is not None and scene is not None:
            raise ConfigurationError("a task brings its own scene; give --task or --scene, not both")
        model = load(self.model, self.options) if isinstance(self.model, str) else self.model
        environment = load_environment(self.env) if isinstance(self.env, str) else self.env
        spec = TrialSpec(
            seed=seed, task=task, scene=scene, instruction=instruction, disturbances=self.settings.disturbances
        )
        if self.record is not None:
            from codepolicy.models.record import RecordingModel

            model = RecordingModel(model, Path(self.record))
        try:
            return _Run(self, model, environment, spec, Path(out) if out is not None else None, video).run()
        finally:
            if isinstance(self.env, str):
                environment.close()


def checked_instruction(instruction: str | None, task: str | None) -> str | None:
    """`instruction` without surrounding space. Raises ConfigurationError when there is none and no task either."""
    if instruction is not None and instruction.strip():
        if len(instruction) > 4000:
            raise ConfigurationError(f"the instruction has {len(instruction)} characters; at most 4000")
        return instruction.strip()
    if task is not None and instruction is None:
        return None
    raise ConfigurationError('the instruction is empty; say what to do, e.g. "put the red block in the green bowl"')


class _Run:
    """One run: a stage, a solver, a folder."""

    def __init__(
        self, agent: Agent, model: Model, environment: Environment, spec: TrialSpec, out: Path | None, video: bool
    ) -> None:
        self._agent = agent
        self._settings = agent.settings
        self._model = model
        self._environment = environment
        self._spec = spec
        self._video = video
        self._began = time.perf_counter()
        self._budget = Budget(max_tokens=agent.settings.max_tokens, max_cost_usd=agent.settings.max_cost)
        self._folder = RunFolder(out, spec.instruction or spec.task or "run") if out is not None else None
        self._turns: list[Turn] = []
        self._plan: tuple[str, ...] = ()
        self._conversations: list[Conversation] = []

    def run(self) -> Episode:
        """Do it, record it."""
        settings = self._settings
        try:
            stage = Stage(
                environment=self._environment,
                spec=self._spec,
                surface_level=settings.surface,
                detector_name=settings.detector,
                isolation=settings.isolation,
                deadline_s=settings.deadline,
                emit=self._emit,
            )
        except BaseException:
            self._discard()
            raise
        with stage:
            try:
                self._open(stage)
                outcome, summary, check = self._solve(stage)
            except KeyboardInterrupt:
                interrupted = True
                outcome, summary, check = "interrupted", "ended by the user", _last_check(self._turns)
            except BaseException:
                self._discard()
                raise
            else:
                interrupted = False
            episode = self._close(stage, outcome, summary, check)
        if interrupted:
            raise Interrupted(episode) from None
        return episode

    def _solve(self, stage: Stage) -> tuple[Outcome, str, GoalCheck]:
        """The outcome, a sentence and the last goal check."""
        try:
            solution = (
                self._with_plan(stage) if self._settings.plan else self._solver(stage).solve(stage.trial.instruction)
            )
        except ConfigurationError as error:
            if not self._turns:
                raise  # nothing has happened yet: a mistake in how this was set up
            return "model_error", str(error), _last_check(self._turns)
        except ModelError as error:
            return "model_error", str(error), _last_check(self._turns)
        except Failure as failure:
            return "infrastructure", failure.message, _last_check(self._turns)
        return _OUTCOMES[solution.ending], solution.summary, solution.check

    def _conversation(self, model: Model | str | None) -> Conversation:
        chosen = self._model if model is None else load(model, self._agent.options) if isinstance(model, str) else model
        conversation = Conversation(chosen, self._budget, self._emit)
        self._conversations.append(conversation)
        return conversation

    def _solver(self, stage: Stage, step: str | None = None) -> Solver:
        return Solver(
            stage=stage,
            coder=self._conversation(None),
            level=self._settings.feedback,
            max_turns=self._settings.turns,
            step=step,
            emit=self._emit,
            turns=self._turns,
        )

    def _with_plan(self, stage: Stage) -> Solution:
        raise NotImplementedError

    def _open(self, stage: Stage) -> None:
        """Write what is known before anything moved."""
        folder = self._folder
        if folder is None:
            return
        self._environment.picture(folder.path / "before.png")
        if self._video:
            self._environment.start_recording()
        folder.write_json("run.json", self._configuration(stage))

    def _configuration(self, stage: Stage) -> dict[str, object]:
        import sys
        from importlib.metadata import version

        system = system_prompt(stage.surface, stage.trial.robot.workspace)
        return {
            "schema_version": 1,
            "instruction": stage.trial.instruction,
            "task": stage.trial.task,
            "scene": self._spec.scene,
            "seed": self._spec.seed,
            "environment": self._environment.name,
            "model": self._model.id,
            "settings": self._settings,
            "prompt": prompt_hash(system),
            "isolation": Isolation(mode=self._settings.isolation, layers=stage.layers),
            "conditions": stage.trial.conditions,
            "python": sys.version.split()[0],
            "codepolicy": version("codepolicy"),
        }

    def _close(self, stage: Stage, outcome: Outcome, summary: str, check: GoalCheck) -> Episode:
        """The record, written."""
        settings, trial, folder = self._settings, stage.trial, self._folder
        verdict = self._environment.verdict()
        outcome, summary = judged(outcome, summary, verdict)
        total = time.perf_counter() - self._began
        if folder is not None:
            folder.reveal()
            self._environment.picture(folder.path / "after.png")
            if self._video:
                self._environment.write_video(folder.path / "video.mp4")
        episode = Episode(
            outcome=outcome,
            summary=summary,
            instruction=trial.instruction,
            said=tuple(stage.said),
            verdict=verdict,
            goal_check=check,
            turns=tuple(self._turns),
            plan=self._plan,
            world=dict(self._environment.world()),
            task=trial.task,
            seed=self._spec.seed,
            model=self._model.id,
            surface=settings.surface,
            detector=settings.detector,
            feedback=settings.feedback,
            isolation=Isolation(mode=settings.isolation, layers=stage.layers),
            privileged=privileges(stage, settings.feedback),
            conditions=trial.conditions,
            prompt=prompt_hash(system_prompt(stage.surface, trial.robot.workspace)),
            usage=self._budget.usage,
            timings=Timings(
                total=total,
                model=sum(c.waited_s for c in self._conversations),
                execution=sum(t.report.wall_time for t in self._turns if t.report is not None),
                robot=stage.robot_time,
            ),
            folder=str(folder.path) if folder is not None else None,
            trace=str(folder.path / "trace.jsonl") if folder is not None else None,
        )
        if folder is not None:
            folder.write_json("episode.json", episode)
            folder.close()
        self._emit(Ended(episode))
        return episode

    def _discard(self) -> None:
        if self._folder is not None:
            self._folder.discard()

    def _emit(self, event: Event) -> None:
        if self._folder is not None:
            self._folder.observe(event)
        if self._agent.observer is not None:
            self._agent.observer(event)


def judged(outcome: Outcome, summary: str, verdict: Verdict | None) -> tuple[Outcome, str]:
    """The outcome in the light of ground truth, which has the last word where it has one."""
    if outcome in ("interrupted", "model_error", "infrastructure", "refused"):
        return outcome, summary
    if verdict is None or verdict.status == "declined":
        return outcome, f"{summary}, no ground-truth verdict" if outcome == "achieved" else summary
    if verdict.status == "achieved":
        return "achieved", verdict.explanation
    return "not_achieved", verdict.explanation if outcome == "achieved" else summary


def privileges(stage: Stage, level: FeedbackLevel) -> tuple[str, ...]:
    """What used ground truth."""
    used = {"detector": stage.detector.privileged, "feedback": level in PRIVILEGED}
    return tuple(name for name, privileged in used.items() if privileged)


def _last_check(turns: list[Turn]) -> GoalCheck:
    return turns[-1].goal_check if turns else GoalCheck(status="missing")
