"""How work on an instruction ends: the one decision on what an attempt means, whoever wrote the program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codepolicy.episode import GoalCheck
from codepolicy.loop.already_done import shows_it_is_done
from codepolicy.loop.attempt import Attempt
from codepolicy.prompting.prose import is_question, prose_kind
from primitives.failures import FailureKind
from primitives.trace import Clause, ExecutionReport

Ending = Literal[
    "done",
    "answered",
    "finished",
    "unverified",
    "asked",
    "declined",
    "failed",
    "refused",
    "not_approved",
    "stopped",
    "infrastructure",
]

STANDSTILL = (FailureKind.STOPPED, FailureKind.PROTECTIVE_STOP, FailureKind.HARDWARE_FAULT)
"""Failures after which the robot takes no motion until a person has recovered it."""
_LAST_WORDS: dict[str | None, Ending] = {"Ambiguous": "asked", "NotFound": "declined", "Unreachable": "declined"}
"""What a program raises by itself to say that it does not know or cannot."""


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
    if attempt.refused is not None:
        why = f": {attempt.refused.reason}" if attempt.refused.reason else ""
        return Solution("not_approved", f"{attempt.refused.by} did not approve the program{why}", check)
    if report is None:
        return None
    for failure in (report.failure, check.failure):
        if failure is not None and failure.kind in STANDSTILL:
            return Solution("stopped", in_words(failure.kind, failure.message), check)
        if failure is not None and failure.blame == "infrastructure":
            return Solution("infrastructure", failure.message, check)
    words = last_word(report)
    if words is not None:
        return Solution(*words, check)
    if report.status != "finished":
        return None
    if check.status == "passed":
        return Solution("done", "the goal check holds", check)
    if check.status == "missing":
        return _unchecked(attempt, instruction)
    if check.status == "vacuous" and check.clauses:
        return _held_before(attempt, instruction)
    return None


def in_words(kind: FailureKind | str, message: str) -> str:
    """Why the robot, or what carries it, did not go on; that it was stopped says the outcome."""
    return message if kind == FailureKind.STOPPED else f"{kind.replace('_', ' ')}: {message}"


def wants_check(attempt: Attempt, instruction: str) -> bool:
    """Whether a program did what there was to do, and nothing but a goal check is missing."""
    solution = concluded(attempt, instruction)
    return solution is not None and solution.ending == "unverified" and attempt.check.status == "missing"


def given_up(attempt: Attempt) -> Solution:
    """What the last of all attempts means, where it was not carried out."""
    report, check = attempt.report, attempt.check
    if report is not None and report.status == "finished" and check.findings:
        return Solution("unverified", f"the program finished, but {why_failed(None, check)}", check)
    return Solution("failed", why_failed(report, check), check)


def spoken(text: str, instruction: str, check: GoalCheck) -> Solution | None:
    """What a reply in words alone means: a question, an answer or a refusal; None for a promise that moves nothing."""
    endings: dict[str, Ending] = {"question": "asked", "answer": "answered", "refusal": "declined"}
    ending = endings.get(prose_kind(text, instruction))
    return Solution(ending, text, check) if ending is not None else None


def _unchecked(attempt: Attempt, instruction: str) -> Solution:
    """A program that finished without a goal check."""
    if not instruction:
        return Solution("finished", "the program finished", attempt.check)
    if not attempt.moved and attempt.said and is_question(instruction):
        return Solution("answered", " ".join(attempt.said), attempt.check)
    return Solution("unverified", "the program finished, but it had no goal check", attempt.check)


def _held_before(attempt: Attempt, instruction: str) -> Solution:
    """A program that finished, with a goal check that held before it ran."""
    check, said = attempt.check, " ".join(attempt.said)
    if attempt.moved:
        return Solution("unverified", "the goal check held before anything moved, so it proves nothing", check)
    if shows_it_is_done(check, instruction, attempt.scene):
        if said:
            return Solution("done", f"nothing had to be done: {said}", check)
        return Solution("unverified", "the goal check held from the start, and nothing was moved or said", check)
    held = "the goal check held from the start, nothing was moved, and it does not measure what the instruction names"
    return Solution("unverified", f"{held}: {said}" if said else held, check)


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


def last_word(report: ExecutionReport) -> tuple[Ending, str] | None:
    """How a program ended the instruction by words to the person, and the words; None when it did not.

    By `ask` or `decline`, or by raising Ambiguous, NotFound or Unreachable itself.
    """
    failure = report.failure
    if failure is None:
        return None
    match failure.kind:
        case FailureKind.ASKED:
            return "asked", failure.message
        case FailureKind.DECLINED:
            return "declined", failure.message
        case FailureKind.POLICY_ERROR if failure.subject in _LAST_WORDS:
            return _LAST_WORDS[failure.subject], failure.message
        case _:
            return None
