"""The measured values behind clauses that do not carry them, such as `expect(not inside(a, b), …)`."""

from __future__ import annotations

import msgspec

from codepolicy.static_checks.measured_conditions import measured_lines
from primitives.scene import Relation, SceneObject
from primitives.trace import CallRecord, Clause, ExecutionReport

MAX_ASKED = 3
"""A clause on more relations or objects than these counts or compares them, and says so by itself."""


def measured(report: ExecutionReport, goal: str = "") -> tuple[Clause, ...]:
    """The clauses of a goal check, each without values of its own with those of what was asked for before it.

    `not inside(a, b)` and `inside(a, b) and on(c, d)` are plain truth values when they reach `expect`; so is
    `find("mug").position[1] > 0`, which gets the places of what was looked for.

    Args:
        report: how the goal check went.
        goal: its source, which says what clauses are about places.
    """
    clauses = list(report.clauses)
    lines = measured_lines(goal)
    asked: list[Relation] = []
    seen: list[SceneObject] = []
    index = 0
    for call in report.calls:
        if call.name != "expect":
            asked += [call.result] if isinstance(call.result, Relation) else []
            seen += _objects(call)
            continue
        if index < len(clauses) and not clauses[index].relations:
            behind = asked
            if not behind and clauses[index].line in lines:
                behind = [_place(o, clauses[index].holds) for o in {o.name: o for o in seen}.values()]
            if 0 < len(behind) <= MAX_ASKED:
                clauses[index] = msgspec.structs.replace(clauses[index], relations=tuple(behind))
        asked, index = [], index + 1
    return tuple(clauses)


def _objects(call: CallRecord) -> list[SceneObject]:
    found = call.result if isinstance(call.result, list) else [call.result]
    return [o for o in found if isinstance(o, SceneObject)]


def _place(thing: SceneObject, holds: bool) -> Relation:
    x, y, z = thing.position
    return Relation(
        holds,
        f"{thing.name} is at ({x:.3f}, {y:.3f}, {z:.3f}), on {thing.on}",
        (thing.name,),
        {"x (m)": x, "y (m)": y, "z (m)": z},
    )
