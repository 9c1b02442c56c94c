"""A rehearsal tells what a program will do, from what is perceived alone, and moves nothing."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from codepolicy.loop.executor import Executor
from codepolicy.loop.rehearsal import Rehearsal, Rehearsed
from codepolicy.loop.rehearsal_pool import RehearsalPool
from codepolicy.plugins import twin_factory
from primitives.environment import TrialSpec, World

GOAL = 'def goal():\n    expect(inside("red block", "green bowl"), "in")\n'
ASKED = "put the red block in the green bowl"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pool() -> Iterator[RehearsalPool]:
    with RehearsalPool(processes=2) as pool:
        yield pool


@pytest.fixture
def executor(world: World) -> Iterator[Executor]:
    with Executor(environment=world, spec=TrialSpec(seed=3, instruction=ASKED)) as executor:
        executor.mark_start()
        yield executor


def job(executor: Executor, program: str, goal: str | None = GOAL, **changed: object) -> Rehearsal:
    factory = twin_factory(executor.environment, executor.trial.robot.arm.info.name)
    assert factory is not None
    return Rehearsal(
        twin=factory,
        perceived=executor.perceive(),
        program=program,
        goal=goal,
        instruction=ASKED,
        surface="skill",
        session=executor.session_state,
        **changed,  # type: ignore[arg-type]
    )


def test_right_and_wrong_programs_are_told_apart_and_the_robot_stays(executor: Executor, pool: RehearsalPool) -> None:
    judge = executor.judge
    assert judge is not None
    before, time_before = judge.world(), executor.robot_time
    right, wrong, failing = pool.rehearse(
        [
            job(executor, 'put("red block", "green bowl")', seed=1),
            job(executor, 'put("red block", "blue bowl")'),
            job(executor, 'put("red block", "purple bowl")'),
        ]
    )
    assert (right.ending, right.check.status) == ("done", "passed")
    assert right.margin is not None and 0.0 < right.margin < 0.08
    bowl = next(o for o in executor.seen if o.name == "green bowl")
    assert min(math.dist(point[:2], bowl.position[:2]) for point in right.path) < 0.05 and failing.path == ()
    assert (wrong.ending, wrong.check.status) == (None, "failed")
    assert failing.report is not None and failing.report.failure is not None
    assert failing.report.failure.kind == "not_found"
    assert (judge.world(), executor.robot_time) == (before, time_before)


def test_a_rehearsal_goes_on_from_what_is_held_and_what_programs_left(executor: Executor, pool: RehearsalPool) -> None:
    executor.attempt('pick("red block")\nwhere = "green bowl"', None)
    executor.look()
    (rehearsed,) = pool.rehearse([job(executor, "place(where)")])
    assert rehearsed.ending == "done"


def test_a_process_that_dies_costs_its_own_rehearsal_alone(executor: Executor, pool: RehearsalPool) -> None:
    forever = job(executor, "for y in [0.1, -0.1] * 200:\n    put('red block', (0.4, y))", None)
    result: list[Rehearsed] = []
    thread = threading.Thread(target=lambda: result.extend(pool.rehearse([forever])))
    thread.start()
    limit = time.monotonic() + 30
    while not pool._busy and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(0.5)
    os.kill(next(iter(pool._busy)).pid, signal.SIGKILL)
    thread.join(30)
    assert result[0].broken is not None and "status -9" in result[0].broken
    (rehearsed,) = pool.rehearse([job(executor, 'put("red block", "green bowl")')])
    assert rehearsed.ending == "done"
