"""Calls and attributes that do not fit the API's stub, found by the type checker `ty`."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.static_checks.annotations import without_annotations
from codepolicy.static_checks.certain_types import certain
from codepolicy.static_checks.findings import closest, finding
from codepolicy.static_checks.imports import ALIASES, API_CLASSES
from codepolicy.static_checks.star_imports import star_names, without_star_imports
from primitives.failures import FailureReport
from primitives.registry import Surface
from primitives.stub import render

TIMEOUT_S: Final = 10.0
"""A checker that takes longer is given up: the checks are help, and the policy process is the wall."""
_RULES: Final = (
    "index-out-of-bounds",
    "invalid-argument-type",
    "invalid-assignment",
    "missing-argument",
    "missing-attribute",
    "not-callable",
    "not-iterable",
    "not-subscriptable",
    "parameter-already-assigned",
    "too-many-positional-arguments",
    "unknown-argument",
    "unresolved-reference",
)
"""What certainly fails when it runs. Everything a checker may only suspect stays off."""
_UNTYPED: Final = frozenset({"numpy", "shapely"})
"""Modules of which the checker knows nothing: reading their types would take longer than all the rest."""
_ANYTHING: Final = "from typing import Any\ndef __getattr__(name: str) -> Any: ...\n"
_BUILT_IN: Final = frozenset({"bool", "dict", "float", "int", "list", "set", "str", "tuple"})
_TY_LINE: Final = re.compile(r"^program\.py:(\d+):\d+: \w+\[([\w-]+)\] (.*)$")
_CONFIGURATION: Final = "[rules]\nall = 'ignore'\n" + "".join(f"{rule} = 'error'\n" for rule in _RULES)


def check(source: str, tree: ast.Module, surface: Surface, known: Collection[str]) -> Iterator[FailureReport]:
    """What does not fit the stub. Silent where it is not installed.

    Args:
        source: the program, which parses.
        tree: its syntax tree.
        surface: the primitives it may call.
        known: names that earlier programs of the session left defined; nothing is known about their types.
    """
    stub = _stub(surface, frozenset({*ALIASES, *API_CLASSES, *known, *star_names(tree)}))
    try:
        told = _told(without_star_imports(without_annotations(source, tree), tree), stub)
    except (OSError, subprocess.TimeoutExpired):
        return
    for line, rule, message in _parse(told):
        report = _report(line, rule, message, surface, tree)
        if report is not None:
            yield report


@lru_cache(maxsize=256)
def _stub(surface: Surface, known: frozenset[str]) -> str:
    """What the checker is to take for built in."""
    stub = render(surface, for_checking=True)
    return stub + _prelude(known - _defined(stub))


@lru_cache(maxsize=4096)
def _told(source: str, stub: str) -> str:
    """What the checker prints about a program under a stub; empty where it is not installed.

    Kept, because a turn checks its goal three times, before the program, at the start's scene and at the end, and the
    seeds of an evaluation often have one program.
    """
    checker = _ty()
    if checker is None:
        return ""
    with tempfile.TemporaryDirectory(prefix="codepolicy-gate-") as folder:
        place = Path(folder)
        (place / "program.py").write_text(source, encoding="utf-8")
        for module in _UNTYPED:  # found before the installed one
            (place / f"{module}.pyi").write_text(_ANYTHING, encoding="utf-8")
        (place / "__builtins__.pyi").write_text(stub, encoding="utf-8")
        (place / "ty.toml").write_text(_CONFIGURATION, encoding="utf-8")
        return subprocess.run(
            checker,
            cwd=place,
            env={"HOME": folder, "TY_MAX_PARALLELISM": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        ).stdout.decode(errors="replace")


@cache
def _ty() -> tuple[str, ...] | None:
    """Only this package's own copy: it is pinned, because its messages are read."""
    if importlib.util.find_spec("ty") is None:
        return None
    from ty import find_ty_bin

    arguments = ("check", "--exit-zero", "--no-progress", "--output-format", "concise", "--python-version", "3.11")
    try:
        return (find_ty_bin(), *arguments, "program.py")
    except FileNotFoundError:
        return None


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


def _parse(told: str) -> Iterator[tuple[int, str, str]]:
    for row in told.splitlines():
        if (match := _TY_LINE.match(row)) is not None:
            yield int(match[1]), match[2], match[3]


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
