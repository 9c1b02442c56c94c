"""Texts that name nothing on the table, reported before anything moves.

Only where it is certain: a constant argument that a straight line of the program reaches, with a word that is neither
in the name of something in view nor in the language of queries. What is hidden may come into view, and `detect` of a
word without a meaning is an empty list, so what stands behind a condition, in a `try` or in a function is left alone.
"""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Iterator, Sequence

from codepolicy.static_checks.findings import closest, finding
from primitives.failures import BadArgument, FailureReport
from primitives.perception.queries import matches
from primitives.perception.region_names import named_region
from primitives.registry import Parameter, Surface
from primitives.scene import REGION_NAMES, Region, SceneObject, Workspace

_PASSED_OVER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)
_BRANCHES = (ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def check(
    tree: ast.Module, surface: Surface, scene: Sequence[SceneObject], workspace: Workspace
) -> Iterator[FailureReport]:
    """Findings in a program, given what is in view before it runs."""
    for statement in tree.body:
        if isinstance(statement, _PASSED_OVER):
            continue
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign):
            return
        nodes = list(ast.walk(statement))
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        if any(isinstance(node, _BRANCHES) for node in nodes):
            return
        for call in calls:
            yield from _of_call(call, surface, scene, workspace)
        if any(not _returns(call, surface) for call in calls):
            return


def _returns(call: ast.Call, surface: Surface) -> bool:
    """Whether the program certainly goes on after `call`: a primitive that does not end it, or a built-in."""
    if isinstance(call.func, ast.Attribute):
        return True
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return (name in surface and surface.get(name).kind != "ending") or name in ("print", "len", "sorted", "list")


def _of_call(
    call: ast.Call, surface: Surface, scene: Sequence[SceneObject], workspace: Workspace
) -> Iterator[FailureReport]:
    if not isinstance(call.func, ast.Name) or call.func.id not in surface:
        return
    parameters = surface.get(call.func.id).parameters
    named = {p.name: p for p in parameters}
    given = [*zip(parameters, call.args, strict=False)]
    given += [(named[k.arg], k.value) for k in call.keywords if k.arg in named]
    for parameter, value in given:
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            continue
        kinds = _kinds(parameter)
        if SceneObject not in kinds or (Region in kinds and named_region(value.value, workspace) is not None):
            continue
        word = _meaningless(value.value, scene)
        if word is not None:
            names = [o.name for o in scene]
            names += REGION_NAMES if Region in kinds else ()
            yield finding(
                value.lineno,
                f"{call.func.id}: nothing is called {value.value[:60]!r}; "
                f"in view: {', '.join(o.name for o in scene) or 'nothing'}",
                names=(value.value[:60],),
                candidates=dict.fromkeys((*closest(value.value, names), *names)),
                hint="Use names out of the scene table; if what was asked for is not there, call decline(reason).",
            )


def _kinds(parameter: Parameter) -> tuple[object, ...]:
    annotation = parameter.annotation
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return typing.get_args(annotation) if union else (annotation,)


def _meaningless(text: str, scene: Sequence[SceneObject]) -> str | None:
    """The word of `text` that means nothing here."""
    try:
        if not matches(text, scene):
            matches(f"{text} object", scene)  # beside a noun, a word without a meaning is refused
    except BadArgument as error:
        return error.subject if error.subject is None or not error.subject.isdecimal() else None  # a name to come
    return None
