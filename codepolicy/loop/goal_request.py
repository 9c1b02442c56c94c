"""What is asked once more of a model whose program has run: its goal check, or what that leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codepolicy.loop.attempt import Attempt
from codepolicy.loop.outcome import Solution, concluded
from codepolicy.prompting.instruction_kind import commands

_MISSING = (
    "The program finished and will not be run again; its goal check is missing. Answer with that alone: one fenced "
    "Python block with `def goal():`, whose clauses hold once the instruction is carried out and did not hold before."
)
_UNMOVED = (
    "The program moved nothing, and its goal check is missing. If everything is as asked, answer with the goal check "
    "alone, which shows it: one fenced Python block with `def goal():`. If something is still to be done, answer with "
    "a whole new program and its goal check."
)
_OVERLOOKED = (
    "The program finished and its goal check holds, but the check does not look at: {names}. If the instruction asks "
    "something of that, answer with the whole goal check, that clause included; where it is still to be done, with a "
    "program for it as well, which goes on from the scene as it is. If it asks nothing of that, answer: nothing."
)

Reason = Literal["missing", "unmoved", "overlooked"]


@dataclass(frozen=True, slots=True)
class GoalRequest:
    """A request for the goal check of a program that has run."""

    reason: Reason
    text: str

    @property
    def may_act(self) -> bool:
        """Whether the answer may be another program."""
        return self.reason != "missing"


def goal_request(attempt: Attempt, instruction: str) -> GoalRequest | None:
    """What to ask after `attempt`; None where its outcome is plain."""
    solution = concluded(attempt, instruction)
    if solution is None:
        return None
    if solution.ending == "done" and solution.overlooked:
        return GoalRequest("overlooked", _OVERLOOKED.format(names=", ".join(solution.overlooked)))
    if solution.ending != "unverified" or attempt.check.status != "missing":
        return None
    return GoalRequest("missing", _MISSING) if attempt.moved or not attempt.said else GoalRequest("unmoved", _UNMOVED)


def settled(attempt: Attempt, instruction: str) -> Solution | None:
    """What a program that moved nothing and said something comes to, once the model had nothing to add."""
    if attempt.moved or not attempt.said or attempt.check.status != "missing" or commands(instruction):
        return None
    return Solution("answered", " ".join(attempt.said), attempt.check)
