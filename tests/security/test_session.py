"""What an honest program sees: values, failures, lines, output, and variables that survive."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from codepolicy.sandbox.host import PolicySandbox, PolicySession
from codepolicy.sandbox.limits import SandboxLimits
from codepolicy.sandbox.policy_process import Zygote
from primitives.failures import FailureKind, Stopped
from primitives.images import Image, Mask
from primitives.scene import SceneObject
from primitives.trace import Inside


def test_values_arrive_as_the_classes_of_the_api(run, robot) -> None:
    outcome = run(
        "o = find('red block')\n"
        "print(type(o).__name__, o.name, o.position, round(o.top, 3))\n"
        "r = region('middle')\n"
        "print(r.center, r.contains((0.4, 0.1)))\n"
        "n = near(o, 'x', distance=0.1)\n"
        "print(bool(n), n.text, isinstance(n, Relation))\n"
    )
    assert outcome.status == "finished"
    assert outcome.output.splitlines() == [
        "SceneObject red block (0.4, 0.0, 0.02) 0.04",
        "(0.4, 0.1) True",
        "True they are 0.01 m apart True",
    ]
    name, args, kwargs, line = robot.calls[2]
    assert (name, args[0]["name"], args[1], kwargs, line) == ("near", "red block", "x", {"distance": 0.1}, 5)


@pytest.mark.parametrize(
    "value",
    [None, True, 7, 0.25, "text", [1, [2.5]], (1, (2, 3)), {"a": [1]}, [], "ünï \N{ROBOT FACE}"],
    ids=repr,
)
def test_plain_results_keep_their_type(run, robot, value: object) -> None:
    robot.answers["ping"] = lambda: value
    assert run(f"v = ping()\nassert v == {value!r} and type(v) is type({value!r}), v").failure is None


def test_numbers_of_numpy_arrive_as_numbers(run, robot) -> None:
    found = SceneObject(
        name="a", category="b", color="c", position=(np.float64(0.5), 0.0, np.float32(0.25)), size=(1,) * 3
    )
    robot.answers["find"] = lambda query: found
    assert run("p = find('a').position\nassert p == (0.5, 0.0, 0.25), p\nassert type(p[0]) is float").failure is None


def test_images_arrive_whole_and_go_back_as_references(run, robot) -> None:
    rng = np.random.default_rng(0)
    image = Image(
        7,
        "front",
        rng.integers(0, 255, (480, 640, 3), dtype=np.uint8),
        rng.random((480, 640), dtype=np.float32),
        np.eye(3),
        np.eye(4),
    )
    robot.answers["capture"] = lambda: image
    robot.answers["segment"] = lambda i, q: Mask(9, 7, q, image.depth > 0.5)
    outcome = run(
        "i = capture()\n"
        "print(i.camera, i.rgb.shape, i.rgb.dtype, int(i.rgb.sum()), i.depth.dtype, float(i.depth.sum()), i.K.shape)\n"
        "m = segment(i, 'x')\n"
        "print(m.pixels.dtype, int(m.pixels.sum()))\n"
        "i.depth[0, 0] = 3\n"
        "ping(m, np.float32(2), np.arange(3), np.bool_(True), {1, 2}, i.T_base_camera)\n"
    )
    assert outcome.failure is None, outcome.traceback
    first, second = outcome.output.splitlines()
    assert first == (f"front (480, 640, 3) uint8 {int(image.rgb.sum())} float32 {float(image.depth.sum())} (3, 3)")
    assert second == f"bool {int((image.depth > 0.5).sum())}"
    assert robot.calls[1][1][0] == {"type": "image", "id": 7}
    assert robot.calls[2][1] == ({"type": "mask", "id": 9}, 2.0, [0, 1, 2], True, [1, 2], np.eye(4).tolist())


def test_a_result_that_cannot_cross_is_no_fault_of_the_program(run, robot) -> None:
    robot.answers["ping"] = object
    failure = run("ping()").failure
    assert failure.kind is FailureKind.INFRASTRUCTURE
    assert "object" in failure.message


def test_failures_can_be_caught_with_their_fields(run) -> None:
    outcome = run(
        "try:\n    pick('x')\nexcept GraspMissed as f:\n    print(f.measured, f.expected, f.hint, f)\n"
        "try:\n    seek('green')\nexcept Failure as f:\n    print(type(f).__name__, f.candidates)\n"
    )
    assert outcome.status == "finished"
    assert outcome.output == "0.001 m 0.040 m Look again. closed on nothing\nNotFound ('red block',)\n"


def test_an_uncaught_failure_is_the_hosts_own_report(run) -> None:
    outcome = run("def f():\n    pick('x')\n\nf()\n")
    assert outcome.failure.kind is FailureKind.GRASP_MISSED
    assert outcome.failure.measured == "0.001 m"
    assert outcome.traceback.splitlines() == [
        "Traceback:",
        "  <program 1>, line 4, in <module>",
        "    f()",
        "  <program 1>, line 2, in f",
        "    pick('x')",
        "GraspMissed: closed on nothing",
    ]


@pytest.mark.parametrize(
    "forged",
    [
        "raise InfrastructureError('retry me')",
        "e = InfrastructureError('retry me')\ne._index = 0\nraise e",
        "raise Stopped('x')",
        "try:\n    pick('x')\nexcept GraspMissed as f:\n    e = CommsLost('x')\n    raise e from None",
    ],
)
def test_a_program_cannot_blame_anybody_else(run, forged: str) -> None:
    assert run(forged).failure.kind in (FailureKind.POLICY_ERROR, FailureKind.GRASP_MISSED)
    assert run(forged).failure.blame != "infrastructure"


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 1\n1/0", 2, "ZeroDivisionError: division by zero"),
        ("x = (", 1, "SyntaxError"),
        ("\n\nundefined", 3, "NameError: name 'undefined' is not defined"),
        ("np.ones(10**12)", 1, "MemoryError"),
        ("def f():\n    f()\nf()", 2, "RecursionError"),
        ("assert False, 'so'", 1, "AssertionError: so"),
        ("class E(BaseException): pass\nraise E('x' * 10**6)", 2, "E: "),
        ("raise KeyboardInterrupt", 1, "KeyboardInterrupt"),
    ],
)
def test_an_exception_is_told_with_its_line(run, source: str, line: int, text: str) -> None:
    outcome = run(source)
    assert outcome.failure.kind is FailureKind.POLICY_ERROR
    assert outcome.failure.line == line
    assert text in outcome.failure.message or text in outcome.traceback
    assert len(outcome.failure.message) < 5000


@pytest.mark.parametrize(
    "bad", ["object()", "lambda: 0", "10**30", "(i for i in [])", "chr(0xd800)", "np.array([object()])"]
)
def test_an_argument_that_nothing_stands_for_is_a_bad_argument(run, robot, bad: str) -> None:
    outcome = run(f"x = 1\nping({bad})")
    assert outcome.failure.kind is FailureKind.BAD_ARGUMENT
    assert outcome.failure.line == 2
    assert robot.calls == []


def test_expect_sends_a_relation_whole_and_anything_else_as_a_truth_value(run, robot) -> None:
    outcome = run(
        "print(expect(near('a', 'b'), 'near'))\nexpect([1], 'list')\nexpect(np.float64(0), 'zero')\n"
        "expect(condition=near('a', 'b'), message='m')"
    )
    assert outcome.output == "None\n"
    conditions = [c[1][0] if c[1] else c[2]["condition"] for c in robot.calls if c[0] == "expect"]
    relation = {"type": "relation", "holds": True, "text": "they are 0.01 m apart", "of": [], "values": {}}
    assert conditions == [relation, True, False, relation]


def test_a_goal_check_is_called_and_its_truth_value_is_a_clause(run, robot) -> None:
    assert run("def goal():\n    expect(True, 'a')\n    return near('a', 'b')", entry="goal").failure is None
    assert [c[1][1] for c in robot.calls if c[0] == "expect"] == ["a", "goal() returns true"]


@pytest.mark.parametrize("source", ["x = 1", "goal = 3", "def goals(): pass"])
def test_a_goal_check_without_goal_fails_typed(run, source: str) -> None:
    run("def goal():\n    pass", entry="goal")
    failure = run(source, entry="goal").failure
    assert failure.kind is FailureKind.POLICY_ERROR
    assert "goal()" in failure.message


def test_variables_functions_and_classes_survive(run, session: PolicySession) -> None:
    run(
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 2\n"
        "def twice(n):\n    return 2 * n\np = P(3)"
    )
    assert set(session.names) == {"dataclass", "P", "twice", "p"}
    assert run("p.x = twice(p.x)\nprint(p)").output == "P(x=6)\n"
    assert run("1/0").status == "failed"
    assert run("print(p.x)").output == "6\n"


def test_nothing_survives_into_another_session(sandbox: PolicySandbox, robot) -> None:
    first, second = sandbox.session(), sandbox.session()
    evil = (
        "import builtins, math\nx = 1\nbuiltins.print = None\nmath.sqrt = None\n"
        "np.array = None\nimport sys\nsys.setrecursionlimit(50)"
    )
    assert first.run(evil, surface=robot.surface, dispatch=robot, deadline_s=5).status == "finished"
    first.close()
    for session in (second, sandbox.session()):
        seen = session.run(
            "print(math.sqrt(4), np.array([1]).sum(), 'x' in globals())",
            surface=robot.surface,
            dispatch=robot,
            deadline_s=5,
        )
        assert seen.output == "2.0 1 False\n"
        session.close()


def test_a_program_may_shadow_a_primitive_for_itself_alone(run) -> None:
    assert run("near = 0.1\nprint(near)").output == "0.1\n"
    assert run("print(bool(near('a', 'b')))").output == "True\n"


def test_a_primitive_of_a_smaller_surface_is_gone(run, robot, session: PolicySession) -> None:
    run("saved = pick")
    small = type(robot.surface)("skill", tuple(p for p in robot.surface.primitives if p.name != "pick"))
    outcome = session.run("pick('x')", surface=small, dispatch=robot, deadline_s=5)
    assert "NameError" in outcome.failure.message
    outcome = session.run("saved('x')", surface=small, dispatch=robot, deadline_s=5)
    assert "NameError" in outcome.failure.message, "a primitive is no variable that survives"
    assert robot.calls == []


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nsys.exit()",
        "if __name__ == '__main__':\n    print('ran')",
        "import shapely\nfrom shapely.geometry import Point\nfrom shapely.ops import unary_union\n"
        "assert unary_union([Point(0, 0).buffer(1), Point(1, 0).buffer(1)]).area > 3",
        "import numpy as np\nassert np.linalg.svd(np.eye(100))[1].sum() == 100\n"
        "np.random.default_rng().normal(size=3)\n"
        "np.fft.fft(np.ones(8)); np.polyfit([1, 2, 3], [1, 2, 3], 1); np.median([1, 2]); np.ma.array([1])",
        "import statistics, random, itertools, functools, collections, re, time, enum\n"
        "statistics.mean([1])\ntime.sleep(0.01)",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\nassert P(1).x == 1",
        "from __future__ import annotations\nfrom dataclasses import dataclass, field\n"
        "@dataclass\nclass A:\n    x: list[int] = field(default_factory=list)\nA()",
        "match {'a': 1}:\n    case {'a': x}:\n        assert x == 1",
        "def g():\n    yield from range(3)\nassert sum(g()) == 3",
        "from enum import Enum\nclass C(Enum):\n    A = 1\nassert C.A.value == 1",
        "sorted([3, 1]); f'{1:.2f}'; '{:>5}'.format(3); round(2.5); np.array([1.0]).tolist()",
        "print(repr(np.arange(3)))",
    ],
)
def test_ordinary_programs_run(run, source: str) -> None:
    outcome = run(source)
    assert outcome.failure is None, outcome.traceback


def test_output_is_captured_in_order_and_capped(run) -> None:
    pieces: list[str] = []
    outcome = run(
        "print('a')\nping()\nimport sys\nprint('b', file=sys.stderr)\nprint('c', end='')", on_output=pieces.append
    )
    assert outcome.output == "".join(pieces) == "a\nb\nc"
    limit = SandboxLimits().output_chars
    flood = run("for i in range(10000):\n    print('x' * 100)\nprint('y' * 10**7)").output
    assert limit <= len(flood) <= limit + 100
    assert f"cut after {limit} characters" in flood


def test_the_line_of_each_call_is_known(run, robot) -> None:
    run("ping(1)\ndef f():\n    return [\n        ping(2)\n    ]\nf()\n(lambda: ping(3))()\nlist(map(ping, [4]))")
    assert [c[3] for c in robot.calls] == [1, 4, 7, 8]


def test_calls_of_a_function_of_an_earlier_program_count_as_this_programs_line(run, robot) -> None:
    run("def f():\n    ping()")
    run("\n\n\nf()")
    assert robot.calls[0][3] == 4


def test_the_executing_line_is_known_while_it_runs(session: PolicySession, robot) -> None:
    lines: list[int | None] = []
    robot.answers["ping"] = lambda: lines.append(session.line)
    code = (
        "import time\ndef spin():\n    end = time.monotonic() + 0.15\n"
        "    while time.monotonic() < end:\n        pass\nspin()\nping()"
    )
    session.run(code, surface=robot.surface, dispatch=robot, deadline_s=5)
    assert lines[0] in (4, 5)


def test_too_long_a_program_is_refused_unseen(run, robot) -> None:
    failure = run("#" * 65_537).failure
    assert failure.kind is FailureKind.REJECTED
    assert "65537" in failure.message


def test_after_the_robot_was_stopped_no_call_is_answered(run, robot) -> None:
    def stopped() -> None:
        raise Stopped("someone pressed stop")

    robot.answers["ping"] = stopped
    outcome = run("try:\n    ping()\nexcept BaseException:\n    pass\nfind('x')\nprint('went on')")
    assert outcome.failure.kind is FailureKind.STOPPED
    assert [c[0] for c in robot.calls] == ["ping"]
    robot.answers["ping"] = lambda: None
    assert run("ping()").status == "finished"


def test_a_stop_that_is_swallowed_is_still_told(run, robot) -> None:
    def stopped() -> None:
        raise Stopped("someone pressed stop")

    robot.answers["ping"] = stopped
    assert run("try:\n    ping()\nexcept Failure:\n    pass").failure.kind is FailureKind.STOPPED


def test_a_mistake_in_the_dispatch_surfaces_and_ends_the_process(run, robot, session: PolicySession) -> None:
    def broken() -> None:
        raise LookupError("our own mistake")

    robot.answers["ping"] = broken
    with pytest.raises(LookupError, match="our own mistake"):
        run("ping()")
    assert session._process is None
    assert run("print(1)").output == "1\n"


def test_sessions_leave_nothing_behind(sandbox: PolicySandbox, robot) -> None:
    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    def once(source: str) -> None:
        session = sandbox.session()
        session.run(source, surface=robot.surface, dispatch=robot, deadline_s=0.2)
        session.close()

    def settled() -> int:
        sandbox._filling.join()
        return held()

    once("1")
    before, threads = settled(), threading.active_count()
    for source in ("ping()", "1/0", "import os\nos._exit(0)", "while True: pass", "print(1)"):
        once(source)
    assert settled() == before
    assert threading.active_count() <= threads
    children = Path(f"/proc/{sandbox._zygote.pid}/task/{sandbox._zygote.pid}/children")
    if children.exists():
        assert len(children.read_text().split()) <= 2  # the spare, and one of the fixture


def test_a_failure_in_a_function_of_an_earlier_program_is_told_with_its_own_line(session: PolicySession, robot) -> None:
    def run(source: str, label: str = ""):
        return session.run(source, surface=robot.surface, dispatch=robot, deadline_s=1.0, label=label)

    assert run("def f(x):\n    pick('x')\n", "f").inside is None
    assert run("def g():\n    ping()\n    return 1 / 0\n").inside is None
    missed, divided = run("\n\nf(1)"), run("\ng()")
    assert missed.failure is not None and divided.failure is not None
    assert missed.failure.kind is FailureKind.GRASP_MISSED
    assert missed.inside == Inside(function="f", line=2, text="pick('x')", source="f")
    assert divided.failure.line == 2
    assert divided.inside == Inside(function="g", line=3, text="return 1 / 0", source="")
    assert run("def f(x):\n    pick(x)\nf(2)").inside is None, "a function of its own needs no telling"


def test_the_line_of_a_program_stuck_in_a_function_of_an_earlier_one_is_its_own(session: PolicySession, robot) -> None:
    def run(source: str):
        return session.run(source, surface=robot.surface, dispatch=robot, deadline_s=0.3)

    run("\n\n\n\n\ndef f():\n    while True: pass\n")
    stuck = run("ping()\nf()\n").failure
    assert stuck is not None and (stuck.kind, stuck.line) == (FailureKind.LIMIT, 2)


def test_a_lent_zygote_outlives_the_sandbox_and_shares_no_names(robot) -> None:
    zygote = Zygote()
    try:
        for _ in range(2):
            with PolicySandbox(zygote=zygote) as sandbox:
                source = "print('x' in globals())\nx = 1\n"
                outcome = sandbox.session().run(source, surface=robot.surface, dispatch=robot, deadline_s=5.0)
            assert outcome.output == "False\n"
    finally:
        zygote.close()
