"""What a goal check says follows from what is seen; it moves nothing, and neither does a function beside it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence

import msgspec
import pytest

from codepolicy.agent import Agent, open_executor
from codepolicy.loop.goal_check import AGAIN, FIRST, other_seeds
from codepolicy.loop.recorded_answers import RecordedAnswers
from codepolicy.models.scripted import ScriptedModel
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.environment import TrialSpec, World
from primitives.failures import BudgetSpent, PolicyError

Fenced = Callable[..., str]
LOOK = 'expect(find("red block") is not None, "seen")\n    '
ASK = "put the red block in the blue bowl"
IN = 'expect(inside("red block", "blue bowl"), "in")'

CHANCE = {
    "addresses": LOOK + "expect(id(object()) // 16 % 2 == {0}, 'x')",
    "addresses of lists": LOOK + "expect(sum(id([]) // 32 % 2 for i in range(7)) % 2 == {0}, 'x')",
    "generator": LOOK + 'expect((getattr(np, "ran" + "dom").random() < 0.5) == {0}, "x")',
    "another generator": LOOK + 'from numpy import random as r\n    expect((r.random() < 0.5) == {0}, "x")',
    "clock": LOOK + "import time\n    expect(int(time.time()) // 86_400 % 2 == {0}, 'x')",
    "hash of an object": LOOK + "expect(hash(object()) % 2 == {0}, 'x')",
    "coin that fails when it loses": LOOK + "assert (np.random.random() < 0.5) == {0}\n    expect(True, 'x')",
    "coin that leaves when it loses": LOOK
    + "import sys\n    if (np.random.random() < 0.5) == {0}:\n        sys.exit()\n    expect(False, 'x')",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANCE)
def test_a_coin_proves_nothing(world: World, name: str) -> None:
    """Neither side of a coin is believed: it falls as it fell before anything moved, or it is seen to be a coin."""
    with open_executor(world, TrialSpec(), Settings(), gate=False) as executor:
        executor.mark_start()
        attempts = [executor.attempt("pass", "def goal():\n    " + CHANCE[name].format(side)) for side in (0, 1)]
    for attempt in attempts:
        assert attempt.check.status != "passed", attempt.check
    told = [a.check.failure.message for a in attempts if a.check.failure is not None]
    assert not told or any("answers differently" in m or "Assertion" in m for m in told)


NOISE = {
    "position": "expect(int(find('red block').position[0] * {}) % 2 == {}, 'x')",
    "size": "expect(int(find('blue bowl').size[1] * {}) % 2 == {}, 'x')",
    "hash": "expect(hash(find('blue bowl').position) // {} % 2 == {}, 'x')",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOISE)
def test_a_coin_that_the_noise_of_the_cameras_tosses_proves_nothing(world: World, name: str) -> None:
    with open_executor(world, TrialSpec(disturbances="mild"), Settings(), gate=False) as executor:
        executor.mark_start()
        coins = [(factor, side) for factor in (10_000, 100_000, 12_345_678) for side in (0, 1)]
        checks = [executor.check("def goal():\n    " + NOISE[name].format(*coin)) for coin in coins]
    assert sum(check.status == "passed" for check in checks) <= 1, "none but for one in 256"


def test_nobody_knows_which_question_is_the_first() -> None:
    seeds = [other_seeds() for _ in range(20)]
    assert all(len(set(some)) == AGAIN and FIRST not in some for some in seeds)
    assert len({seed for some in seeds for seed in some}) > 100


HONEST = {
    "pairs": "a, b = find('red block'), find('blue bowl')\n"
    "    d = np.hypot(*np.subtract(a.position[:2], b.position[:2]))\n"
    "    expect(d > 0.05, 'apart')\n    expect(not near(a, b, 0.02), 'not near')",
    "objects as questions": "expect(all(in_region(o, 'table') for o in detect('block')), 'on the table')\n"
    "    expect(not on(find('red block'), find('blue block')), 'not stacked')",
    "sorted": "blocks = sorted(detect('block'), key=lambda o: o.position[2])\n"
    "    expect(all(not inside(o, find('blue bowl')) for o in blocks), 'none inside')",
    "the same thing twice": "expect(find('red block').position == detect('red block')[0].position, 'same')",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_honest_arithmetic_on_what_was_measured_is_believed(world: World, name: str) -> None:
    with open_executor(world, TrialSpec(disturbances="mild"), Settings(), gate=False) as executor:
        executor.mark_start()
        check = executor.check("def goal():\n    " + HONEST[name])
    assert check.status == "passed", check


@pytest.mark.slow
@pytest.mark.parametrize(
    "move",
    [
        'put("red block", "blue bowl")',
        'try:\n        pick("red block")\n    except Exception:\n        pass',
        'import sys\n    f = sys._getframe()\n    while "self" not in f.f_locals:\n        f = f.f_back\n'
        '    f.f_locals["self"]._call("put", ("red block", "blue bowl"), {}, None)',
        "tidy()",
    ],
)
def test_a_goal_check_moves_nothing_whatever_it_says(world: World, move: str) -> None:
    with open_executor(world, TrialSpec(), Settings(), gate=False) as executor:
        executor.mark_start()
        moves = 'put("red block", "blue bowl")'
        executor.define("tidy", f"moved = {moves}\n\ndef tidy():\n    {moves}\n")
        before = executor.robot_time
        check = executor.check(f"def goal():\n    {move}\n    {IN}")
        assert executor.robot_time == before
        assert check.status == "failed"


@pytest.mark.slow
def test_a_function_written_on_demand_moves_nothing_by_being_defined(world: World, fenced: Fenced) -> None:
    moving = 'moved = put("red block", "blue bowl")\n\ndef tidy():\n    find("red block")'
    model = ScriptedModel([fenced("tidy()", IN), fenced(moving)])
    episode = Agent(model=model, env=world, settings=Settings(turns=1)).run(ASK)
    assert episode.outcome == "not_achieved"
    assert episode.turns[0].report is not None
    assert [c.name for c in episode.turns[0].report.calls] == ["find"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "beside",
    [
        'moved = put("red block", "blue bowl")',
        "if True:\n    put('red block', 'blue bowl')",
        "class Mover:\n    put('red block', 'blue bowl')",
        "for x in [1]:\n    put('red block', 'blue bowl')",
        "import functools",
        "GAP: float = 0.02",
        "@print\ndef other():\n    pass",
        "def other(x=put('red block', 'blue bowl')):\n    pass",
        "def other(x: put('red block', 'blue bowl') = 1):\n    pass",
        "[put('red block', 'blue bowl') for x in [1]]",
        "assert put('red block', 'blue bowl')",
        "a = b = put",
    ],
)
def test_nothing_beside_a_function_runs_gate_on_or_off(world: World, beside: str) -> None:
    with open_executor(world, TrialSpec(), Settings(), gate=False) as executor:
        executor.mark_start()
        executor.define("tidy", f"{beside}\n\ndef tidy():\n    return 5\n")
        report = executor.attempt("print(tidy())", None).report
        assert report is not None and report.output == "5\n"
        assert report.calls == () and report.robot_time == 0


@pytest.mark.slow
def test_with_something_in_the_hand_a_check_that_held_before_is_not_believed(world: World, fenced: Fenced) -> None:
    vacuous = 'expect(find("blue bowl") is not None, "there is a bowl")'
    held = 'expect(find("red block").on == "gripper", "in the hand")'
    model = ScriptedModel(
        [
            fenced('pick("red block")', held),
            fenced('say("done")', vacuous),
            fenced('say("done")', vacuous),
            fenced('say("done")', held),
            fenced('say("done")', held),
        ]
    )
    with Session(Agent(model=model, env=world, settings=Settings(turns=2))) as session:
        assert session.run("pick up the red block").goal_check.status == "passed"
        spelled = session.run("spell hello with the blocks")
        assert spelled.goal_check.status == "vacuous" and spelled.outcome != "achieved"
        still = session.run("hand me the red block")
        assert still.goal_check.status == "vacuous", "what is already so is said so, and nothing moves for it"
        assert still.turns[-1].report is not None and [c.name for c in still.turns[-1].report.calls] == ["say"]


@pytest.mark.slow
def test_with_something_in_the_hand_an_honest_check_is_believed(world: World, fenced: Fenced) -> None:
    model = ScriptedModel(
        [
            fenced('pick("red block")', 'expect(find("red block").on == "gripper", "held")'),
            fenced('place("blue bowl")', IN),
        ]
    )
    with Session(Agent(model=model, env=world)) as session:
        assert session.run("pick up the red block").goal_check.status == "passed"
        assert session.run("now put it into the blue bowl").goal_check.status == "passed"


@pytest.mark.slow
def test_ids_of_images_tell_a_goal_check_nothing(world: World) -> None:
    settings = Settings(surface="joint")
    with open_executor(world, TrialSpec(), settings, gate=False) as executor:
        executor.mark_start()
        for program in ("pass", "for i in range(5): capture()"):
            assert executor.attempt(program, None).report is not None
            check = executor.check('def goal():\n    expect(capture().id == 1, "first")')
            assert check.status == "passed", check


def test_the_answers_to_a_goal_check_are_bounded() -> None:
    """Long questions are not kept, neither by the answer nor by a traceback; too many answers end the check."""

    def refuse(name: str, args: Sequence[msgspec.Raw], kwargs: object, line: int | None) -> object:
        raise PolicyError("no")

    def answer(name: str, args: object, kwargs: object, line: int | None) -> object:
        return "x" * 2**20

    tracemalloc.start()
    call = RecordedAnswers().around(refuse)
    for i in range(100):
        with pytest.raises(PolicyError):
            call("find", [msgspec.Raw(msgspec.msgpack.encode("x" * 260_000 + str(i)))], {}, None)
    assert tracemalloc.get_traced_memory()[0] < 5e6
    tracemalloc.stop()
    call = RecordedAnswers().around(answer)
    with pytest.raises(BudgetSpent, match="bytes of answers"):
        for _ in range(17):
            call("find", [], {}, None)
