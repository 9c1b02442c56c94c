"""The one message that goes back after a turn that did not reach the goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from codepolicy.episode import GoalCheck
from codepolicy.prompting import hints
from codepolicy.prompting.quoting import one_line, quoted
from codepolicy.prompting.scene_diff import changes_table
from codepolicy.settings import FEEDBACK_LEVELS, PRIVILEGED_FEEDBACK, FeedbackLevel
from primitives.environment import Verdict
from primitives.failures import FailureKind, FailureReport
from primitives.results import result_text
from primitives.scene import SceneObject
from primitives.seen_as_one import doubts
from primitives.trace import CallRecord, ExecutionReport

MAX_CALLS = 12
MAX_CLAUSES = 6
MAX_FINDINGS = 5
MAX_CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the feedback is about."""

    report: ExecutionReport | None
    """None when the reply had no program."""
    check: GoalCheck
    instruction: str
    start: Sequence[SceneObject]
    now: Sequence[SceneObject]
    turns_left: int | None
    """None where nothing limits them."""
    tokens_left: int | None = None
    repeats: int = 0
    """How often the very same failure came before."""
    verdict: Verdict | None = None
    unusable: str | None = None
    """What a reply without a program is (`ParsedReply.unusable`)."""
    denied: Sequence[str] = ()
    """What the model declined for not being there, and is in view."""
    unwritten: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why functions that the program calls and nobody defined cannot be written, by name."""


def feedback(situation: Situation, level: FeedbackLevel) -> str:
    """Everything `level` allows to tell about `situation`, at most about 600 tokens."""
    rank = FEEDBACK_LEVELS.index(level)
    outcome, hint = _outcome(situation)
    if rank == 0:
        return "The instruction is not carried out yet."
    parts = [outcome, *_details(situation)]
    parts += [f"{name}() was not written: {quoted(why, 300)}" for name, why in situation.unwritten.items()]
    if rank >= FEEDBACK_LEVELS.index("scene"):
        if situation.report is not None and situation.report.calls:
            parts.append("Calls:\n" + _trace(situation.report.calls))
        if situation.report is not None and situation.report.output.strip():
            parts.append(f"Printed: {quoted(situation.report.output, 400)}")
        parts.append("Changed since the start:" + _on_own_lines(changes_table(situation.start, situation.now)))
        parts += [note] if (note := doubts(situation.now)) else []
        parts += _clauses(situation.check)
        parts += [text] if (text := _budget(situation)) else []
    if situation.verdict is not None and level in PRIVILEGED_FEEDBACK:
        parts += _ground_truth(situation.verdict, level)
    parts.append(f"Hint: {hint}")
    return "\n".join(parts)


def _outcome(situation: Situation) -> tuple[str, str]:
    """The first line, and the hint."""
    report, check = situation.report, situation.check
    if report is None and check.status == "vacuous":
        return "The goal check already holds, so it proves nothing; the program was not run.", hints.VACUOUS
    if report is None and check.failure is not None:
        words = one_line(check.failure.message, 300)
        text = f"The goal check was rejected{_where(check)}, so the program was not run: {words}"
        return text, "Correct the goal check; it can look, but not move. " + hints.hint(
            check.failure, situation.repeats
        )
    if situation.denied:
        names = ", ".join(quoted(name, 40) for name in situation.denied)
        return f"It was declined, but the cameras see {names}; the person was told nothing yet.", hints.IN_VIEW
    if report is None:
        return hints.UNUSABLE.get(situation.unusable or "", ("The reply had no program in it.", hints.NO_PROGRAM))
    if report.failure is not None:
        where = f" on line {report.failure.line}" if report.failure.line is not None else ""
        if report.inside is not None:
            inside = report.inside
            where += f" (in {quoted(inside.function, 40)}, its line {inside.line}: {quoted(inside.text, 100)})"
        return _how_it_failed(report.failure, where), hints.hint(report.failure, situation.repeats)
    if check.failure is not None:
        message = one_line(check.failure.message, 300)
        text = f"The program finished, but its goal check raised {check.failure.kind}: {message}"
        return text + _where(check), "Correct the goal check. " + hints.hint(check.failure, situation.repeats)
    if check.status == "vacuous":
        return "The program finished, but its goal check proves nothing: it never looked.", hints.NEVER_LOOKED
    if check.status == "failed":
        count = len(check.failed_clauses)
        text = f"The program finished, but its goal check does not hold: {count} of {len(check.clauses)} clauses fail."
        return text, hints.advice_on_goal(situation.repeats, _strangers(situation))
    return "The program finished and its goal check holds, but the instruction is not carried out.", (
        "Read the instruction again; the goal check asks for less than it."
    )


def _how_it_failed(failure: FailureReport, where: str) -> str:
    """One line; the kind stands in it by its name, once."""
    message = one_line(failure.message, 300)
    call = f" in {one_line(failure.call, 120)}" if failure.call else ""
    match failure.kind:
        case FailureKind.REJECTED:
            return f"The program was rejected{where}, before anything moved: {message}"
        case FailureKind.LIMIT:
            return f"The program ran into a limit{where}{call}: {message}"
        case FailureKind.EXPECTATION:
            told, measured = one_line(failure.expected or failure.message, 160), one_line(failure.measured or "", 160)
            return f"The program stopped{where} at an expectation that does not hold: {told}: {measured}"
        case _:
            return f"The program failed{where}{call}: {failure.kind}: {message}"


def _where(check: GoalCheck) -> str:
    line = check.failure.line if check.failure is not None else None
    return f" (line {line} of the check)" if line is not None else ""


def _strangers(situation: Situation) -> list[str]:
    """Objects in the failed clauses that neither the instruction names nor the program handled.

    Only where the instruction names another object of the same category: "the blocks" may well mean them.
    """
    clauses = " ".join(f"{c.message} {c.detail}" for c in situation.check.failed_clauses)
    calls = situation.report.calls if situation.report is not None else ()
    instruction = situation.instruction.lower()
    known = " ".join((instruction, *(c.call for c in calls), *(result_text(c.result) for c in calls)))
    named = {o.category for o in situation.now if o.name in instruction}
    return [o.name for o in situation.now if o.name in clauses and o.name not in known and o.category in named][:3]


def _details(situation: Situation) -> list[str]:
    failure = (situation.report.failure if situation.report else None) or situation.check.failure
    if failure is None:
        return []
    lines: list[str] = []
    findings = situation.report.findings if situation.report is not None else ()
    lines += [f"- line {f.line}: {one_line(f.message, 160)}{_also(f)}" for f in findings[1:MAX_FINDINGS]]
    of_goal = situation.check.findings if findings else situation.check.findings[1:]
    lines += [f"- goal check, line {f.line}: {one_line(f.message, 160)}{_also(f)}" for f in of_goal[:MAX_FINDINGS]]
    if failure.kind is not FailureKind.EXPECTATION:  # it says both in its first line
        sides = (("Expected", failure.expected), ("Measured", failure.measured))
        lines.append(" ".join(f"{name}: {one_line(value, 120)}." for name, value in sides if value))
    if failure.candidates:
        lines.append("Valid: " + ", ".join(quoted(c, 40) for c in hints.nearest(failure)[:MAX_CANDIDATES]))
    if situation.report is not None and failure.kind is FailureKind.POLICY_ERROR:
        lines.append(_way(situation.report.traceback))
    return [line for line in lines if line]


def _way(traceback: str) -> str:
    """How the program got to the line that raised, where that was not at its top level."""
    rows = traceback.removeprefix("Traceback:\n").splitlines()[:-1]
    frames = [row for row in rows if row.startswith("  <program")]
    return "Traceback: " + one_line(" ".join(rows)[-300:], 300) if len(frames) > 1 or len(rows) > 2 else ""


def _also(failure: FailureReport) -> str:
    return f" ({one_line(failure.hint, 100)})" if failure.hint else ""


def _trace(calls: Sequence[CallRecord]) -> str:
    lines = [
        f"L{c.line if c.line is not None else '?'} {one_line(_call(c), 70)} -> "
        + (f"FAILED {c.failure.kind}" if c.failure else one_line(result_text(c.result), 70))
        for c in calls
    ]
    runs = [(line, len(list(same))) for line, same in groupby(lines)]
    shown = [line if count == 1 else f"{line} ({count} times)" for line, count in runs[-MAX_CALLS:]]
    before = sum(count for _, count in runs[:-MAX_CALLS])
    return "\n".join([f"({before} earlier calls)", *shown] if before else shown)


def _call(record: CallRecord) -> str:
    """The call as written; of an `expect` the words, since its condition has its own line."""
    if record.name != "expect" or record.failure is None or record.failure.expected is None:
        return record.call
    return f"expect(…, {quoted(record.failure.expected, 60)})"


def _clauses(check: GoalCheck) -> list[str]:
    if not check.clauses:
        return []
    lines = ["Goal check:"]
    for clause in [*check.failed_clauses, *(c for c in check.clauses if c.holds)][:MAX_CLAUSES]:
        told = clause.detail and (not clause.holds or check.status == "vacuous")
        detail = f" ({one_line(clause.detail, 110)})" if told else ""
        lines.append(f"- {'holds' if clause.holds else 'FAILS'}: {one_line(clause.message, 90)}{detail}")
    if len(check.clauses) > MAX_CLAUSES:
        lines.append(f"- {len(check.clauses) - MAX_CLAUSES} more")
    return lines


def _budget(situation: Situation) -> str:
    turns = situation.turns_left
    left = [f"{turns} turn{'s' if turns != 1 else ''}"] if turns is not None else []
    if situation.tokens_left is not None:
        left.append(f"{max(0, situation.tokens_left)} tokens")
    took = situation.report.wall_time if situation.report is not None else 0.0
    used = f" The program took {took:.0f} s." if took >= 1 else ""
    return (f"Left: {', '.join(left)}." if left else "") + (used if left else used.strip())


def _ground_truth(verdict: Verdict, level: FeedbackLevel) -> list[str]:
    lines = [f"Verdict: {verdict.status}."]
    if level == "explain":
        lines.append("Because: " + quoted(verdict.explanation, 240))
    if level == "reward":
        lines.append(f"Reward: {verdict.progress:.2f}")
    return lines


def _on_own_lines(table: str) -> str:
    return "\n" + table if "\n" in table else " " + table
