"""Plays one episode after the other in a worker process, each as `codepolicy run` would."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from codepolicy.agent import Agent
from codepolicy.episode import Episode
from codepolicy.evaluation.baseline_file import Case
from codepolicy.evaluation.baseline_file import load as load_cases
from codepolicy.evaluation.configuration import Configuration, configured, differences
from codepolicy.evaluation.records import Job, Record, recorded
from codepolicy.evaluation.run_store import FOLDERS, SCENE, TRIAL
from codepolicy.evaluation.worker_setup import WorkerSetup
from codepolicy.loop.episode_run import Media
from codepolicy.loop.run_folder import RunFolder
from codepolicy.models.protocol import Message, Model, Reply, keeps_cost
from codepolicy.models.registry import suited
from codepolicy.plugins import load_environment
from codepolicy.sandbox.policy_process import Zygote
from primitives.environment import Controlled, World, capability
from primitives.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Sampled:
    """`model` with another answer for each number: recordings and caches tell samples apart by it."""

    model: Model
    number: int

    @property
    def id(self) -> str:
        """The model's."""
        return self.model.id

    @property
    def vision(self) -> bool:
        """The model's."""
        return self.model.vision

    @property
    def priced(self) -> bool:
        """The model's."""
        return keeps_cost(self.model)

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """As the model does."""
        return self.model.complete(messages, sample=self.number + sample)


@dataclass(slots=True)
class Player:
    """Plays jobs under `setup`, with a folder for each below `path`. The world and the
    clean process that programs are forked from are kept from one to the next.
    """

    setup: WorkerSetup
    path: Path
    _environment: World | None = field(init=False, default=None)
    _zygote: Zygote | None = field(init=False, default=None)
    _cases: dict[tuple[str, int, str], Case] | None = field(init=False, default=None)

    def __call__(self, job: Job) -> Record:
        """Play `job`. Raises ConfigurationError for a mistake in the setup."""
        if self._environment is None:
            self._environment = load_environment(self.setup.environment)
        if self._zygote is None:
            self._zygote = Zygote()
        parent = self.path / FOLDERS
        shutil.rmtree(parent / job.key, ignore_errors=True)  # of an attempt that came to nothing
        folder = RunFolder(parent, job.key, stamped=False)
        try:
            episode = self._played(job, self._environment, folder)
            folder.reveal()
            folder.write_json("episode.json", msgspec.structs.replace(episode, folder=None, trace=None))
            folder.close()
        finally:
            folder.discard()
        if episode.outcome == "infrastructure":
            self._environment.close()
            self._zygote.close()
            self._environment = self._zygote = None
        return recorded(job, episode, folder=f"{FOLDERS}/{folder.name}")

    def _played(self, job: Job, environment: World, folder: RunFolder) -> Episode:
        setup, spec = self.setup, job.trial.spec
        if setup.programs is not None:
            return self._given(job, environment, folder, setup.programs)

        def model(name: str) -> Model:
            return Sampled(suited(name, setup.settings, setup.options), job.sample)

        agent = Agent(
            model=setup.model if setup.given else model(setup.model),
            env=environment,
            settings=replace(setup.settings, disturbances=spec.disturbances),
            options=setup.options,
            planner=model(setup.planner) if setup.planner is not None else None,
            critic=model(setup.critic) if setup.critic is not None else None,
            observer=folder.observe,
            zygote=self._zygote,
            media=self._media(folder),
        )
        if setup.oracle:
            return agent.execute(None, instruction=spec.instruction, task=spec.task, seed=spec.seed)
        if job.decoy:
            program = capability(environment, Controlled).decoys(spec)[job.decoy]
            played = agent.execute(program, instruction=spec.instruction, gate=False, task=spec.task, seed=spec.seed)
            return msgspec.structs.replace(played, privileged=(*played.privileged, "program"))  # it knows the scene
        return agent.run(spec.instruction, task=spec.task, seed=spec.seed)

    def _media(self, folder: RunFolder) -> Media | None:
        return None if self.setup.video == "none" else Media(folder, only_lost=self.setup.video == "lost")

    def _given(self, job: Job, environment: World, folder: RunFolder, programs: str) -> Episode:
        """With the programs that a baseline has for this trial."""
        spec = job.trial.spec
        if self._cases is None:
            self._cases = {(c.instruction, c.seed, c.disturbances): c for c in load_cases(programs)}
        case = self._cases[spec.instruction or "", spec.seed, spec.disturbances]
        scene = spec.scene
        folder.write_json(TRIAL, spec)
        if scene is not None and "\n" in scene:
            scene = str(folder.write(SCENE, scene))
        settings = replace(
            self.setup.settings, disturbances=spec.disturbances, turns=len(case.turns), hierarchy=False, skills=None
        )
        agent = Agent(
            model=case.model,
            env=environment,
            settings=settings,
            observer=folder.observe,
            zygote=self._zygote,
            media=self._media(folder),
        )
        return agent.run(spec.instruction, task=spec.task, scene=scene, seed=spec.seed)


@dataclass(frozen=True, slots=True)
class PreparePlayer:
    """What a worker process calls first."""

    setup: WorkerSetup

    def __call__(self, path: Path) -> Callable[[Job], Record]:
        """A player of this process, whose episodes leave their folders below `path`."""
        return Player(self.setup, path)


@dataclass(frozen=True, slots=True)
class PrepareElsewhere:
    """What a worker process on another machine calls first: there, too, an episode has to mean the same."""

    setup: WorkerSetup
    configuration: Configuration
    """Of the machine that started the run."""

    def __call__(self, path: Path) -> Callable[[Job], Record]:
        """A player of this process. Raises ConfigurationError where this machine has other code, files or numerics."""
        environment = load_environment(self.setup.environment)
        try:
            differing = differences(self.configuration, configured(self.setup, environment))
        finally:
            environment.close()
        if differing:
            raise ConfigurationError(
                f"the node {socket.gethostname()} would play something else, so its episodes would mean nothing beside "
                f"the others; it differs (here, there) in {'; '.join(differing)}. Give all nodes the same packages and "
                "files, or evaluate each kind of machine as one --shard"
            )
        return Player(self.setup, path)
