"""Arguments that no honest program sends are refused by the types of the primitive, before anything moves."""

from __future__ import annotations

import pytest

from codepolicy.sandbox.host import PolicySession
from primitives.api import surface
from primitives.arguments import bind
from primitives.failures import FailureKind

HOSTILE = [
    ("skill", "place((float('nan'), 0.0))"),
    ("skill", "place((float('inf'), 0.0))"),
    ("skill", "place((0.5, -float('inf'), 0.1))"),
    ("skill", "place((1e300, 0.0))"),
    ("skill", "place((0.5,))"),
    ("skill", "place((0.5, 0.0, 0.1, 0.2))"),
    ("skill", "place(np.full((3, 3), 0.1))"),
    ("skill", "place(['a', 'b'])"),
    ("skill", "place({})"),
    ("skill", "place(None)"),
    ("skill", "place('x' * 100_000)"),
    ("skill", "place([[[[[[[[0]]]]]]]])"),
    ("skill", "place(list(range(100_000)))"),
    ("skill", "pick({'type': 'object', 'name': 'x'})"),
    ("skill", "pick(SceneObject(name='x', category='', color='', position=(float('nan'),) * 3, size=(1, 1, 1)))"),
    ("skill", "pick(SceneObject(name='x', category='', color='', position=(0, 0), size=(1, 1, 1)))"),
    ("skill", "pick(SceneObject(name=3, category='', color='', position=(0, 0, 0), size=(1, 1, 1)))"),
    ("skill", "pick(True)"),
    ("skill", "pick(b'red block')"),
    ("skill", "near('a', 'b', distance=float('nan'))"),
    ("skill", "near('a', 'b', distance='far')"),
    ("skill", "near('a', 'b', 'c')"),
    ("skill", "near('a', 'b', colour=1)"),
    ("skill", "find(query='a', query2='b')"),
    ("skill", "find(2**63)"),
    ("skill", "say('x' * 100_000)"),
    ("skill", "say('x' * 3_000_000)"),
    ("skill", "near(*['x' * 200_000] * 6)"),
    ("skill", "say(*'x' * 100)"),
    ("skill", "say(**{'x' * 300: 1})"),
    ("tool", "move_to(Pose((float('nan'), 0, 0), (1, 0, 0, 0)))"),
    ("tool", "move_to(Pose((0.5, 0, 0), (1, 0, 0)))"),
    ("tool", "move_to((0.5, 0, 0))"),
    ("joint", "move_joints([float('nan')] * 7)"),
    ("joint", "move_joints(np.full((100, 7), np.inf))"),
    ("joint", "move_joints('home')"),
    ("joint", "move_joints(np.zeros((2, 2, 7)))"),
    ("joint", "move_joints(np.zeros((50_000, 7)))"),
    ("joint", "set_gripper(float('inf'))"),
    ("joint", "segment('image', 'x')"),
    ("joint", "segment(Mask(1, 1, 'x', None), 'x')"),
]


@pytest.mark.parametrize(("level", "call"), HOSTILE, ids=[call[:50] for _, call in HOSTILE])
def test_it_is_a_bad_argument(session: PolicySession, level: str, call: str) -> None:
    shown = surface(level)
    reached: list[str] = []

    def dispatch(name: str, args: object, kwargs: object, line: int | None) -> None:
        bind(shown.get(name), args, kwargs)  # type: ignore[arg-type]
        reached.append(name)

    outcome = session.run(call, surface=shown, dispatch=dispatch, deadline_s=5)
    assert reached == []
    assert outcome.failure is not None
    assert outcome.failure.kind is FailureKind.BAD_ARGUMENT
    assert len(outcome.failure.message) < 1000


def test_arguments_beyond_the_cap_reach_no_primitive_whoever_sends_them(run, robot) -> None:
    """Sent past our own code in the process: the host counts them, too."""
    forged = (
        "import sys\nf = sys._getframe()\nwhile 'self' not in f.f_locals:\n    f = f.f_back\n"
        "policy = f.f_locals['self']\n"
        "wire, msgspec = sys.modules['codepolicy.sandbox.wire'], sys.modules['msgspec']\n"
        "raw = msgspec.Raw(msgspec.msgpack.encode('x' * 900_000))\n"
        "policy.send(wire.Call('ping', (raw,), {}, None))\n"
        "print(policy._receive().report.message)"
    )
    outcome = run(forged, deadline_s=10.0)
    assert outcome.failure is None, outcome.failure
    assert "arguments of 900005 bytes exceed the 262144 bytes" in outcome.output
    assert robot.calls == []


def test_honest_arguments_reach_the_primitive(session: PolicySession) -> None:
    shown = surface("skill")
    reached: list[dict[str, object]] = []

    def dispatch(name: str, args: object, kwargs: object, line: int | None) -> None:
        reached.append(bind(shown.get(name), args, kwargs))  # type: ignore[arg-type]

    outcome = session.run(
        "place(np.array([0.5, 0.1]))\nplace((0.5, np.float32(0.25), 0))\nnear('a', 'b', distance=1)\n"
        "pick(SceneObject(name='x', category='', color='', position=(0, 0, 0), size=(1, 1, 1)))",
        surface=shown,
        dispatch=dispatch,
        deadline_s=5,
    )
    assert outcome.failure is None
    assert reached[0] == {"target": (0.5, 0.1)}
    assert reached[1] == {"target": (0.5, 0.25, 0.0)}
    assert reached[2] == {"a": "a", "b": "b", "distance": 1.0}
