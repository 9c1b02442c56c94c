"""What happened while a program ran: one record per primitive call, one report per program."""

from __future__ import annotations

from typing import Literal

import msgspec

from primitives.failures import FailureReport
from primitives.results import Result
from primitives.scene import Relation


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One primitive call, measured."""

    index: int
    """Position in the program's calls, from 0."""
    name: str
    call: str
    """The call as readable text, e.g. `pick('red block')`."""
    line: int | None
    """Program line, from 1."""
    started: float
    """Robot time in s since the start of the trial."""
    robot_time: float
    """Robot time the call took, in s."""
    wall_time: float
    """Host time the call took, in s."""
    result: Result = None
    """The returned value; None when it returned nothing or failed."""
    failure: FailureReport | None = None
    measured: dict[str, float | str] = {}
    """Facts behind the post-condition, e.g. {"finger width (m)": 0.040}."""


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One `expect(condition, message)` of a program or a goal check."""

    message: str
    holds: bool
    relations: tuple[Relation, ...] = ()
    """The relations behind the condition, with their measured values."""
    line: int | None = None

    @property
    def detail(self) -> str:
        """The measured values behind the condition, in words; empty when there are none."""
        return "; ".join(dict.fromkeys(r.text for r in self.relations))


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """The place where a program failed, when that was in a function which an earlier source defined."""

    function: str
    line: int
    """Line of the source that defines it, from 1."""
    text: str
    """That line."""
    source: str = ""
    """Name of that source: the function's own where it was written on demand, empty for an earlier program."""


class ExecutionReport(msgspec.Struct, frozen=True, kw_only=True):
    """How one run of one program went."""

    status: Literal["finished", "failed", "rejected"]
    failure: FailureReport | None = None
    """What ended it, when not finished."""
    inside: Inside | None = None
    """Where it ended, when that was in a function of an earlier source; `failure.line` is the line that led there."""
    findings: tuple[FailureReport, ...] = ()
    """Everything the gate found, when rejected."""
    calls: tuple[CallRecord, ...] = ()
    """The first of them, in order."""
    calls_left_out: int = 0
    """How many further calls have no record."""
    clauses: tuple[Clause, ...] = ()
    output: str = ""
    """What the program printed and said, capped."""
    traceback: str = ""
    """Python traceback within the program, when it raised."""
    robot_time: float = 0.0
    wall_time: float = 0.0
