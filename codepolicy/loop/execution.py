"""Runs one source in a confined session against a server, and reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from codepolicy.loop.recorded_answers import RecordedAnswers
from primitives.failures import Failure
from primitives.registry import Surface
from primitives.trace import ExecutionReport

if TYPE_CHECKING:
    from codepolicy.sandbox.host import PolicySession
    from primitives.server import Server

Entry = Literal["program", "goal"]
OnCalling: TypeAlias = Callable[[str, int | None], None]
"""Is told the primitive and the program line before each call."""


def execute(
    source: str,
    *,
    server: Server,
    session: PolicySession,
    surface: Surface,
    entry: Entry,
    deadline_s: float,
    on_calling: OnCalling,
    functions: Mapping[str, str],
    on_output: Callable[[str], None] | None = None,
    answers: RecordedAnswers | None = None,
    seed: int | None = None,
) -> ExecutionReport:
    """Run `source` to its end. Never raises for what it does.

    Args:
        source: program or goal check.
        server: answers its calls.
        session: the confined process.
        surface: the primitives that it may call.
        entry: "goal" calls its `goal()` and collects the clauses.
        deadline_s: wall time that it may take.
        on_calling: is told each call before it is made.
        on_output: is told what it prints, as it prints.
        functions: text of the functions written on demand, by name; they are defined and nothing of them is executed.
        answers: is told every call and its answer.
        seed: of its chance; by default the number of the program in the session.
    """
    call = server.call if answers is None else answers.around(server.call)

    def dispatch(name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None) -> object:
        on_calling(name, line)
        return call(name, args, kwargs, line)

    robot_time, wall = server.robot_time, time.perf_counter()
    try:
        server.begin(surface, collect_expectations=entry == "goal")
    except Failure as failure:  # the robot stands still, or does not answer
        return ExecutionReport(status="failed", failure=failure.report(), wall_time=time.perf_counter() - wall)
    try:
        outcome = session.run(
            source,
            surface=surface,
            dispatch=dispatch,
            entry=entry,
            definitions=functions,
            seed=seed,
            deadline_s=deadline_s,
            on_output=on_output,
            on_death=server.halt,
        )
    except KeyboardInterrupt:
        server.stop()
        raise
    failure = outcome.failure
    if outcome.status == "finished" and (standing := server.standing) is not None:
        failure = standing.report()  # it said so after the last call
    return ExecutionReport(
        status="finished" if failure is None else "failed",
        failure=failure,
        inside=outcome.inside,
        calls=server.records,
        calls_left_out=server.left_out,
        clauses=server.clauses,
        output=outcome.output,
        traceback=outcome.traceback,
        robot_time=server.robot_time - robot_time,
        wall_time=time.perf_counter() - wall,
    )
