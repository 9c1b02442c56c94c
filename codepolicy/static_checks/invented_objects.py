"""Objects that models expect and a program does not have: `robot.pick(…)`, `env.step()`, `Robot()`."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable

from codepolicy.static_checks.findings import finding
from primitives.failures import FailureReport
from primitives.registry import Surface


def invented(tree: ast.Module, node: ast.Name, surface: Surface) -> FailureReport | None:
    """A finding for `node`, a name that nothing defines, where the program takes it for an object with methods."""
    owners = {node.id}
    made = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.func is node]
    for assignment in (n for n in ast.walk(tree) if isinstance(n, ast.Assign) and n.value in made):
        owners |= {_root(t) for t in assignment.targets}
    methods = list(dict.fromkeys(_methods(tree, owners)))
    if not methods or (made and not set(methods) & set(surface.names)):
        return None
    what = "class" if made else "object"
    direct = [m for m in methods if m in surface.names]
    calls = ", ".join(f"{m}(…)" for m in direct[:3])
    near = difflib.get_close_matches(methods[0], surface.names, n=3, cutoff=0.7)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return finding(
        node.lineno,
        f"there is no {node.id} {what}" + (f"; call {calls} directly" if direct else ""),
        names=[node.id],
        candidates=direct or near,
        hint=("Delete it" if made else f"Delete '{node.id}.'") + ": every function stands by itself."
        if direct
        else f"{guess}Functions stand by themselves: {', '.join(surface.names)}.",
    )


def _methods(tree: ast.Module, owners: Iterable[str]) -> Iterable[str]:
    """What is called on one of `owners`, also through its attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if _root(value) in owners:
                yield name
            case _:
                pass


def _root(node: ast.expr) -> str:
    """The name at the left of a chain of attributes; "" where there is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
