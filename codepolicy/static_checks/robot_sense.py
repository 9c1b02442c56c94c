"""Mistakes that only a robot's program can make, reported when they are certain."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set
from typing import Final

from codepolicy.static_checks.builtin_names import HARMLESS
from codepolicy.static_checks.findings import finding
from primitives.failures import FailureReport
from primitives.registry import Surface
from primitives.scene import Workspace

_TARGET: Final = {"place": 0, "put": 1, "push": 1}
"""Which positional argument of a primitive is a place on the table."""
_ENDLESS: Final = frozenset({"count", "cycle", "repeat"})
"""Iterators of itertools that never end; `repeat` with one argument."""


def check(tree: ast.Module, surface: Surface, workspace: Workspace, *, holding: bool | None) -> Iterator[FailureReport]:
    """Loops that cannot end, constant poses outside the workspace, and placing with an empty hand."""
    yield from _endless_loops(tree, surface)
    yield from _constant_poses(tree, surface, workspace)
    if "place" in surface and "pick" in surface:
        yield from _empty_hand(tree, surface, holding=holding)


def _endless_loops(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    for node in ast.walk(tree):
        match node:
            case ast.While(test=test, body=body) if _always_true(test):
                pass
            case ast.For(iter=ast.Call() as iterator, body=body) if _never_ends(iterator):
                pass
            case _:
                continue
        if not any(_may_end(statement, surface) for statement in body):
            yield finding(
                node.lineno,
                "this loop never ends and calls no primitive",
                hint="Give it a condition that becomes false, a break, or a bounded range.",
            )


def _always_true(test: ast.expr) -> bool:
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
            return not value
        case _:
            return False


def _never_ends(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="itertools"), attr=name):
            return name in _ENDLESS and (name != "repeat" or len(call.args) + len(call.keywords) == 1)
        case _:
            return False


def _may_end(statement: ast.stmt, surface: Surface, *, inner: bool = False) -> bool:
    """Whether something in the statement may leave the loop, raise, or reach the robot."""
    match statement:
        case ast.Return() | ast.Raise() | ast.Assert() | ast.Try() | ast.TryStar() | ast.With() | ast.Delete():
            return True
        case ast.Break():
            return not inner
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return False
        case _:
            pass
    inner = inner or isinstance(statement, ast.For | ast.While)
    for child in ast.iter_child_nodes(statement):
        match child:
            case ast.stmt() if _may_end(child, surface, inner=inner):
                return True
            case ast.expr() if any(_may_raise(e, surface) for e in ast.walk(child)):
                return True
            case ast.match_case() if any(_may_end(s, surface, inner=inner) for s in child.body):
                return True
            case _:
                pass
    return False


def _may_raise(node: ast.AST, surface: Surface) -> bool:
    match node:
        case ast.Yield() | ast.YieldFrom() | ast.Await() | ast.Subscript():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in surface or name not in HARMLESS
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math" | "np"))):
            return False
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in ("append", "add", "copy", "format", "join")
        case ast.Call():
            return True
        case ast.BinOp(op=ast.Div() | ast.Mod() | ast.FloorDiv()):
            return True
        case _:
            return False


def _constant_poses(tree: ast.Module, surface: Surface, workspace: Workspace) -> Iterator[FailureReport]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in _TARGET and name in surface:
                index = _TARGET[name]
                arguments = [k.value for k in node.keywords if k.arg == "target"] + node.args[index : index + 1]
                point = _numbers(arguments[0]) if arguments else None
            case ast.Attribute(value=ast.Name(id="Pose"), attr="top_down"):
                named = {k.arg: k.value for k in node.keywords}
                given = [*node.args[:3], *(named[a] for a in "xyz"[len(node.args) :] if a in named)]
                point = _values(given)
            case ast.Name(id="Pose") if node.args or node.keywords:
                point = _numbers(node.args[0] if node.args else node.keywords[0].value)
            case _:
                continue
        if point is None or len(point) not in (2, 3):
            continue
        for axis, value, low, high in zip("xyz", point, workspace.low, workspace.high, strict=False):
            if not low <= value <= high:
                yield finding(
                    node.lineno,
                    f"{axis} = {value:g} m in {ast.unparse(node)[:80]!r} is outside the workspace",
                    hint=f"Choose {axis} within {low:g}..{high:g} m.",
                )


def _numbers(node: ast.expr) -> list[float] | None:
    return _values(node.elts) if isinstance(node, ast.Tuple | ast.List) else None


def _values(nodes: Sequence[ast.expr]) -> list[float] | None:
    values: list[float] = []
    for node in nodes:
        match node:
            case ast.Constant(value=int() | float() as value):
                values.append(float(value))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                values.append(-float(value))
            case _:
                return None
    return values


def _empty_hand(tree: ast.Module, surface: Surface, *, holding: bool | None) -> Iterator[FailureReport]:
    """Follow the statements that certainly run one after the other; anything else makes the hand unknown again."""
    redefined = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} & {"pick", "place", "put"}
    if not redefined:
        neutral = HARMLESS | {"home", *surface.only("perception", "other").names}  # these leave the hand as it is
        yield from _follow(tree.body, neutral, holding)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _follow(node.body, neutral, None)


def _follow(body: Sequence[ast.stmt], neutral: Set[str], held: bool | None) -> Iterator[FailureReport]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Pass):
            continue
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
            held = None
            continue
        called = [n for n in ast.walk(statement) if isinstance(n, ast.Call)]
        names = [_plain_name(c.func) for c in called]
        match names:
            case ["place"]:
                if held is False:
                    yield finding(
                        called[0].lineno,
                        "nothing is in the hand here, so 'place' cannot succeed",
                        names=["place"],
                        hint="Call pick(obj) before it, or put(obj, target) instead of both.",
                    )
                held = False
            case ["pick"]:
                held = True
            case ["put"]:
                held = False
            case _ if all(name in neutral for name in names):
                pass
            case _:
                held = None


def _plain_name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""
