"""Motions taken for functions that say whether they worked: `if not put(…)` is true after every success."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codepolicy.static_checks.certain_types import bindings
from codepolicy.static_checks.findings import finding
from codepolicy.static_checks.undefined_names import bound_names
from primitives.failures import FailureReport
from primitives.registry import Surface

_HINT = (
    "It returns when it worked and raises a failure when not: drop the test, or catch the failure (`except Failure:`)."
)


def check(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    """Conditions that are the None of a motion, each name once a line."""
    own = bound_names(tree)
    silent = {n for n in surface.only("motion").names if surface.get(n).returns_text == "None" and n not in own}
    told: set[tuple[int, str]] = set()
    for test in _tests(tree):
        name = _motion(tree, test, silent)
        if name is not None and (test.lineno, name) not in told:
            told.add((test.lineno, name))
            yield finding(
                test.lineno,
                f"{name}() returns nothing, so this says nothing of whether it worked",
                names=[name],
                hint=_HINT,
            )


def _tests(tree: ast.Module) -> Iterator[ast.expr]:
    """Expressions whose truth is asked, or that are compared with a truth."""
    for node in ast.walk(tree):
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
                yield test
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield operand
            case ast.BoolOp(values=values):
                yield from values
            case ast.Compare(left=left, ops=[_], comparators=[ast.Constant(value=bool() | None)]):
                yield left
            case ast.Call(func=ast.Name(id="expect"), args=[condition, *_]):
                yield condition
            case _:
                pass


def _motion(tree: ast.Module, test: ast.expr, silent: set[str]) -> str | None:
    """The motion whose None is tested; None where it may be something else."""
    match test:
        case ast.Call(func=ast.Name(id=name)) if name in silent:
            return name
        case ast.Name(id=name):
            given = list(bindings(tree, name))
            names = [v.func.id for v in given if isinstance(v, ast.Call) and isinstance(v.func, ast.Name)]
            return names[0] if names and len(names) == len(given) and set(names) <= silent else None
        case _:
            return None
