"""Runs goal checks: on what the cameras see, and on the scene as it was before anything moved.

A goal check runs in a process of its own, on a fresh look, with perception alone: motion is refused on the wire, and
clock and random numbers are the same each time, so that what it says follows from what is seen.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from codepolicy.episode import GoalCheck
from codepolicy.loop.clause_values import measured
from codepolicy.loop.execution import OnCalling, execute
from codepolicy.loop.goal_coverage import about, found_nothing
from codepolicy.loop.recorded_answers import RecordedAnswers
from codepolicy.loop.snapshot_detector import SnapshotDetector
from primitives.failures import Failure, PolicyError
from primitives.registry import Surface
from primitives.robot import Robot
from primitives.scene import SceneObject
from primitives.trace import ExecutionReport

if TYPE_CHECKING:
    from codepolicy.sandbox.host import PolicySession
    from primitives.server import Server

AGAIN: Final = 8
"""So often a goal check that holds is asked again what it makes of the same answers."""
_secrets: Final = secrets.SystemRandom()
_RANGE: Final = range(15_000)
FIRST: Final = _secrets.choice(_RANGE)
"""The seed with which a goal check is asked the first time, before and after the program. Seeds set clock, random
generators, addresses of objects and the last digits of what was measured; nobody can know which one is the first."""
_UNSTABLE: Final = PolicyError(
    "the goal check proves nothing: asked again about the same scene, it answers differently",
    hint="Let every clause follow from what find(), detect() and relations return, within some millimetres: "
    "no chance, no clock, no id(), no last digits.",
).report()


def other_seeds() -> list[int]:
    """The seeds with which a goal check is asked again; others each time."""
    return _secrets.sample([seed for seed in _RANGE if seed != FIRST], AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalChecker:
    """Judges one world by goal checks."""

    surface: Surface
    """What a goal check may call: no motion."""
    functions: Mapping[str, str]
    """Text of the functions written on demand, by name."""
    fresh_session: Callable[[], AbstractContextManager[PolicySession]]
    """Processes whose clock and chance are fixed."""
    deadline_s: float
    on_calling: OnCalling

    def now(self, goal: str, server: Server) -> GoalCheck:
        """What `goal` finds on a fresh look through `server`."""
        answers = RecordedAnswers()
        try:
            with self.fresh_session() as session:
                server.look()
                report = execute(
                    goal,
                    server=server,
                    session=session,
                    surface=self.surface,
                    entry="goal",
                    deadline_s=self.deadline_s,
                    on_calling=self.on_calling,
                    functions=self.functions,
                    answers=answers,
                    seed=FIRST,
                )
            check = self._judged(report, goal)
            if check.status == "passed" and not all(self._same(goal, answers, seed) for seed in other_seeds()):
                return msgspec.structs.replace(check, status="failed", failure=_UNSTABLE)
        except Failure as failure:
            return GoalCheck(status="failed", failure=failure.report())
        return check

    def held(self, goal: str, robot: Robot, start: Sequence[SceneObject]) -> GoalCheck | None:
        """The goal check on a remembered scene, where it holds there; else None.

        Args:
            goal: the goal check.
            robot: as it was then (`robot_snapshot`).
            start: what was seen then, and what the gripper held.
        """
        from primitives.server import Server

        held = [o for o in start if o.on == "gripper"]
        server = Server(robot, SnapshotDetector([o for o in start if o not in held]))
        for thing in held:
            server.recall(thing)
        check = self.now(goal, server)
        return check if check.status in ("passed", "vacuous") else None

    def _same(self, goal: str, answers: RecordedAnswers, seed: int) -> bool:
        """Whether `goal` says the same to the same answers at another time, with other random numbers and noise."""
        truths: list[bool] = []
        with self.fresh_session() as session:
            outcome = session.run(
                goal,
                surface=self.surface,
                dispatch=answers.again(truths, seed),
                entry="goal",
                definitions=self.functions,
                seed=seed,
                deadline_s=self.deadline_s,
            )
        return outcome.status == "finished" and sorted(truths) == sorted(answers.truths)

    def _judged(self, report: ExecutionReport, goal: str) -> GoalCheck:
        """What `goal`, which was run, says."""
        clauses = measured(report, goal)
        rests_on, nothing = about(report, clauses, goal), found_nothing(report)
        if report.status != "finished":
            return GoalCheck(status="failed", clauses=clauses, failure=report.failure)
        if not all(c.holds for c in clauses):
            return GoalCheck(status="failed", clauses=clauses, about=rests_on, found_nothing=nothing)
        perception = self.surface.only("perception")
        looked = any(c.name in perception for c in report.calls)
        status = "passed" if looked and clauses else "vacuous"
        return GoalCheck(status=status, clauses=clauses, about=rests_on, found_nothing=nothing)
