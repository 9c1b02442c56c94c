"""A program that defines what it would do and then does nothing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codepolicy.static_checks.builtin_names import HARMLESS
from codepolicy.static_checks.findings import finding
from primitives.failures import FailureReport
from primitives.registry import Surface

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def check(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    """The function that would move or speak, where the program reaches none that does."""
    looking = HARMLESS | set(surface.only("perception").names)
    acting = set(surface.only("motion", "other").names)
    definitions = {n.name: n for n in tree.body if isinstance(n, _DEFINITIONS)}
    statements = [n for n in tree.body if not isinstance(n, _DEFINITIONS)]
    if any(_acts(n, looking, definitions) for n in statements):
        return
    check = [definitions.pop("goal")] if "goal" in definitions else []  # called from elsewhere
    waiting: list[ast.stmt] = [*statements, *check]
    reached: set[str] = set()
    while waiting:
        named = {x.id for x in ast.walk(waiting.pop()) if isinstance(x, ast.Name)} & definitions.keys() - reached
        reached |= named
        waiting += [definitions[name] for name in named]
    able = {name: n for name, n in definitions.items() if _names(n) & acting}
    while more := {n: d for n, d in definitions.items() if n not in able and _names(d) & able.keys()}:
        able |= more
    if not able or reached & able.keys():
        return
    called = {x for name, n in definitions.items() for x in _names(n) - {name}}
    last = [n for name, n in able.items() if name not in called] or list(able.values())
    name, line = last[-1].name, last[-1].lineno
    kind = "class" if isinstance(last[-1], ast.ClassDef) else "function"
    yield finding(
        line,
        f"the {kind} {name!r} is defined but never {'used' if kind == 'class' else 'called'}: the program does nothing",
        names=[name],
        hint=f"Call {name}(…) on the last line, or write its statements without a function.",
    )


def _acts(statement: ast.stmt, looking: Collection[str], definitions: Collection[str]) -> bool:
    """Whether it calls, raises or expects something; a look and a call of an own function are followed elsewhere."""
    for node in ast.walk(statement):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in looking or name in definitions:
                pass
            case ast.Call(func=ast.Attribute()):
                pass
            case ast.Call() | ast.Raise() | ast.Assert():
                return True
            case _:
                pass
    return False


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
