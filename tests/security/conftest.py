from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest

from codepolicy.plugins import load_environment
from codepolicy.sandbox.host import PolicySandbox, PolicySession, ProgramOutcome
from primitives.environment import World
from primitives.failures import GraspMissed, NotFound
from primitives.registry import Primitive, Surface
from primitives.scene import Region, Relation, SceneObject

BLOCK = SceneObject(name="red block", category="block", color="red", position=(0.4, 0.0, 0.02), size=(0.04, 0.04, 0.04))


def _primitive(name: str) -> Primitive:
    return Primitive(
        name=name,
        function=lambda: None,
        surfaces=frozenset({"skill"}),
        kind="other",
        parameters=(),
        returns=type(None),
        returns_text="None",
        doc=name,
    )


@dataclass
class Robot:
    """Answers calls like a server would, and remembers them."""

    answers: dict[str, Callable[..., object]] = field(default_factory=dict)
    calls: list[tuple[str, tuple[object, ...], dict[str, object], int | None]] = field(default_factory=list)
    stops: int = 0

    @property
    def surface(self) -> Surface:
        return Surface("skill", tuple(_primitive(name) for name in self.answers))

    def __call__(
        self, name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
    ) -> object:
        values = tuple(msgspec.msgpack.decode(a) for a in args)
        named = {k: msgspec.msgpack.decode(v) for k, v in kwargs.items()}
        self.calls.append((name, values, named, line))
        return self.answers[name](*values, **named)

    def stop(self) -> None:
        self.stops += 1


def _miss(*_: object) -> object:
    raise GraspMissed("closed on nothing", measured="0.001 m", expected="0.040 m", hint="Look again.", line=None)


def _absent(query: object) -> object:
    raise NotFound(f"nothing matches {query!r}", candidates=("red block",))


@pytest.fixture
def robot() -> Robot:
    return Robot(
        {
            "find": lambda query: BLOCK,
            "region": lambda name: Region(name, (0.3, 0.0), (0.5, 0.2)),
            "near": lambda a, b, distance=0.05: Relation(True, "they are 0.01 m apart"),
            "pick": _miss,
            "seek": _absent,
            "expect": lambda condition, message: None,
            "ping": lambda *values: None,
        }
    )


@pytest.fixture(scope="session")
def sandbox() -> Iterator[PolicySandbox]:
    with PolicySandbox() as sandbox:
        yield sandbox


@pytest.fixture
def session(sandbox: PolicySandbox) -> Iterator[PolicySession]:
    session = sandbox.session()
    yield session
    session.close()


Run = Callable[..., ProgramOutcome]


@pytest.fixture
def run(session: PolicySession, robot: Robot) -> Run:
    def run(source: str, **options: object) -> ProgramOutcome:
        given: dict[str, object] = {"surface": robot.surface, "dispatch": robot, "deadline_s": 5.0, **options}
        return session.run(source, **given)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    environment = load_environment("pybullet")
    yield environment
    environment.close()


@pytest.fixture
def fenced() -> Callable[..., str]:
    """A reply with a program and, if given, the body of a goal check."""

    def reply(program: str, goal: str | None = None) -> str:
        text = f"```python\n{program}\n```\n"
        return text if goal is None else text + f"```python\ndef goal():\n    {goal}\n```\n"

    return reply
