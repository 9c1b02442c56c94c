"""The measured values behind clauses that do not carry them, such as `expect(not inside(a, b), …)`."""

from __future__ import annotations

import msgspec

from primitives.scene import Relation
from primitives.trace import Clause, ExecutionReport

MAX_ASKED = 3
"""A clause on more relations than these counts or compares them, and says so by itself."""


def measured(report: ExecutionReport) -> tuple[Clause, ...]:
    """The clauses of a goal check, each without values of its own with those of the relations asked for before it.

    `not inside(a, b)` and `inside(a, b) and on(c, d)` are plain truth values when they reach `expect`.
    """
    clauses = list(report.clauses)
    asked: list[Relation] = []
    index = 0
    for call in report.calls:
        if call.name != "expect":
            asked += [call.result] if isinstance(call.result, Relation) else []
            continue
        if index < len(clauses) and not clauses[index].relations and 0 < len(asked) <= MAX_ASKED:
            clauses[index] = msgspec.structs.replace(clauses[index], relations=tuple(asked))
        asked, index = [], index + 1
    return tuple(clauses)
