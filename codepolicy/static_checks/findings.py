"""How a finding is written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from primitives.failures import FailureKind, FailureReport


def finding(line: int | None, message: str, *, hint: str, candidates: Iterable[str] = ()) -> FailureReport:
    """One thing that is wrong with the program.

    Args:
        line: of the program, from 1; None for the program as a whole.
        message: what is wrong, with the name or value.
        hint: the fix, as one sentence.
        candidates: valid alternatives, best first.
    """
    return FailureReport(
        kind=FailureKind.REJECTED,
        blame="policy",
        message=message,
        line=line,
        candidates=tuple(candidates),
        hint=hint,
    )


def names_in(message: str) -> list[str]:
    """The names that the message of a finding speaks of."""
    invented = re.match(r"there is no (\w+) (?:object|class)", message)
    return [*([invented[1]] if invented else ()), *message.split("'")[1::2]]


def closest(name: str, valid: Iterable[str]) -> list[str]:
    """The valid names that look most like `name`, best first."""
    by_lower = {v.lower(): v for v in valid}
    return [by_lower[m] for m in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)]
