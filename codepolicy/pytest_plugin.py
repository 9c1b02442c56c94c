"""Policies as tests of pytest: a suite's episodes, and tests that are marked with a task.

    pytest --policy-suite core --policy-model openai:gpt-4.1

    @pytest.mark.policy(task="put-block-in-bowl", seeds=range(10))
    def test_blocks_find_their_bowl(policy_env):
        assert policy_env.run().outcome == "achieved"

Every pytest of an installation loads this module, so it imports nothing before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from codepolicy.agent import Agent
    from codepolicy.episode import Episode
    from codepolicy.sandbox.policy_process import Zygote
    from primitives.environment import PlannedTrial, World

ORACLE = "oracle"
"""In place of a model: the tasks' own programs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags."""
    group = parser.getgroup("codepolicy", "policies (codepolicy)")
    group.addoption(
        "--policy-suite", action="append", default=[], metavar="NAME", help="play a suite or task, an episode a test"
    )
    group.addoption(
        "--policy-model", default="offline", metavar="NAME[:DETAIL]", help="who writes the programs; oracle: the tasks"
    )
    group.addoption("--policy-seeds", default=None, metavar="A-B", help="seeds of --policy-suite, instead of its own")
    robots = parser.getgroup("robots", "robots (primitives.conformance)")
    robots.addoption("--robot", default=None, metavar="NAME|FILE", help="robot under test, by name or robot file")
    robots.addoption("--hardware-ok", action="store_true", help="the robot may move: its surroundings are clear")
    robots.addoption(
        "--injector",
        default=None,
        metavar="MODULE:FUNCTION",
        help="makes the robot go wrong, where its driver cannot",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The mark."""
    config.addinivalue_line("markers", "policy(task, seeds=(0,)): play the test once for each seed, with `policy_env`")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Free the world."""
    stage = config.stash.get(_STAGE, None)
    if stage is not None:
        stage.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each seed of the mark."""
    mark = metafunc.definition.get_closest_marker("policy")
    if mark is None:
        return
    where = metafunc.definition.nodeid
    if "policy_env" not in metafunc.fixturenames:
        raise pytest.UsageError(f"{where} is marked with policy but plays nothing; take the fixture policy_env")
    try:
        task, seeds = _marked(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise pytest.UsageError(f"{where}: mark policy: {error}; it is policy(task=ID, seeds=range(10))") from error
    metafunc.parametrize("policy_env", [(task, s) for s in seeds], indirect=True, ids=[f"{task}-{s}" for s in seeds])


def _marked(task: str, *, seeds: Iterable[int] | int = (0,)) -> tuple[str, tuple[int, ...]]:
    return task, (seeds,) if isinstance(seeds, int) else tuple(seeds)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the episodes of the suites, before -k and -m select."""
    for name in config.getoption("--policy-suite") or ():
        items.extend(PolicySuite.from_parent(session, name=name, nodeid=f"policy/{name}").collect())  # pyright: ignore[reportUnknownMemberType]


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """What `policy_env` is: one task and seed, and the model that was asked for."""

    environment: World
    task: str
    seed: int
    model: str
    zygote: Zygote
    disturbances: str = "mild"
    instruction: str | None = None
    """In place of the task's own."""

    def run(self, instruction: str | None = None, **settings: Any) -> Episode:
        """Have the model carry out the task, in another wording where one is given.

        Args:
            instruction: a sentence that the task understands.
            settings: those of `Settings`.

        Raises:
            ConfigurationError: the task does not understand the sentence, or there is no such setting.
        """
        agent, said = self._agent(settings), self.instruction if instruction is None else instruction
        if self.model == ORACLE:
            return agent.execute(None, instruction=said, task=self.task, seed=self.seed)
        return agent.run(said, task=self.task, seed=self.seed)

    def execute(self, program: str, **settings: Any) -> Episode:
        """Carry out a program, as `run` does a model's."""
        return self._agent(settings).execute(program, instruction=self.instruction, task=self.task, seed=self.seed)

    def _agent(self, settings: dict[str, Any]) -> Agent:
        from dataclasses import fields

        from codepolicy.agent import Agent
        from codepolicy.settings import Settings
        from primitives.errors import unknown_name

        known = [field.name for field in fields(Settings)]
        for name in settings:
            if name not in known:
                raise unknown_name("setting", name, known)
        given: dict[str, Any] = {"disturbances": self.disturbances, **settings}
        return Agent(model=self.model, env=self.environment, settings=Settings(**given), zygote=self.zygote)


@pytest.fixture
def policy_env(request: pytest.FixtureRequest) -> PolicyTrial:
    """The task and the seed of the test's mark, ready to `run()`."""
    if not hasattr(request, "param"):
        raise pytest.UsageError(f'{request.node.nodeid}: mark it, e.g. @pytest.mark.policy(task="lift-block")')
    task, seed = request.param
    return _stage(request.config).trial(task, seed)


class PolicySuite(pytest.Collector):
    """A suite or a task, as --policy-suite names it."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its episodes."""
        from codepolicy.evaluation.episode_keys import seeds
        from primitives.environment import Judged, capability
        from primitives.errors import ConfigurationError

        try:
            chosen = seeds(None, self.config.getoption("--policy-seeds"))
            planned = capability(_stage(self.config).environment, Judged).trials((self.name,), seeds=chosen)
        except ConfigurationError as error:
            raise pytest.UsageError(str(error)) from error
        for trial in planned:
            item = PolicyItem.from_parent(self, name=f"{trial.task}-seed-{trial.spec.seed}")  # pyright: ignore[reportUnknownMemberType]
            item.planned = trial
            yield item


class PolicyItem(pytest.Item):
    """An episode: it passes when it is won."""

    planned: PlannedTrial

    def runtest(self) -> None:
        """Play it."""
        spec = self.planned.spec
        stage = _stage(self.config)
        trial = stage.trial(spec.task or "", spec.seed, spec.disturbances, spec.instruction)
        episode = trial.run()
        properties = {"outcome": episode.outcome, "turns": len(episode.turns), "robot_s": episode.timings.robot}
        self.user_properties.extend(properties.items())
        if episode.outcome not in ("achieved", "declined"):
            raise PolicyLost(episode)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The loss in the words of the record; what breaks keeps its traceback."""
        from primitives.errors import ConfigurationError
        from primitives.failures import Failure

        if isinstance(excinfo.value, PolicyLost | ConfigurationError | Failure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Suite and episode."""
        return self.path, None, f"{self.parent.name if self.parent else ''}::{self.name}"


class PolicyLost(AssertionError):
    """An episode was not won."""

    def __init__(self, episode: Episode) -> None:
        lines = [f"{episode.instruction!r}: {episode.outcome}: {episode.summary}"]
        for number, turn in enumerate(episode.turns, 1):
            lines += [f"turn {number}:", turn.program or "(no program)"]
            lines += [turn.feedback] if turn.feedback else []
        super().__init__("\n".join(lines))


class _Stage:
    """World and clean process that the tests of a session share, one after the other."""

    def __init__(self, model: str) -> None:
        from codepolicy.plugins import load_environment
        from codepolicy.sandbox.policy_process import Zygote

        self._model = model
        self.environment = load_environment("pybullet")
        self._zygote = Zygote()

    def trial(self, task: str, seed: int, disturbances: str = "mild", instruction: str | None = None) -> PolicyTrial:
        return PolicyTrial(self.environment, task, seed, self._model, self._zygote, disturbances, instruction)

    def close(self) -> None:
        self.environment.close()
        self._zygote.close()


_STAGE = pytest.StashKey[_Stage]()


def _stage(config: pytest.Config) -> _Stage:
    if _STAGE not in config.stash:
        config.stash[_STAGE] = _Stage(str(config.getoption("--policy-model")))
    return config.stash[_STAGE]
