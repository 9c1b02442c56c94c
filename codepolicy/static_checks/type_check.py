"""Calls and attributes that do not fit the API's stub, found by the type checker `ty`."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.static_checks.annotations import without_annotations
from codepolicy.static_checks.certain_types import certain
from codepolicy.static_checks.findings import closest, finding
from codepolicy.static_checks.imports import ALIASES, API_CLASSES
from codepolicy.static_checks.star_imports import star_names, without_star_imports
from codepolicy.static_checks.type_server import Diagnostic, diagnostics
from primitives.failures import FailureReport
from primitives.registry import Surface
from primitives.stub import render

_BUILT_IN: Final = frozenset({"bool", "dict", "float", "int", "list", "set", "str", "tuple"})


def check(source: str, tree: ast.Module, surface: Surface, known: Collection[str]) -> Iterator[FailureReport]:
    """What does not fit the stub. Silent where the checker is not installed.

    Args:
        source: the program, which parses.
        tree: its syntax tree.
        surface: the primitives it may call.
        known: names that earlier programs of the session left defined; nothing is known about their types.
    """
    stub = _stub(surface, frozenset({*ALIASES, *API_CLASSES, *known, *star_names(tree)}))
    for told in _told(without_star_imports(without_annotations(source, tree), tree), stub):
        report = _report(told.line, told.rule, told.message, surface, tree)
        if report is not None:
            yield report


@lru_cache(maxsize=256)
def _stub(surface: Surface, known: frozenset[str]) -> str:
    """What the checker is to take for built in."""
    stub = render(surface, for_checking=True)
    return stub + _prelude(known - _defined(stub))


@lru_cache(maxsize=4096)
def _told(source: str, stub: str) -> tuple[Diagnostic, ...]:
    """What the checker has against a program under a stub.

    Kept, because a turn checks its goal three times, before the program, at the start's scene and at the end, and the
    seeds of an evaluation often have one program.
    """
    return diagnostics(source, stub)


def _defined(stub: str) -> set[str]:
    """Names of the API keep their own types, also where a program shadowed one."""
    return {n for node in ast.parse(stub).body for n in _bound(node)}


def _bound(node: ast.stmt) -> list[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [name]
        case _:
            return []


def _prelude(known: Collection[str]) -> str:
    names = [f"{name}: Any" for name in sorted(known) if name.isidentifier() and not keyword.iskeyword(name)]
    same = "import {0} as {0}"  # what a stub imports under another name it keeps to itself
    modules = [same.format(name) if name == module else f"{name}: Any" for name, module in GIVEN.items()]
    return "\n".join(["from typing import Any", *modules, *names, ""])


def _report(line: int, rule: str, message: str, surface: Surface, tree: ast.Module) -> FailureReport | None:
    """The finding in our words, or None where the checker may be wrong."""
    ticked = message.split("`")[1::2]
    primitive = next((surface.get(t) for t in ticked if t in surface), None)
    text = message.replace("`", "'")
    hint = f"Its signature is {primitive.signature}." if primitive is not None else "Correct the call."
    match rule:
        case "invalid-argument-type":
            found = message.rpartition("found `")[2].rstrip("`")
            if primitive is None or " | " in found or "Unknown" in found:
                return None
            if "Expected `bool" in message:  # whatever it is, it is true or false
                return None
            if found.startswith("list[SceneObject]"):
                hint += " That is a list: choose one of its items, or loop over it."
        case "invalid-assignment":
            if "to unpack" not in message and "read-only" not in message:
                return None
            if "to unpack" in message and not certain(tree, line, text, surface):
                return None
            hint = "Values of the API cannot be changed." if "read-only" in message else "Unpack as many as there are."
        case "missing-argument" | "too-many-positional-arguments" | "unknown-argument" if "function `" not in message:
            return None  # one of several functions that a variable may stand for, or a failure that a program makes
        case "missing-attribute":
            return _attribute(line, text, ticked, surface)
        case "unresolved-reference":
            hint = "Define it before this line."
        case "index-out-of-bounds" | "not-iterable" | "not-subscriptable":
            if not certain(tree, line, text, surface):
                return None
            nothing = "It returns nothing; use find(…) or detect(…) for the objects."
            hint = nothing if "'None'" in text else "Look at the type in the API."
        case "not-callable":
            if "'None'" in text or " | " in text:
                return None
            hint = "Look at the type in the API."
        case _:
            pass
    return finding(line, text, names=ticked, hint=hint)


def _attribute(line: int, text: str, ticked: list[str], surface: Surface) -> FailureReport | None:
    if len(ticked) < 2:
        return None
    owner, name = ticked[0], ticked[1]
    fields = _fields(surface).get(owner, ())
    if not fields and owner.partition("[")[0] not in _BUILT_IN and not text.startswith("Module"):
        return None  # an object of the program's own, which may grow attributes
    near = closest(name, fields)
    if near:
        hint = f"Did you mean {near[0]!r}?"
    elif fields:
        hint = f"It has {', '.join(fields)}."
    else:
        hint = "Look at the type in the API."
    return finding(line, text, names=ticked, candidates=near or fields, hint=hint)


def _fields(surface: Surface) -> dict[str, tuple[str, ...]]:
    """Attributes of each class of the stub."""
    fields: dict[str, tuple[str, ...]] = {}
    for node in ast.parse(render(surface, for_checking=True)).body:
        if isinstance(node, ast.ClassDef):
            named = (s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name))
            methods = (s.name for s in node.body if isinstance(s, ast.FunctionDef))
            inherited = fields.get("Failure", ()) if node.name in API_CLASSES else ()
            fields[node.name] = (*named, *methods) or inherited
    return fields
