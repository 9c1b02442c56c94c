"""What is wrong with a goal check alone: it moves, or its answer depends on something else than what is seen."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec

from codepolicy.static_checks.findings import finding
from codepolicy.static_checks.parsing import parsed
from primitives.failures import FailureReport
from primitives.registry import Surface

_CHANCE = {"random", "time"}
"""Modules whose answers differ from one run to the next."""


def moves(found: FailureReport, surface: Surface) -> FailureReport:
    """`found`, in better words where an unknown name is a primitive of `surface` that moves the robot."""
    name = found.names[0] if found.names else ""
    if name not in surface or surface.get(name).kind != "motion":
        return found
    return msgspec.structs.replace(
        found,
        message=f"{name!r} moves the robot, and a goal check only looks",
        candidates=(),
        hint="Move in the program; in the check, expect() what is to be true afterwards.",
    )


def chance(goal: str) -> Iterator[FailureReport]:
    """Uses of chance and of the clock, each module once; nothing when `goal` does not parse."""
    tree = parsed(goal)
    if tree is None:
        return
    told: set[str] = set()
    attributes = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
    waiting = {id(n.value) for n in attributes if n.attr == "sleep"}
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in waiting}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if (alias.asname or alias.name) in used]
        elif isinstance(node, ast.ImportFrom):
            taken = [a for a in node.names if a.name == "*" or ((a.asname or a.name) in used and a.name != "sleep")]
            names = [node.module or ""] if taken else []
        elif isinstance(node, ast.Attribute) and node.attr == "random":
            names = ["random"]
        for name in {n.rpartition(".")[2] for n in names} & _CHANCE - told:
            told.add(name)
            line = getattr(node, "lineno", None)
            yield finding(
                line,
                f"a goal check that uses {name!r} proves nothing: its answer is not about the scene alone",
                names=[name],
                hint="Let every clause follow from what find(), detect() and relations return.",
            )
