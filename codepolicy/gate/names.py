"""Names that nothing defines, with what was probably meant."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator

from codepolicy.gate.findings import closest, finding
from codepolicy.gate.imports import ALIASES, API_CLASSES, UNUSABLE
from codepolicy.sandbox.warm import GIVEN
from primitives.failures import FailureReport
from primitives.registry import Surface

ORDINARY = frozenset(
    {
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "filter",
        "float",
        "int",
        "isinstance",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "print",
        "range",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
        "Exception",
        "IndexError",
        "KeyError",
        "ValueError",
    }
)
"""Built-ins that a slip is likely to mean; the others only look alike ("bring" and "bin")."""
_MODULE = frozenset({"__name__", "__doc__", *GIVEN})


def bound_names(tree: ast.AST) -> set[str]:
    """Every name that is bound anywhere in the program, in whatever scope."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.alias(name=name, asname=alias):
                bound.add(alias or name.partition(".")[0])
            case ast.ExceptHandler(name=str() as name):
                bound.add(name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                bound.add(name)
            case ast.MatchMapping(rest=str() as name):
                bound.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                bound.update(names)
            case _:
                pass
    return bound


def check(tree: ast.Module, surface: Surface, known: Collection[str]) -> Iterator[FailureReport]:
    """Names that are used and bound nowhere, and built-ins that cannot work here; each name once."""
    bound = bound_names(tree)
    api = {*surface.names, *API_CLASSES, *ALIASES}
    valid = bound | api | set(known) | _MODULE | (set(dir(builtins)) - set(UNUSABLE))
    likely = bound | api | set(known) | ORDINARY
    told: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or node.id in valid or node.id in told:
            continue
        told.add(node.id)
        if node.id in UNUSABLE:
            yield finding(node.lineno, f"{node.id!r} cannot be used in a program", hint=UNUSABLE[node.id])
            continue
        near = closest(node.id, [n for n in likely if not n.startswith("_")])
        yield finding(
            node.lineno,
            f"the name {node.id!r} is not defined",
            candidates=near,
            hint=f"Did you mean {near[0]!r}?"
            if near
            else f"Define it first, or use one of the primitives: {', '.join(surface.names)}.",
        )
