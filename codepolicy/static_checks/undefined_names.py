"""Names that nothing defines, with what was probably meant."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.static_checks.builtin_names import ORDINARY
from codepolicy.static_checks.findings import closest, finding
from codepolicy.static_checks.imports import ALIASES, API_CLASSES, UNUSABLE
from codepolicy.static_checks.invented_objects import invented
from codepolicy.static_checks.star_imports import star_names
from primitives.failures import FailureReport
from primitives.registry import Surface

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
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                bound |= star_names(node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                bound.update(names)
            case _:
                pass
    return bound


def unknown(tree: ast.Module, surface: Surface, known: Collection[str]) -> Iterator[ast.Name]:
    """The first use of each name that is bound nowhere, or that cannot work here."""
    valid = _offered(tree, surface, known) | _MODULE | (set(dir(builtins)) - set(UNUSABLE))
    told: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in valid and node.id not in told:
            told.add(node.id)
            yield node


def check(tree: ast.Module, surface: Surface, known: Collection[str]) -> Iterator[FailureReport]:
    """Names that are used and bound nowhere, and built-ins that cannot work here; each name once."""
    likely = [n for n in _offered(tree, surface, known) | ORDINARY if not n.startswith("_")]
    for node in unknown(tree, surface, known):
        if node.id in UNUSABLE:
            yield finding(
                node.lineno, f"{node.id!r} cannot be used in a program", names=[node.id], hint=UNUSABLE[node.id]
            )
            continue
        told = invented(tree, node, surface)
        if told is not None:
            yield told
            continue
        near = closest(node.id, likely)
        yield finding(
            node.lineno,
            f"the name {node.id!r} is not defined",
            names=[node.id],
            candidates=near,
            hint=f"Did you mean {near[0]!r}?"
            if near
            else f"Define it first, or use one of the primitives: {', '.join(surface.names)}.",
        )


def _offered(tree: ast.Module, surface: Surface, known: Collection[str]) -> set[str]:
    """What the program and its session define, and the primitives and types that it is given."""
    return bound_names(tree) | {*surface.names, *API_CLASSES, *ALIASES} | set(known)
