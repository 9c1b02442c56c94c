"""Many instructions in one world: variables, functions and a short history survive from one to the next.

with Session(Agent(model="offline")) as session:
    session.run("put the red block in the green bowl")
    session.run("how many blocks are in the green bowl?")
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from codepolicy.agent import Agent, checked_instruction, open_executor
from codepolicy.episode import Episode
from codepolicy.loop.episode_run import EpisodeRun, Interrupted
from codepolicy.loop.executor import Executor
from codepolicy.loop.model_solver import ModelSolver
from codepolicy.loop.run_folder import RunFolder
from codepolicy.models.protocol import Model
from codepolicy.notebook_view import cell_observer
from codepolicy.plugins import load_environment
from codepolicy.prompting.quoting import one_line
from codepolicy.prompting.scene_diff import moves
from codepolicy.scene_list import SceneList
from codepolicy.skills.skill_store import SkillStore
from primitives.environment import Film, TrialSpec
from primitives.failures import Failure
from primitives.scene import SceneObject

MAX_HISTORY = 12
"""Earlier instructions that a prompt tells of."""


class Session:
    """A context manager. The world is set up once; each instruction leaves its own run folder in `out`.

    Where the settings name no folder of skills, the programs that worked in the session are its skills.

    Args:
        agent: model, environment and settings.
        scene: name or TOML file of the scene, or a task's id.
        task: id of a task whose scene to use, instead.
        seed: of scene and disturbances.
        out: folder for run folders; None leaves nothing.
        video: whether to write a video of each instruction, or what film to make of it.

    Raises:
        ConfigurationError: something given here cannot be.
    """

    def __init__(
        self,
        agent: Agent,
        *,
        scene: str | None = None,
        task: str | None = None,
        seed: int = 0,
        out: str | Path | None = None,
        video: bool | Film = False,
    ) -> None:
        self._agent = agent
        self._out = Path(out) if out is not None else None
        self._video = video
        self._history: list[str] = []
        self._model = agent.loaded(agent.model, sees=True)
        self._models: dict[str, Model] = {agent.model: self._model} if isinstance(agent.model, str) else {}
        self._planner = agent.loaded(agent.planner) if agent.planner is not None else self._model
        self._critic = agent.loaded(agent.critic, sees=True) if agent.critic is not None else None
        self._also = agent.others()
        self._namer = agent.namer(self._model)
        self._skills = agent.skills() or SkillStore(learn=True)
        self._environment = load_environment(agent.env) if isinstance(agent.env, str) else agent.env
        spec = TrialSpec(seed=seed, task=task, scene=scene, disturbances=agent.settings.disturbances)
        try:
            self._oversight = agent.oversight(self._environment)
            self._executor = open_executor(self._environment, spec, agent.settings)
        except BaseException:
            self._close_environment()
            raise

    @property
    def history(self) -> tuple[str, ...]:
        """One line for each instruction so far, as later prompts tell it."""
        return tuple(self._history)

    @property
    def executor(self) -> Executor:
        """The world, to look at it between instructions."""
        return self._executor

    def look(self) -> SceneList:
        """What the cameras see now."""
        return SceneList(self._executor.look())

    def run(self, instruction: str, *, model: Model | str | None = None) -> Episode:
        """Carry out `instruction` in the world as it is.

        Args:
            instruction: what to do.
            model: who writes the programs this time; the agent's own when left out.

        Raises:
            ConfigurationError: the instruction is empty, or the model cannot be used as set up.
            Interrupted: Ctrl-C; the record is written, and the session can go on.
        """
        words = checked_instruction(instruction) or ""
        coder = self._model if model is None else self._loaded(model)
        folder = RunFolder(self._out, words) if self._out is not None else None
        self._executor.instruct(words)
        run = EpisodeRun(
            executor=self._executor,
            settings=self._agent.settings,
            instruction=words,
            model_id=coder.id,
            folder=folder,
            video=self._video,
            observer=self._agent.observer or cell_observer(),
            oversight=self._oversight,
            namer=self._namer,
        )
        before = self._executor.seen
        try:
            with suppress(Failure):  # an arm that does not answer is told by the run, which leaves a record
                before = self._executor.look()
            solver = ModelSolver(
                coder=coder,
                planner=self._planner if self._agent.planner is not None else coder,
                critic=self._critic,
                also=self._also,
                session=self._history[-MAX_HISTORY:],
                skills=self._skills,
            )
            episode = run.perform(solver)
        except Interrupted as stopped:
            self._remember(words, before, stopped.episode)
            raise
        finally:
            if folder is not None:
                folder.discard()
        self._remember(words, before, episode)
        return episode

    def _loaded(self, model: Model | str) -> Model:
        """`model`, made once for each name."""
        if not isinstance(model, str):
            return model
        if model not in self._models:
            self._models[model] = self._agent.loaded(model, sees=True)
        return self._models[model]

    def stop(self) -> None:
        """Stop the robot; nothing moves until `recover`. From any thread."""
        self._executor.stop()

    def recover(self) -> None:
        """A person has looked at the robot: it may move again after a stop, a protective stop or a fault.

        Raises:
            Failure: what still keeps it from moving.
        """
        self._executor.recover()

    def _remember(self, words: str, before: Sequence[SceneObject], episode: Episode) -> None:
        """Add one line to the history, which later prompts show: it holds nothing that only ground truth knows."""
        after = before
        with suppress(Failure):
            after = self._executor.look()
        line = f'{len(self._history) + 1}. "{one_line(words, 160)}": {episode.believed}.'
        moved = moves(before, after)
        if moved:
            line += f" Moved: {moved}."
        if episode.believed == "asked":
            line += f" The person was asked: {one_line(episode.summary, 300)} What they said next is the answer."
        elif episode.said:
            line += f" Said: {one_line(' '.join(episode.said), 120)}"
        self._history.append(line)

    def close(self) -> None:
        """End the confined process and, if it was given by name, the environment. Idempotent."""
        self._oversight.close()
        self._executor.close()
        self._close_environment()

    def _close_environment(self) -> None:
        if isinstance(self._agent.env, str):
            self._environment.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
