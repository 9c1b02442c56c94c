"""How a finding is written."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from primitives.failures import FailureKind, FailureReport


def finding(
    line: int | None, message: str, *, hint: str, names: Iterable[str] = (), candidates: Iterable[str] = ()
) -> FailureReport:
    """One thing that is wrong with the program.

    Args:
        line: of the program, from 1; None for the program as a whole.
        message: what is wrong, with the name or value.
        hint: the fix, as one sentence.
        names: those of the program that it is about, the one that is wrong first.
        candidates: valid alternatives, best first.
    """
    return FailureReport(
        kind=FailureKind.REJECTED,
        blame="policy",
        message=message,
        names=tuple(names),
        line=line,
        candidates=tuple(candidates),
        hint=hint,
    )


def closest(name: str, valid: Iterable[str]) -> list[str]:
    """The valid names that look most like `name`, best first."""
    by_lower = {v.lower(): v for v in valid}
    return [by_lower[m] for m in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)]
