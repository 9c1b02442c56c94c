"""What later prompts keep of a turn: the program with its failing line marked, and one line on how it ended.

The `signature` tells turns that failed in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from codepolicy.episode import GoalCheck
from codepolicy.prompting.quoting import one_line
from primitives.trace import ExecutionReport


def signature(report: ExecutionReport | None, check: GoalCheck) -> str:
    """The same for two turns that failed in the very same way."""
    failure = (report.failure if report is not None else None) or check.failure
    if failure is not None:
        call, _, _ = (failure.call or "").partition("(")
        return repr(
            (failure.kind, call or failure.line, failure.subject or failure.call, failure.names, failure.candidates)
        )
    failed = [sorted({name for r in c.relations for name in r.of}) or c.message for c in check.failed_clauses]
    return repr((report is None, check.status, failed))


def marked(program: str, report: ExecutionReport | None) -> str:
    """`program` with a comment at the end of the line that failed."""
    failures = () if report is None else (report.findings or ((report.failure,) if report.failure else ()))
    lines = program.rstrip("\n").split("\n")
    for failure in failures:
        if failure.line is not None and 1 <= failure.line <= len(lines) and "# <--" not in lines[failure.line - 1]:
            lines[failure.line - 1] += f"  # <-- {failure.kind}"
    return "\n".join(lines) + "\n"


def marked_function(sources: Mapping[str, str], report: ExecutionReport | None) -> str | None:
    """The function of `sources` in which the program failed, with its line marked; None when it failed elsewhere."""
    if report is None or report.failure is None or report.inside is None or report.inside.source not in sources:
        return None
    failure = msgspec.structs.replace(report.failure, line=report.inside.line)
    return marked(sources[report.inside.source], ExecutionReport(status="failed", failure=failure))


def summary(index: int, report: ExecutionReport | None, check: GoalCheck) -> str:
    """One line on a turn, for the prompts of later turns."""
    if report is None and check.failure is not None:
        return f"turn {index}: the goal check was rejected: {one_line(check.failure.message, 100)}"
    if report is None:
        what = "a goal check that proves nothing" if check.status == "vacuous" else "no program in the reply"
        return f"turn {index}: {what}"
    if report.failure is not None:
        failure = report.failure
        return f"turn {index}: {failure.kind} at line {failure.line}: {one_line(failure.message, 100)}"
    if check.failure is not None:
        return f"turn {index}: finished, but the goal check raised {check.failure.kind}"
    failed = "; ".join(one_line(c.message, 60) for c in check.failed_clauses[:3])
    return f"turn {index}: finished, goal check {check.status}" + (f": {failed}" if failed else "")
