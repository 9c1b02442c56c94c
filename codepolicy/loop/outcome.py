"""How work on an instruction ends: the one decision on what an attempt means, whoever wrote the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from codepolicy.episode import GoalCheck
from codepolicy.loop.already_done import shows_it_is_done
from codepolicy.loop.attempt import Attempt
from codepolicy.loop.goal_coverage import found_nothing, overlooked
from codepolicy.loop.named_things import named_things
from codepolicy.prompting.instruction_kind import is_conditional, is_no_order, leaves_all
from codepolicy.prompting.prose import prose_kind, says_it_is_done
from primitives.failures import FailureKind
from primitives.scene import SceneObject
from primitives.trace import CallRecord, Clause, ExecutionReport

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
    overlooked: tuple[str, ...] = ()
    """What the instruction names and the goal check, which holds, does not look at."""


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
        return done(check, instruction, attempt.scene, report.calls)
    if check.status == "missing":
        return _unchecked(attempt, instruction)
    if check.status == "vacuous" and (check.clauses or check.found_nothing):
        return _held_before(attempt, instruction)
    return None


def in_words(kind: FailureKind | str, message: str) -> str:
    """Why the robot, or what carries it, did not go on; that it was stopped says the outcome."""
    return message if kind == FailureKind.STOPPED else f"{kind.replace('_', ' ')}: {message}"


def done(
    check: GoalCheck, instruction: str, scene: Sequence[SceneObject], calls: Sequence[CallRecord], said: str = ""
) -> Solution:
    """The solution that `check`, which holds, shows; with what it does not look at.

    Args:
        check: the goal check.
        instruction: what was asked.
        scene: what was seen before anything moved.
        calls: of the program.
        said: what to say of it; left out, that the check holds.
    """
    missed = overlooked(check, instruction, scene, calls)
    summary = said or "the goal check holds"
    if missed:
        summary += f" ({'no goal check looks' if said else 'it does not look'} at: {', '.join(missed)})"
    return Solution("done", summary, check, missed)


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


def promised(text: str, check: GoalCheck) -> Solution:
    """What it means when the model says a second time that it does something, and sends no program."""
    return Solution("unverified", f"no program came, and nothing was moved: {text}", check)


def _unchecked(attempt: Attempt, instruction: str) -> Solution:
    """A program that finished without a goal check."""
    if not instruction:
        return Solution("finished", "the program finished", attempt.check)
    words = " ".join(attempt.said)
    if attempt.moved or not words:
        return Solution("unverified", "the program finished, but it had no goal check", attempt.check)
    if is_no_order(instruction) or leaves_all(instruction) or says_it_is_done(words) or _unmet(attempt, instruction):
        return Solution("answered", words, attempt.check)
    return Solution("unverified", f"nothing was moved, and there is no goal check: {words}", attempt.check)


def _unmet(attempt: Attempt, instruction: str) -> bool:
    """Whether the instruction names a condition, and what it names or the program looked for is not there."""
    if not is_conditional(instruction):
        return False
    absent = any(not n.meant for n in named_things(instruction, attempt.scene))
    return absent or (attempt.report is not None and found_nothing(attempt.report))


def _held_before(attempt: Attempt, instruction: str) -> Solution:
    """A program that finished, with a goal check that held before it ran."""
    check, said = attempt.check, " ".join(attempt.said)
    if attempt.moved:
        return Solution("unverified", "the goal check held before anything moved, so it proves nothing", check)
    if said and is_no_order(instruction):
        return Solution("answered", said, check)
    if shows_it_is_done(check, instruction, attempt.scene) or _unmet(attempt, instruction):
        if said:
            return Solution("done", f"nothing had to be done: {said}", check)
        return Solution("unverified", "the goal check held from the start, and nothing was moved or said", check)
    if said and says_it_is_done(said):
        return Solution("answered", said, check)
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
