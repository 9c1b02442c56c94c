"""From a sentence to a verified result.

episode = Agent(model="offline").run("put the red block in the green bowl")
print(episode.outcome, episode.verdict)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codepolicy.approval import Approver
from codepolicy.audit import AuditLog
from codepolicy.episode import Episode
from codepolicy.events import Observer
from codepolicy.loop.episode_run import EpisodeRun, Media, Solver
from codepolicy.loop.executor import Executor
from codepolicy.loop.given_program import GivenProgram
from codepolicy.loop.model_solver import ModelSolver
from codepolicy.loop.oversight import Oversight, strictest
from codepolicy.loop.run_folder import RunFolder
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Model
from codepolicy.models.registry import suited
from codepolicy.notebook_view import cell_observer
from codepolicy.permissions import Permissions, read_permissions
from codepolicy.plugins import load_environment
from codepolicy.settings import Settings
from codepolicy.skills.skill_store import SkillStore
from primitives.environment import Film, Physical, TrialSpec, World
from primitives.errors import ConfigurationError

if TYPE_CHECKING:
    from codepolicy.models.replay import ReplayModel
    from codepolicy.sandbox.policy_process import Zygote

MAX_INSTRUCTION = 4000
"""Characters."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """Turns instructions into verified results.

    Args:
        model: a model, or its name such as "offline" or "openai:gpt-4.1".
        env: an environment, or its name.
        settings: how to work.
        options: settings of a model given by name.
        planner: model that splits instructions; the same as `model` when left out.
        also: further models that write candidates in turn with `model`, where the settings ask for several.
        critic: model that looks over a result whose goal check holds; none when left out.
        resume: folder of a run that was cut short; its replies are taken as far as they go.
        record: folder in which every request and reply is kept, for "replay:".
        observer: is told everything as it happens.
        approver: who is asked before the robot moves, where the settings or the kind of robot ask for it.
        client: who asks for the programs, for the audit log.
        zygote: clean process that policy processes are forked from, for those who run many instructions one after the
            other; each run starts one of its own when left out.
        recover: a person has looked at the robot, and lifts what keeps it from moving before the run.
    """

    model: Model | str = "offline"
    env: World | str = "pybullet"
    settings: Settings = field(default_factory=Settings)
    options: ModelOptions = field(default_factory=ModelOptions)
    planner: Model | str | None = None
    critic: Model | str | None = None
    record: str | Path | None = None
    resume: str | Path | None = None
    observer: Observer | None = None
    approver: Approver | None = None
    client: str = "python"
    also: Sequence[Model | str] = ()
    zygote: Zygote | None = None
    media: Media | None = None
    recover: bool = False
    _resumed: ReplayModel | None = field(init=False, default=None)

    def run(
        self,
        instruction: str | None = None,
        *,
        task: str | None = None,
        scene: str | None = None,
        seed: int = 0,
        out: str | Path | None = None,
        video: bool | Film = True,
    ) -> Episode:
        """Carry out `instruction`.

        Args:
            instruction: what to do; may be left out with `task`, which then words its own.
            task: id of the task that sets the scene and judges.
            scene: name or TOML file of a scene, or a task's id for its scene alone, instead of a task.
            seed: of scene and disturbances.
            out: folder to leave a run folder in; None leaves nothing.
            video: whether to write a video into the run folder, or what film to make of it.

        Raises:
            ConfigurationError: something given here cannot be; nothing was written.
            Interrupted: Ctrl-C; the record is written and in the exception.
        """
        instruction = checked_instruction(instruction, task)
        spec = self._spec(instruction, task, scene, seed)
        model = self.loaded(self.model, sees=True)
        solver = ModelSolver(
            coder=model,
            planner=self.loaded(self.planner) if self.planner is not None else model,
            critic=self.loaded(self.critic, sees=True) if self.critic is not None else None,
            also=self.others(),
            skills=self.skills(),
        )
        return self._perform(solver, spec, model_id=model.id, out=out, video=video, namer=self.namer(model))

    def execute(
        self,
        program: str | None,
        *,
        instruction: str | None = None,
        gate: bool = True,
        task: str | None = None,
        scene: str | None = None,
        seed: int = 0,
        out: str | Path | None = None,
        video: bool | Film = True,
    ) -> Episode:
        """Run a program that no model wrote, along the same path.

        Args:
            program: source; a `def goal():` in it is the goal check. None takes the task's oracle program.
            instruction: what it is meant to do, to find a verdict for it.
            gate: whether to check it before any motion.
            task: id of the task that sets the scene and judges.
            scene: name or TOML file of a scene, or a task's id for its scene alone, instead of a task.
            seed: of scene and disturbances.
            out: folder to leave a run folder in; None leaves nothing.
            video: whether to write a video into the run folder, or what film to make of it.

        Raises:
            ConfigurationError: something given here cannot be; nothing was written.
            Interrupted: Ctrl-C; the record is written and in the exception.
        """
        spec = self._spec(instruction, task, scene, seed)
        return self._perform(
            GivenProgram(program),
            spec,
            model_id="program" if program is not None else "oracle",
            namer=self.namer(None),
            privileged=() if program is not None else ("program",),
            gate=gate,
            out=out,
            video=video,
        )

    def loaded(self, model: Model | str, *, sees: bool = False) -> Model:
        """`model` as the settings ask for it, to be shown pictures where it `sees`, recorded where asked for.

        Raises:
            ConfigurationError: it cannot be used so.
        """
        loaded = suited(model, self.settings, self.options, sees=sees)
        if self.resume is not None:
            from codepolicy.models.replay import ReplayModel, ResumedModel

            self._resumed = self._resumed or ReplayModel(Path(self.resume))
            loaded = ResumedModel(loaded, self._resumed)
        if self.record is None:
            return loaded
        from codepolicy.models.recording_model import RecordingModel

        return RecordingModel(loaded, Path(self.record))

    def others(self) -> tuple[Model, ...]:
        """Further models that write candidates. Raises ConfigurationError."""
        if self.also and self.settings.candidates < 2:
            raise ConfigurationError("further models write candidates; say how many with --candidates, at least 2")
        return tuple(self.loaded(model, sees=True) for model in self.also)

    def oversight(self, environment: World) -> Oversight:
        """Who watches over runs in `environment`. Raises ConfigurationError."""
        settings = self.settings
        permissions = read_permissions(Path(settings.policy)) if settings.policy is not None else Permissions()
        audit = AuditLog(Path(settings.audit), client=self.client) if settings.audit is not None else None
        if audit is not None:
            audit.robot = environment.name
        approve = strictest(environment, settings.approve, permissions.approve)
        return Oversight(approve=approve, approver=self.approver, audit=audit)

    def namer(self, model: Model | None) -> Model | None:
        """Who names things for a detector that asks: the vision model of the settings, else `model`.

        Raises:
            ConfigurationError: it cannot be used so.
        """
        name = self.settings.vision_model
        return model if name is None else self.loaded(name, sees=True)

    def _overseen(self, environment: World, executor: Executor, solver: Solver) -> Oversight:
        """Who watches over `solver`, which can be carried out. Raises ConfigurationError."""
        if isinstance(solver, GivenProgram):
            solver.require(executor)
        return self.oversight(environment)

    def skills(self) -> SkillStore | None:
        """The store that the settings name. Raises ConfigurationError."""
        settings = self.settings
        return SkillStore(Path(settings.skills), learn=settings.learn) if settings.skills is not None else None

    def _spec(self, instruction: str | None, task: str | None, scene: str | None, seed: int) -> TrialSpec:
        if task is not None and scene is not None:
            raise ConfigurationError("a task brings its own scene; give --task or --scene, not both")
        if seed < 0:
            raise ConfigurationError(f"seed is {seed}; it is a whole number from 0")
        return TrialSpec(
            seed=seed, task=task, scene=scene, instruction=instruction, disturbances=self.settings.disturbances
        )

    def _perform(
        self,
        solver: Solver,
        spec: TrialSpec,
        *,
        model_id: str,
        out: str | Path | None,
        video: bool | Film,
        namer: Model | None = None,
        privileged: tuple[str, ...] = (),
        gate: bool = True,
    ) -> Episode:
        environment = load_environment(self.env) if isinstance(self.env, str) else self.env
        folder = None if out is None else RunFolder(Path(out), spec.instruction or spec.task or "run")
        try:
            with (
                open_executor(environment, spec, self.settings, gate=gate, zygote=self.zygote) as executor,
                self._overseen(environment, executor, solver) as oversight,
            ):
                if self.recover:
                    executor.recover()
                run = EpisodeRun(
                    executor=executor,
                    settings=self.settings,
                    instruction=executor.trial.instruction,
                    model_id=model_id,
                    folder=folder,
                    video=video,
                    observer=self.observer or cell_observer(),
                    media=self.media,
                    privileged=privileged,
                    oversight=oversight,
                    namer=namer,
                )
                return run.perform(solver)
        finally:
            if folder is not None:
                folder.discard()
            if isinstance(self.env, str):
                environment.close()


def open_executor(
    environment: World, spec: TrialSpec, settings: Settings, *, gate: bool = True, zygote: Zygote | None = None
) -> Executor:
    """Set up a trial with `settings`. Raises ConfigurationError."""
    isolation, deadline_s = settings.isolation, settings.deadline
    if isinstance(environment, Physical):
        isolation = "required" if environment.isolation == "required" else isolation
        deadline_s = max(deadline_s, environment.deadline_s)
    return Executor(
        environment=environment,
        spec=spec,
        surface_level=settings.surface,
        surface_alone=settings.surface_alone,
        detector_name=settings.detector,
        isolation=isolation,
        gated=gate,
        deadline_s=deadline_s,
        limits=settings.guarded,
        zygote=zygote,
        permissions=read_permissions(Path(settings.policy)) if settings.policy is not None else Permissions(),
    )


def checked_instruction(instruction: str | None, task: str | None = None) -> str | None:
    """`instruction` without surrounding space. Raises ConfigurationError when there is none and no task either."""
    if instruction is not None and instruction.strip():
        if len(instruction) > MAX_INSTRUCTION:
            raise ConfigurationError(
                f"the instruction has {len(instruction)} characters; at most {MAX_INSTRUCTION} are taken"
            )
        return instruction.strip()
    if task is not None and instruction is None:
        return None
    raise ConfigurationError('the instruction is empty; say what to do, e.g. "put the red block in the green bowl"')
