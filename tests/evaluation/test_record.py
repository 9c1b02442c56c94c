"""What a record says of an episode."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from codepolicy.episode import Episode, GoalCheck, Isolation, Timings, Turn
from codepolicy.evaluation.records import broken, recorded
from primitives.environment import ObjectState, Verdict
from primitives.failures import FailureKind, FailureReport
from primitives.trace import ExecutionReport
from tests import made_episode
from tests.evaluation import made

MISSED = FailureReport(kind=FailureKind.GRASP_MISSED, blame="world", message="the fingers closed on nothing")
FAILED = Turn(
    program="pick('x')",
    report=ExecutionReport(status="failed", failure=MISSED),
    feedback="\nline 1: it missed\nmore of it",
)
BLOCK = ObjectState(
    position=(0.4, 0.0, 0.02), quaternion_xyzw=(0, 0, 0, 1), category="block", color="red", size=(0.04, 0.04, 0.04)
)


def episode(**changes: Any) -> Episode:
    lost: dict[str, Any] = {
        "outcome": "not_achieved",
        "believed": "not_achieved",
        "summary": "it was not done",
        "verdict": Verdict(task="lift-block-v1", status="not_achieved", progress=0.0, facts={}, explanation="no"),
        "turns": (FAILED,),
        "world": {"red block": BLOCK},
        "task": "lift-block",
        "model": "offline",
        "isolation": Isolation(mode="best-effort", layers=()),
        "timings": Timings(total=1.0, model=0.0, execution=0.0, robot=2.0),
    }
    return made_episode.episode(**{**lost, **changes})


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"outcome": "achieved", "believed": "achieved"}, ""),
        ({"outcome": "declined", "believed": "refused"}, ""),
        ({}, "grasp_missed"),
        ({"believed": "achieved"}, "false success"),
        ({"turns": (Turn(program="x"),), "goal_check": GoalCheck(status="failed")}, "goal check"),
        ({"turns": (Turn(program="x"),), "goal_check": GoalCheck(status="vacuous")}, "goal check"),
        ({"turns": (Turn(program="x"),), "outcome": "unverified", "believed": "unverified"}, "unverified"),
        ({"turns": ()}, "no program"),
        ({"turns": (Turn(program=None),)}, "no program"),
        ({"outcome": "refused"}, "refused"),
        ({"outcome": "model_error"}, "model_error"),
        ({"outcome": "infrastructure"}, "infrastructure"),
        ({"outcome": "answered", "believed": "answered"}, "answered"),
    ],
    ids=str,
)
def test_what_it_was_lost_to(changes: dict[str, Any], kind: str) -> None:
    record = recorded(made.job(), episode(**changes), folder=None)
    assert (record.kind, record.won) == (kind, not kind)


def test_the_first_line_of_the_feedback() -> None:
    assert recorded(made.job(), episode(), folder=None).feedback == "line 1: it missed"


def test_the_result_is_of_what_happened_and_not_of_how_long_it_took() -> None:
    def result(**changes: Any) -> str:
        return recorded(made.job(), episode(**changes), folder=None).result

    slower = Timings(total=9.0, model=3.0, execution=2.0, robot=2.0)
    assert result() == result(timings=slower)
    nudged = msgspec.structs.replace(BLOCK, position=(0.4, 0.0, 0.02 + 1e-15))
    others = [
        result(world={"red block": nudged}),
        result(timings=msgspec.structs.replace(slower, robot=2.004)),
        result(turns=(msgspec.structs.replace(FAILED, program="pick('y')"),)),
        result(turns=(msgspec.structs.replace(FAILED, feedback="other"),)),
    ]
    assert len({result(), *others}) == 5


def test_what_broke_is_lost_and_counted() -> None:
    record = broken(made.job(seed=4), "its process died\nand more")
    assert (record.won, record.outcome, record.told, record.seed) == (False, "infrastructure", "its process died", 4)


def test_a_reply_without_program_does_not_hide_what_the_last_program_was_lost_to() -> None:
    turns = (FAILED, Turn(program=None, feedback="write a program"))
    record = recorded(made.job(), episode(turns=turns), folder=None)
    assert (record.kind, record.feedback) == ("grasp_missed", "line 1: it missed")


def test_the_last_program_is_told_apart_from_the_feedback_before_it() -> None:
    assert FAILED.report is not None and FAILED.report.failure is not None
    last = msgspec.structs.replace(FAILED, feedback=None)
    before = msgspec.structs.replace(FAILED, feedback="of an earlier program")
    record = recorded(made.job(), episode(turns=(before, last)), folder=None)
    assert record.feedback == FAILED.report.failure.message.splitlines()[0]
