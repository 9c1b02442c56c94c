"""Coroutines that nobody awaits, which look like a program and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codepolicy.static_checks.findings import finding
from primitives.failures import FailureReport
from primitives.registry import Surface

_HINT = "Write 'def' and call it without 'await': every function here returns when it is done."


def check(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    """Calls of `async def` functions without `await`, `await` outside of them, and `await` of a primitive."""
    coroutines = {n.name for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef)}
    awaited = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Await)}
    for name, node, inside in _calls_and_awaits(tree, inside=False):
        match node:
            case ast.Await() if not inside:
                yield finding(node.lineno, "'await' outside of an asynchronous function", names=["await"], hint=_HINT)
            case ast.Await(value=ast.Call(func=ast.Name(id=called))) if called in surface:
                yield finding(
                    node.lineno, f"{called!r} is not awaited: it returns when it is done", names=[called], hint=_HINT
                )
            case ast.Call() if name in coroutines and id(node) not in awaited:
                yield finding(
                    node.lineno,
                    f"{name!r} is a coroutine that nobody awaits, so it never runs",
                    names=[name],
                    hint=_HINT,
                )
            case _:
                pass


def _calls_and_awaits(tree: ast.AST, *, inside: bool) -> Iterator[tuple[str, ast.Await | ast.Call, bool]]:
    """Each with the name that is called, and whether it stands in an asynchronous function."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Await | ast.Call):
            named = isinstance(child, ast.Call) and isinstance(child.func, ast.Name)
            yield child.func.id if named else "", child, inside  # type: ignore[union-attr]
        within = isinstance(child, ast.AsyncFunctionDef) or (inside and not isinstance(child, ast.FunctionDef))
        yield from _calls_and_awaits(child, inside=within)
