"""How work on an instruction ends: the one decision on what an attempt means, whoever wrote the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from codepolicy.episode import GoalCheck
from codepolicy.loop.attempt import Attempt
from primitives.failures import FailureKind
from primitives.trace import Clause, ExecutionReport

Ending = Literal["done", "answered", "finished", "unverified", "failed", "refused", "infrastructure"]

_DECLINING = ("NotFound", "Unreachable")
"""What a program raises by itself to say that something cannot be done."""
_QUESTION = re.compile(
    r"^(?:please )?(?:how|what|which|where|who|why|when|is|are|was|were|does|did|can|could|has|have"
    r"|tell|say|describe|count|list|name|report|explain)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Solution:
    """How the loop ended."""

    ending: Ending
    summary: str
    check: GoalCheck


def concluded(attempt: Attempt, instruction: str) -> Solution | None:
    """What `attempt` means for `instruction`; None when it is not carried out.

    Args:
        attempt: a program and its goal check, as they were run.
        instruction: what it was for; empty when nobody said.
    """
    report, check = attempt.report, attempt.check
    if report is None:
        return None
    if report.failure is not None and report.failure.blame == "infrastructure":
        return Solution("infrastructure", report.failure.message, check)
    reason = declined(report)
    if reason is not None:
        return Solution("failed", reason, check)
    if report.status != "finished":
        return None
    if check.status == "passed":
        return Solution("done", "the goal check holds", check)
    if check.status == "missing":
        return _unchecked(attempt, instruction)
    if check.status == "vacuous" and check.clauses:
        return _held_before(attempt)
    return None


def _unchecked(attempt: Attempt, instruction: str) -> Solution:
    """A program that finished without a goal check."""
    if not instruction:
        return Solution("finished", "the program finished", attempt.check)
    if not attempt.moved and attempt.said and is_question(instruction):
        return Solution("answered", " ".join(attempt.said), attempt.check)
    return Solution("unverified", "the program finished, but it had no goal check", attempt.check)


def _held_before(attempt: Attempt) -> Solution:
    """A program that finished, with a goal check that held before it ran."""
    if attempt.moved:
        return Solution("unverified", "the goal check held before anything moved, so it proves nothing", attempt.check)
    if attempt.said:
        said = " ".join(attempt.said)
        return Solution("done", f"nothing had to be done: {said}", attempt.check)
    return Solution("unverified", "the goal check held from the start, and nothing was moved", attempt.check)


def why_failed(report: ExecutionReport | None, check: GoalCheck) -> str:
    """What was wrong after the last turn, in one sentence."""
    if report is not None and report.failure is not None:
        return f"{report.failure.kind}: {report.failure.message}"
    if check.findings:
        return f"line {check.findings[0].line} of the goal check: {check.findings[0].message}"
    if check.failure is not None:
        return f"the goal check raised {check.failure.kind}: {check.failure.message}"
    if check.failed_clauses:
        return "the goal check fails: " + "; ".join(_measured(c) for c in check.failed_clauses)
    if check.status == "vacuous":
        return "the goal check proves nothing"
    return "no program in the reply" if report is None else "the goal is not reached"


def _measured(clause: Clause) -> str:
    return f"{clause.message} ({clause.detail})" if clause.detail else clause.message


def declined(report: ExecutionReport) -> str | None:
    """The words of a program that raised NotFound or Unreachable by itself, to say that something cannot be done."""
    failure = report.failure
    if failure is None or failure.kind is not FailureKind.POLICY_ERROR or failure.subject not in _DECLINING:
        return None
    return failure.message.removeprefix(f"{failure.subject}: ")


def is_question(instruction: str) -> bool:
    """Whether `instruction` asks for an answer rather than for something to be done."""
    return instruction.rstrip().endswith("?") or bool(_QUESTION.match(instruction.strip()))
