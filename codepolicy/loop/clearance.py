"""Before the robot moves for a program: rehearse it in the twin, show a person what would happen, and ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from codepolicy.approval import NOT_REHEARSED, ApprovalMode, Approver, Decision, Proposal, program_hash
from codepolicy.loop.executor import Executor
from codepolicy.loop.outcome import why_failed
from codepolicy.loop.rehearsal import Rehearsed
from codepolicy.loop.rehearser import Rehearser
from codepolicy.prompting.path_image import path_png

SHOWN_CALLS = 60


@dataclass(slots=True, kw_only=True)
class Clearance:
    """Clears the programs of one run."""

    executor: Executor
    approver: Approver
    mode: ApprovalMode
    rehearser: Rehearser | None = None
    """None where nobody makes a twin of this robot."""
    instruction: str = ""
    _cleared: Decision | None = field(init=False, default=None)

    def __call__(self, program: str, goal: str | None) -> Decision:
        """What a person says to `program`; in mode "run" the first approval holds for the whole run."""
        if self.mode == "run" and self._cleared is not None:
            return self._cleared
        proposal = proposed(self.executor, self.rehearser, program, goal, self.instruction)
        self.executor.propose(proposal)
        decision = self.approver.decide(proposal)
        if decision.approved:
            self._cleared = decision
        return decision


def proposed(
    executor: Executor, rehearser: Rehearser | None, program: str, goal: str | None, instruction: str
) -> Proposal:
    """What a person is shown before `program` runs."""
    rehearsed: Rehearsed | None = None
    if rehearser is not None and rehearser.possible:
        ((rehearsed, *_),) = rehearser.rehearse([(program, goal)], times=1)
    return Proposal(
        sha256=program_hash(program, goal),
        instruction=instruction,
        robot=executor.environment.name,
        turn=executor.turn,
        program=program,
        goal=goal,
        functions=_mentioned(executor.functions, program),
        rehearsal=told(rehearsed),
        calls=tuple(motions(executor, rehearsed))[:SHOWN_CALLS],
        picture=path_png(executor.frame(), executor.seen, rehearsed.path if rehearsed is not None else ()),
    )


def told(rehearsed: Rehearsed | None) -> str:
    """What came of a rehearsal, for a person."""
    if rehearsed is None:
        return f"{NOT_REHEARSED}: nothing makes a twin of this robot."
    if rehearsed.broken is not None:
        return f"{NOT_REHEARSED}: {rehearsed.broken}"
    seconds = f"{rehearsed.robot_time:.1f} s of robot time"
    if rehearsed.ending in ("done", "answered", "finished"):
        return f"Rehearsed in a simulation of what the cameras see: it works ({rehearsed.ending}, {seconds})."
    if rehearsed.ending == "unverified":
        return f"Rehearsed in a simulation of what the cameras see: it runs, and nothing checks the result ({seconds})."
    why = why_failed(rehearsed.report, rehearsed.check)
    return f"Rehearsed in a simulation of what the cameras see: it does NOT work ({seconds}): {why}"


def motions(executor: Executor, rehearsed: Rehearsed | None) -> list[str]:
    """The motion calls of a rehearsal as text, each with its line."""
    if rehearsed is None or rehearsed.report is None:
        return []
    moving = executor.surface.only("motion")
    return [
        f"line {c.line}: {c.call}" + (f" fails: {c.failure.kind}" if c.failure is not None else "")
        for c in rehearsed.report.calls
        if c.name in moving
    ]


def _mentioned(functions: Mapping[str, str], program: str) -> dict[str, str]:
    return {name: source for name, source in functions.items() if name in program}
