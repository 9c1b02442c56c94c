"""A spent budget ends the program, whatever it catches; nothing in a run grows without a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from codepolicy.agent import Agent, open_executor
from codepolicy.events import Called
from codepolicy.loop import run_folder
from codepolicy.loop.executor import Executor
from codepolicy.loop.run_folder import RunFolder
from codepolicy.models.scripted import ScriptedModel
from codepolicy.sandbox.host import PolicySandbox, SandboxLimits
from codepolicy.settings import Settings
from primitives import server
from primitives.environment import TrialSpec, World
from primitives.failures import BudgetSpent, FailureKind, GraspMissed
from primitives.guard import GuardLimits
from primitives.trace import CallRecord

SWALLOW = "while True:\n    try:\n        {call}\n    except BaseException:\n        pass"
CALLS = {
    "a failing call": "pick('x')",
    "a call that finds nothing": "seek('x')",
    "a call that succeeds": "ping()",
    "a primitive that is none": "sys._getframe(0).f_globals['ping'].__closure__[1].cell_contents._call('nothing', (), {}, None)",  # noqa: E501
    "speech": "say('I cannot see it yet')",
    "a relation": "near('a', 'b')",
    "expectations": "expect(True, 'x')",
    "a capture": "capture()",
}


@pytest.mark.parametrize("name", CALLS)
def test_a_retry_loop_ends_with_its_budget(robot, name: str) -> None:
    robot.answers |= {"say": lambda text: None, "capture": lambda: [0.0] * 1000}
    with PolicySandbox(limits=SandboxLimits(calls=200)) as sandbox:
        program = "import sys\n" + SWALLOW.format(call=CALLS[name])
        outcome = sandbox.session().run(program, surface=robot.surface, dispatch=robot, deadline_s=20)
    assert outcome.failure is not None and outcome.failure.kind is FailureKind.LIMIT
    assert outcome.failure.blame == "policy"
    assert "primitive calls: 201 of 200" in outcome.failure.message
    assert len(robot.calls) <= 200


def test_a_budget_of_the_guard_is_final(run, robot) -> None:
    def spent() -> None:
        raise BudgetSpent("the program has used up its robot time: 601 s of 600 s")

    robot.answers["ping"] = spent
    outcome = run("try:\n    ping()\nexcept BaseException:\n    pass\nfind('x')\nprint('went on')")
    assert outcome.failure.kind is FailureKind.LIMIT and outcome.output == ""
    assert [c[0] for c in robot.calls] == ["ping"]


def test_an_ordinary_limit_can_be_caught(run, robot) -> None:
    def missed() -> None:
        raise GraspMissed("closed on nothing")

    robot.answers["ping"] = missed
    assert run("for i in range(3):\n    try:\n        ping()\n    except Failure:\n        pass").failure is None


@pytest.fixture(scope="module")
def executor(world: World) -> Iterator[Executor]:
    with open_executor(world, TrialSpec(), Settings(), gate=False) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    ["find('purple block')", "find(3)", "find()", "nothing(1)", "pick('purple block')", "place((9, 9))"],
)  # fmt: skip
def test_refused_calls_and_bad_arguments_count(executor: Executor, call: str) -> None:
    here = executor._server
    here.begin(executor.surface)
    here._context.guard.limits = GuardLimits(calls=20)
    name = call.partition("(")[0]
    arguments = eval(f"(lambda *a, **k: a)({call.partition('(')[2]}")
    for _ in range(20):
        with pytest.raises(Exception) as raised:
            here.invoke(name, *arguments)
        assert not isinstance(raised.value, BudgetSpent)
    with pytest.raises(BudgetSpent, match="primitive calls: 21 of 20"):
        here.invoke(name, *arguments)
    here._context.guard.limits = GuardLimits()


@pytest.mark.slow
def test_records_are_capped_and_the_rest_is_counted(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "KEPT_RECORDS", 10)
    report = executor.attempt("for i in range(25):\n    region('middle')", None).report
    assert report is not None
    assert (len(report.calls), report.calls_left_out) == (10, 15)


@pytest.mark.slow
def test_what_a_program_says_is_bounded(executor: Executor) -> None:
    report = executor.attempt(SWALLOW.format(call="say('x' * 1900)"), None).report
    assert report is not None and report.failure is not None
    assert report.failure.kind is FailureKind.LIMIT and "speech" in report.failure.message
    assert sum(len(s) for s in executor.said) <= GuardLimits().said


@pytest.mark.slow
def test_a_record_is_short_whatever_was_asked(executor: Executor) -> None:
    deep = "find(" * 1 + "'x' * 2000)"
    report = executor.attempt(f"try:\n    {deep}\nexcept Failure:\n    pass\ndetect('y' * 2000)", None).report
    assert report is not None
    assert all(len(c.call) <= server.KEPT_TEXT for c in report.calls)
    assert len(msgspec.json.encode(report.calls)) < 20_000


@pytest.mark.slow
def test_feedback_says_which_budget_and_what_to_do(world: World, fenced) -> None:
    loop = "done = None\nwhile done is None:\n    try:\n        done = put('purple block', 'blue bowl')\n"
    loop += "    except NotFound:\n        say('not yet')\n    except Failure:\n        pass"
    model = ScriptedModel([fenced(loop), fenced("say('there is none')")])
    episode = Agent(model=model, env=world, settings=Settings(turns=2)).run("is there a purple block?")
    feedback = episode.turns[0].feedback or ""
    assert "ran into a limit" in feedback and "primitive calls: 1001 of 1000" in feedback
    assert episode.turns[0].report is not None and episode.turns[0].report.failure is not None
    assert episode.turns[0].report.failure.blame == "policy"
    assert len(msgspec.json.encode(episode)) < 2_000_000


def test_a_trace_is_capped_and_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "TRACE_BYTES", 2000)
    folder = RunFolder(tmp_path, "run")
    record = CallRecord(index=0, name="f", call="f()", line=1, started=0.0, robot_time=0.0, wall_time=0.0)
    for _ in range(50):
        folder.observe(Called(1, "program", record))
    folder.close()
    rows = [json.loads(row) for row in (folder.path / "trace.jsonl").read_text().splitlines()]
    assert rows[-1] == {"left_out": 50 - (len(rows) - 1)}
    assert (folder.path / "trace.jsonl").stat().st_size < 2100
