"""The measured values behind clauses that do not name them, such as `expect(not inside(a, b), …)`."""

from __future__ import annotations

import re

import msgspec

from primitives.trace import Clause, ExecutionReport

MAX_ASKED = 3
"""A clause on more relations than these counts or compares them, and says so by itself."""
_RELATION = re.compile(r"Relation\(holds=(True|False), text=['\"](.*?)['\"]?\)?$", re.DOTALL)


def relation_in(result: str) -> tuple[str, str] | None:
    """Answer and reason of a call that returned a relation; None for any other."""
    match = _RELATION.match(result)
    return (match[1], match[2]) if match else None


def measured(report: ExecutionReport) -> tuple[Clause, ...]:
    """The clauses of a goal check, each without values of its own with those of the relations asked for before it.

    `not inside(a, b)` and `inside(a, b) and on(c, d)` are plain truth values when they reach `expect`.
    """
    clauses = list(report.clauses)
    asked: list[str] = []
    index = 0
    for call in report.calls:
        if call.name != "expect":
            relation = relation_in(call.result or "")
            asked += [relation[1]] if relation else []
            continue
        if index < len(clauses) and not clauses[index].detail and 0 < len(asked) <= MAX_ASKED:
            clauses[index] = msgspec.structs.replace(clauses[index], detail="; ".join(dict.fromkeys(asked)))
        asked, index = [], index + 1
    return tuple(clauses)
