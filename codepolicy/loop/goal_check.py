"""Runs goal checks: on what the cameras see, and on the scene as it was before anything moved.

A goal check runs in a process of its own, on a fresh look, with perception alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codepolicy.episode import GoalCheck
from codepolicy.loop.clause_values import measured
from codepolicy.loop.execution import OnCalling, execute
from codepolicy.loop.snapshot_detector import SnapshotDetector
from primitives.failures import Failure
from primitives.registry import Surface
from primitives.robot import Robot
from primitives.scene import SceneObject
from primitives.trace import ExecutionReport

if TYPE_CHECKING:
    from codepolicy.sandbox.host import PolicySession
    from primitives.server import Server


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
                )
        except Failure as failure:
            return GoalCheck(status="failed", failure=failure.report())
        return self._judged(report)

    def held(self, goal: str, robot: Robot, start: Sequence[SceneObject]) -> GoalCheck | None:
        """The goal check on the remembered scene `start`, where it holds there; else None.

        None, too, when something was held then, which a remembered scene cannot tell.
        """
        from primitives.server import Server

        if any(o.on == "gripper" for o in start):
            return None
        check = self.now(goal, Server(robot, SnapshotDetector(start)))
        return check if check.status in ("passed", "vacuous") else None

    def _judged(self, report: ExecutionReport) -> GoalCheck:
        """What a goal check that was run says."""
        clauses = measured(report)
        if report.status != "finished":
            return GoalCheck(status="failed", clauses=clauses, failure=report.failure)
        if not all(c.holds for c in clauses):
            return GoalCheck(status="failed", clauses=clauses)
        perception = self.surface.only("perception")
        looked = any(c.name in perception for c in report.calls)
        return GoalCheck(status="passed" if looked and clauses else "vacuous", clauses=clauses)
