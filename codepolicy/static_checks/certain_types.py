"""Whether the type that a checker sees is the only one a value can have.

A checker joins the types of all paths to a line, so `best = None` before a loop makes `best[0]` after it suspicious,
though programs are written so that it works. What is certain is a value that is bound once, or that comes straight from
the API.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from primitives.registry import Surface


def certain(tree: ast.Module, line: int, message: str, surface: Surface) -> bool:
    """Whether a finding about a subscript, an iteration or an unpacking on `line` holds on every path.

    Args:
        tree: the program.
        line: where the checker found something, from 1.
        message: in the checker's words, with types in quotes.
        surface: the primitives.
    """
    if "Unknown" in message or "may not" in message:
        return False
    values = list(_values(tree, line))
    nothing = "'None'" in message  # also one part of a union, which the message does not say
    return bool(values) and all(_known(tree, v, surface, motion=nothing) for v in values)


def _values(tree: ast.Module, line: int) -> Iterator[ast.expr]:
    """What is subscripted, iterated or unpacked on `line`."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=value):
                found = value
            case ast.For(iter=value) | ast.comprehension(iter=value) | ast.Starred(value=value):
                found = value
            case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
                found = value
            case _:
                continue
        if found.lineno <= line <= (found.end_lineno or found.lineno):
            yield found


def _known(tree: ast.Module, value: ast.expr, surface: Surface, *, motion: bool) -> bool:
    """Whether `value` is what a primitive returned, or bound once to a plain value.

    With `motion`, only the None of a primitive that moves.
    """
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name in surface.only("motion") if motion else name in surface
        case ast.Attribute(value=owner):
            return not motion and _known(tree, owner, surface, motion=False)
        case ast.Subscript(value=owner):
            return not motion and _known(tree, owner, surface, motion=False)
        case ast.Name(id=name):
            given = list(bindings(tree, name))
            return len(given) == 1 and given[0] is not None and _known(tree, given[0], surface, motion=motion)
        case ast.Tuple() | ast.List() | ast.Constant():
            return not motion
        case _:
            return False


def bindings(tree: ast.Module, name: str) -> Iterator[ast.expr | None]:
    """The values that `name` is bound to anywhere; None for a binding that is no plain assignment."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr() as value) if bound == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=bound), value=value) if bound == name:
                yield value
            case ast.For(target=ast.Name(id=bound), iter=values) if bound == name:
                yield ast.Subscript(value=values, slice=ast.Constant(0), ctx=ast.Load())
            case ast.AugAssign(target=ast.Name(id=bound)) if bound == name:
                yield None
            case ast.arg(arg=bound) if bound == name:
                yield None
            case ast.Name(id=bound, ctx=ast.Store()) if bound == name and not _plainly_bound(tree, node):
                yield None
            case _:
                pass


def _plainly_bound(tree: ast.Module, target: ast.Name) -> bool:
    """Whether one of the cases of `bindings` has seen this target already."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[bound]):
                pass
            case ast.AnnAssign(target=bound) | ast.NamedExpr(target=bound) | ast.For(target=bound):
                pass
            case ast.AugAssign(target=bound):
                pass
            case _:
                continue
        if bound is target:
            return True
    return False
