"""Tasks: a scene, an instruction, and a verdict on the ground truth.

    @task(id="put-block-in-bowl", version=1, template=Template("put the <block> in the <bowl>", …), tags=("core",))
    class PutBlockInBowl:
        def scene(self, values, rng, attributes): …        where things are before the robot moves
        def goal(self, case): …                            what has to hold afterwards, clause by clause
        def oracle(self, values): …                        a program that must win
        def decoys(self, values): …                        plausible programs that must lose

One file in `sim_envs/tasks/` with such a class is a task: it is found, listed and entered into the conformance tests
by itself. `find("ID:unseen")` is the same task with the unseen attributes of its template.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from primitives.environment import TaskInfo, Verdict, VerdictStatus
from primitives.errors import ConfigurationError
from primitives.failures import Failure, InfrastructureError
from primitives.plugins import broke, owner
from sim_envs.judging.case import Case, Condition, Unclear, World, WorldSnapshot
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec


class TaskDefinition(Protocol):
    """What the author of a task writes."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The scene before the robot moves: everything the instruction names, and what else lies about."""
        ...

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every clause that has to hold. Raises Unclear when the world does not settle what is meant."""
        ...

    def oracle(self, values: Values) -> str:
        """Source of a program on the task's surface that must win."""
        ...

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Plausible programs that must lose, by what is wrong with them."""
        ...


@dataclass(frozen=True, slots=True)
class BoundTask:
    """A task with its instruction settled: what a trial is set up from and judged by."""

    info: TaskInfo
    instruction: str
    values: Values
    scene: SceneSpec
    seed: int | None
    """None when it was matched in a scene that was already there."""
    task: Task

    @property
    def oracle(self) -> str:
        """Source of a program that must win."""
        with _blamed(f"the oracle of task {self.task.id!r}"):
            return self.task.definition.oracle(self.values)

    @property
    def decoys(self) -> Mapping[str, str]:
        """Plausible programs that must lose, by what is wrong with them."""
        with _blamed(f"the decoys of task {self.task.id!r}"):
            return self.task.definition.decoys(self.values)

    def judge(
        self,
        start: World,
        now: World,
        *,
        said: Sequence[str] = (),
        moments: Sequence[WorldSnapshot] = (),
        held: frozenset[str] = frozenset(),
        robot_time: float = 0.0,
        declined: str | None = None,
    ) -> Verdict:
        """The verdict on `now`, in which everything is expected to be at rest.

        Args:
            start: the world when the instruction was given.
            now: the world now.
            said: see `Case`, as for `moments`, `held` and `declined`.
            moments: what happened between.
            held: what is in the hand now.
            declined: why it was declined, where it was.
            robot_time: s since the instruction; more than the task's limit is a failure of its own.
        """
        case = Case(self.values, start, now, said, moments, held, declined)
        with _blamed(f"the goal of task {self.task.id!r}"):
            conditions = [*self.task.definition.goal(case)]
        if not conditions:
            plug_in = owner(self.task.definition.goal.__module__)
            whose = "" if plug_in is None else f" of the plug-in {plug_in!r}"
            raise InfrastructureError(f"the goal of task {self.task.id!r}{whose} has no clause, so it judges nothing")
        limit = self.task.time_limit_s
        if robot_time > limit:
            late = f"it took {robot_time:.1f} s of robot time, {limit:g} s are allowed"
            conditions.append(Condition(False, late, "robot time (s)", round(robot_time, 1)))
        return _verdict(self.task, conditions)


@dataclass(frozen=True, slots=True)
class Task:
    """A registered task."""

    id: str
    """Without version, with ":unseen" where it draws the unseen attributes."""
    version: int
    template: Template
    definition: TaskDefinition
    tags: tuple[str, ...] = ()
    time_limit_s: float = 120.0
    """Robot time from the instruction on, several times what the oracle takes; a trial that takes longer is lost."""
    tolerance: str = ""
    """What counts as done, with its numbers and the reason for them, in one or two sentences."""
    attributes: Attributes = "seen"
    outcome: Literal["achieved", "declined"] = "achieved"
    """The status that a trial should end with; "declined" where the instruction cannot be carried out."""
    free: bool = True
    """Whether a free sentence is matched against the template."""
    surface: Literal["skill", "tool"] = "skill"
    """The highest level of primitives that can do it, which its oracle and decoys are written for."""

    @property
    def label(self) -> str:
        """Id with version, as verdicts carry it, e.g. "put-block-in-bowl-v1"."""
        base, colon, attributes = self.id.partition(":")
        return f"{base}-v{self.version}{colon}{attributes}"

    @property
    def info(self) -> TaskInfo:
        """What can be told without loading a world."""
        return TaskInfo(
            id=self.id,
            version=self.version,
            template=self.template.text,
            example=self.instruction(0),
            tags=self.tags,
            time_limit_s=self.time_limit_s,
            surface=self.surface,
        )

    def instruction(self, seed: int, *, paraphrased: bool = False) -> str:
        """The instruction that the seed draws, in the canonical wording or in one of the paraphrases."""
        rng = random.Random(f"{self.id} {seed} words")
        values = self.template.draw(rng, self.attributes)
        return self.template.word(values, rng.choice(self.template.paraphrases) if paraphrased else None)

    def bind(self, seed: int, instruction: str | None = None) -> BoundTask:
        """The trial of `seed`, worded by the seed unless an instruction is given.

        Raises:
            ConfigurationError: `instruction` is not one of this task's.
        """
        instruction = self.instruction(seed) if instruction is None else instruction
        values = self.template.read(instruction)
        if values is None:
            raise ConfigurationError(
                f"task {self.id!r} does not understand {instruction!r}; it reads {self.template.text!r}, "
                f"e.g. {self.instruction(seed)!r}. For any other sentence give its scene alone: --scene {self.id}."
            )
        with _blamed(f"the scene of task {self.id!r}"):
            scene = self.definition.scene(values, random.Random(f"{self.id} {seed} scene"), self.attributes)
        return BoundTask(self.info, instruction, values, scene, seed, self)


@contextmanager
def _blamed(what: str) -> Generator[None]:
    """Say whose the code is that breaks. Raises InfrastructureError, and what authors may raise as it is."""
    try:
        yield
    except (ConfigurationError, Failure, Unclear):
        raise
    except Exception as error:
        raise InfrastructureError(broke(what, error)) from error


def _verdict(task: Task, conditions: Sequence[Condition]) -> Verdict:
    failing = [c for c in conditions if not c.holds]
    status: VerdictStatus = "not_achieved" if failing else task.outcome
    return Verdict(
        task=task.label,
        status=status,
        progress=1.0 - len(failing) / len(conditions),
        facts={c.fact: c.value for c in conditions},
        explanation=_sentence(conditions, failing),
    )


def _sentence(conditions: Sequence[Condition], failing: Sequence[Condition]) -> str:
    text = (failing or conditions)[0].text.replace("-0.000", "0.000")
    if not failing:
        return f"Every clause holds ({len(conditions)}); e.g. {text}."
    others = f" ({len(failing)} of {len(conditions)} clauses fail)" if len(failing) > 1 else ""
    return f"{text[0].upper()}{text[1:]}{others}."


_REGISTRY: dict[str, Task] = {}

D = TypeVar("D", bound=Callable[[], TaskDefinition])


def task(
    *,
    id: str,
    version: int,
    template: Template,
    tags: tuple[str, ...],
    tolerance: str,
    time_limit_s: float = 120.0,
    outcome: Literal["achieved", "declined"] = "achieved",
    free: bool = True,
    surface: Literal["skill", "tool"] = "skill",
) -> Callable[[D], D]:
    """Register the decorated class as a task; see `Task` for the arguments.

    Raises:
        ValueError: the id is taken or malformed.
    """

    def register(definition: D) -> D:
        if id in _REGISTRY or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
            raise ValueError(f"task id {id!r} is taken or malformed")
        _REGISTRY[id] = Task(
            id=id,
            version=version,
            template=template,
            definition=definition(),
            tags=tags,
            time_limit_s=time_limit_s,
            tolerance=tolerance,
            outcome=outcome,
            free=free,
            surface=surface,
        )
        return definition

    return register


def registered() -> tuple[Task, ...]:
    """Every task whose file has been imported, in order of id; see `sim_envs.suites.task_catalog` for all there are."""
    return tuple(_REGISTRY[id] for id in sorted(_REGISTRY))
