"""What programs have used of what the policy file permits all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field

from codepolicy.permissions import Permissions
from primitives.failures import FailureReport, LimitExceeded
from primitives.trace import ExecutionReport


@dataclass(slots=True)
class ProgramBudget:
    """Counts programs and their robot time over a session."""

    permissions: Permissions
    _programs: int = field(init=False, default=0)
    _robot_time: float = field(init=False, default=0.0)

    def count(self, report: ExecutionReport) -> None:
        """A program has run."""
        self._programs += 1
        self._robot_time += report.robot_time

    def spent(self) -> FailureReport | None:
        """What is used up; None while another program may run."""
        budget = self.permissions.budget
        for what, used, limit in (
            ("programs", self._programs, budget.programs),
            ("s of robot time", self._robot_time, budget.total_robot_time),
        ):
            if limit is not None and used >= limit:
                return LimitExceeded(
                    f"the policy file permits {limit:g} {what} in one session, and {used:g} are used",
                    hint="Whoever answers for the robot can raise it in [budget]; nothing moves until then.",
                ).report()
        return None
