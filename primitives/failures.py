"""Every way in which a program, a primitive or a robot can fail, as one closed tree.

Failure
├── Rejected            the gate refused the program before any motion         blame: policy
├── PolicyError         the program itself raised (NameError, IndexError, …)   blame: policy
├── BadArgument         a primitive was called with a value it cannot take     blame: policy
├── NotFound            nothing in view matches the query                      blame: policy
├── Ambiguous           several things match the query                         blame: policy
├── Unreachable         no joint configuration reaches the pose                blame: policy
├── Blocked             every path, grasp or place collides                    blame: world
├── GraspMissed         the fingers closed on nothing                          blame: world
├── Dropped             the object left the fingers                            blame: world
├── NotPlaced           the object came to rest somewhere else                 blame: world
├── ExpectationFailed   an `expect` of the program is false                    blame: policy
├── Asked               the program asked the person, and ended               blame: policy
├── Declined            the program said that it cannot be done              blame: policy
├── LimitExceeded       a guard limit or a budget was reached                  blame: policy
├── Stopped             someone asked the robot to stop                        blame: infrastructure
├── CommsLost           the robot no longer answers                            blame: infrastructure
├── ProtectiveStop      the robot stopped itself and waits for an operator     blame: infrastructure
├── HardwareFault       the robot reports a fault of its own                   blame: infrastructure
└── InfrastructureError everything else that is nobody's program's fault       blame: infrastructure
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

import msgspec

Blame = Literal["policy", "world", "infrastructure"]


class FailureKind(StrEnum):
    """The closed enumeration of failure kinds; the values are stable identifiers in result files."""

    REJECTED = "rejected"
    POLICY_ERROR = "policy_error"
    BAD_ARGUMENT = "bad_argument"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    GRASP_MISSED = "grasp_missed"
    DROPPED = "dropped"
    NOT_PLACED = "not_placed"
    EXPECTATION = "expectation"
    ASKED = "asked"
    DECLINED = "declined"
    LIMIT = "limit"
    STOPPED = "stopped"
    COMMS_LOST = "comms_lost"
    PROTECTIVE_STOP = "protective_stop"
    HARDWARE_FAULT = "hardware_fault"
    INFRASTRUCTURE = "infrastructure"


class FailureReport(msgspec.Struct, frozen=True, kw_only=True):
    """A failure as plain data: what crosses the wire, enters the feedback and is written to the result file."""

    kind: FailureKind
    blame: Blame
    message: str
    """One sentence: what failed, with its values."""
    subject: str | None = None
    """What it is about: an object, a region, a query or a name; of an exception that a program raised, its class."""
    names: tuple[str, ...] = ()
    """Of a rejected program, the names in it that the finding is about, the one that is wrong first."""
    call: str | None = None
    """The primitive call as written, e.g. `pick('red block')`."""
    line: int | None = None
    """Line of the program that made the call, counted from 1."""
    expected: str | None = None
    measured: str | None = None
    candidates: tuple[str, ...] = ()
    """The valid alternatives, e.g. the names of the objects in view."""
    hint: str | None = None
    """One sentence on what to do instead."""


class Failure(Exception):
    """Base of every typed failure. Programs may catch one and read its fields.

    Args:
        message: one sentence with what failed and its values.
        expected: what the post-condition asks for, with unit.
        measured: what was measured instead, with unit.
        candidates: the valid alternatives.
        hint: one sentence on what to do instead.
        subject: the object, region, query or name that it is about; filled in by the server where left out.
        call: the primitive call as written; filled in by the server.
        line: the program line of the call; filled in by the server.
    """

    kind: ClassVar[FailureKind] = FailureKind.INFRASTRUCTURE
    blame: ClassVar[Blame] = "infrastructure"

    def __init__(
        self,
        message: str,
        *,
        expected: str | None = None,
        measured: str | None = None,
        candidates: tuple[str, ...] = (),
        hint: str | None = None,
        subject: str | None = None,
        call: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.measured = measured
        self.candidates = candidates
        self.hint = hint
        self.subject = subject
        self.call = call
        self.line = line

    def report(self) -> FailureReport:
        """The failure as plain data."""
        return FailureReport(
            kind=self.kind,
            blame=self.blame,
            message=self.message,
            subject=self.subject,
            call=self.call,
            line=self.line,
            expected=self.expected,
            measured=self.measured,
            candidates=self.candidates,
            hint=self.hint,
        )


class Rejected(Failure):
    """The gate refused the program before any motion."""

    kind = FailureKind.REJECTED
    blame = "policy"


class PolicyError(Failure):
    """The program itself raised an ordinary Python exception."""

    kind = FailureKind.POLICY_ERROR
    blame = "policy"


class BadArgument(Failure):
    """A primitive was called with a value it cannot take."""

    kind = FailureKind.BAD_ARGUMENT
    blame = "policy"


class NotFound(Failure):
    """Nothing in view matches the query; `candidates` lists what is in view."""

    kind = FailureKind.NOT_FOUND
    blame = "policy"


class Ambiguous(Failure):
    """Several things match the query; `candidates` lists them."""

    kind = FailureKind.AMBIGUOUS
    blame = "policy"


class Unreachable(Failure):
    """No joint configuration within the limits reaches the pose."""

    kind = FailureKind.UNREACHABLE
    blame = "policy"


class Blocked(Failure):
    """The pose is reachable, but every path, grasp or place found collides, or the motion did not arrive."""

    kind = FailureKind.BLOCKED
    blame = "world"


class GraspMissed(Failure):
    """The fingers closed on nothing."""

    kind = FailureKind.GRASP_MISSED
    blame = "world"


class Dropped(Failure):
    """The object was grasped and then left the fingers."""

    kind = FailureKind.DROPPED
    blame = "world"


class NotPlaced(Failure):
    """The object came to rest somewhere else than asked, or displaced what it was put on."""

    kind = FailureKind.NOT_PLACED
    blame = "world"


class ExpectationFailed(Failure):
    """An `expect(condition, message)` of the program was false."""

    kind = FailureKind.EXPECTATION
    blame = "policy"


class Asked(Failure):
    """The program asked the person something; the message is the question. Ends the program, whatever it catches."""

    kind = FailureKind.ASKED
    blame = "policy"


class Declined(Failure):
    """The program declined; the message is the reason. Ends the program, whatever it catches."""

    kind = FailureKind.DECLINED
    blame = "policy"


class LimitExceeded(Failure):
    """A limit of the guard or a budget was reached; the message names the limit and the value."""

    kind = FailureKind.LIMIT
    blame = "policy"


class BudgetSpent(LimitExceeded):
    """A budget of the whole program is used up: it is told nothing and answered no more, whatever it would catch."""


class Stopped(Failure):
    """Someone asked the robot to stop."""

    kind = FailureKind.STOPPED
    blame = "infrastructure"


class CommsLost(Failure):
    """The robot no longer answers, or its state is stale."""

    kind = FailureKind.COMMS_LOST
    blame = "infrastructure"


class ProtectiveStop(Failure):
    """The robot stopped itself and waits for an operator."""

    kind = FailureKind.PROTECTIVE_STOP
    blame = "infrastructure"


class HardwareFault(Failure):
    """The robot reports a fault of its own."""

    kind = FailureKind.HARDWARE_FAULT
    blame = "infrastructure"


class InfrastructureError(Failure):
    """Something failed that is no fault of the program, the world or the robot."""

    kind = FailureKind.INFRASTRUCTURE
    blame = "infrastructure"


FAILURES: dict[FailureKind, type[Failure]] = {cls.kind: cls for cls in Failure.__subclasses__()}
"""The exception class of each kind."""


def from_report(report: FailureReport) -> Failure:
    """The exception that `report` describes, of the right class."""
    return FAILURES[report.kind](
        report.message,
        expected=report.expected,
        measured=report.measured,
        candidates=report.candidates,
        hint=report.hint,
        subject=report.subject,
        call=report.call,
        line=report.line,
    )
