"""How work on an instruction ends, and what its last turn says about that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from codepolicy.episode import GoalCheck
from primitives.failures import FailureKind
from primitives.trace import Clause, ExecutionReport

Ending = Literal["done", "answered", "finished", "unverified", "failed", "refused", "infrastructure"]

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


def why_failed(report: ExecutionReport | None, check: GoalCheck) -> str:
    """What was wrong after the last turn, in one sentence."""
    if report is not None and report.failure is not None:
        return f"{report.failure.kind}: {report.failure.message}"
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
    if failure is None or failure.call is not None:
        return None
    if failure.kind in (FailureKind.NOT_FOUND, FailureKind.UNREACHABLE):
        return failure.message
    words = re.sub(r"^(NotFound|Unreachable): ", "", failure.message)
    return words if failure.kind is FailureKind.POLICY_ERROR and words != failure.message else None


def is_question(instruction: str) -> bool:
    """Whether `instruction` asks for an answer rather than for something to be done."""
    return instruction.rstrip().endswith("?") or bool(_QUESTION.match(instruction.strip()))
