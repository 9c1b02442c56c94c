"""The API of a surface as a Python stub: what the prompt shows, the gate checks against and the manual prints.

Everything follows from the registered signatures and docstrings and from the value classes in `scene`, `images` and
`failures`; nothing is written twice.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable
from functools import cache
from typing import Final

from primitives import failures, images, scene
from primitives.registry import Parameter, Primitive, Surface

HEADER: Final = (
    "# Units: m, rad. Base frame: x away from the robot (top, far, behind), y to its left, z up; table top z = 0.\n"
    "# All of this, np and math are defined already; do not import it."
)
_OBJECT: Final = "SceneObject | str"
"""What most primitives take; said once where tokens count."""
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_HIDDEN: Final = (
    failures.Asked,
    failures.Declined,
    failures.Rejected,
    failures.PolicyError,
    failures.ProtectiveStop,
    failures.LimitExceeded,
)
"""Failures of no use in an `except` of a program, beside those that end it anyway."""


def render(surface: Surface, *, for_checking: bool = False, examples: bool = True) -> str:
    """The stub of a surface.

    Args:
        surface: the primitives to show.
        for_checking: with every failure class and with constructors, and with parameters as wide as the wire: any
            sequence where a tuple or list of numbers is named, anything with a truth value where a bool is.
            Without, as short as a reader needs.
        examples: whether a function shows how it is called.

    Returns:
        The text of a valid `.pyi` module.
    """
    functions = [_function(p, wide=for_checking, examples=examples) for p in surface.primitives]
    classes, aliases = _definitions(brief=not for_checking)
    heads = [f.partition("\n")[0] for f in functions]  # a docstring may say "Grasp an object" without meaning the class
    needed = _closure((_NAME.findall(h) for h in heads), classes, aliases)
    body = [
        *(aliases[n] for n in aliases if n in needed),
        *(classes[n] for n in classes if n in needed),
        _failures(everything=for_checking),
        *functions,
    ]
    text = "\n".join(body)
    if not for_checking and _OBJECT in text:
        text = f'Obj = {_OBJECT}  # an object, or a query such as "red block"\n' + text.replace(_OBJECT, "Obj")
    imports: list[str] = []
    if for_checking:
        imports = [
            "from collections.abc import Sequence",
            "from dataclasses import dataclass",
            "from typing import Any",
        ]
        text = re.sub(r"\bNDArray\[[\w.]+\]", "Any", text)  # reading numpy's own types takes longer than all the rest
    elif "NDArray" in text:
        imports = ["import numpy as np", "from numpy.typing import NDArray"]
    return "\n".join([HEADER, *imports, text, ""])


EDITOR_HEADER: Final = (
    "# Made by `codepolicy api --editor`: what `from primitives.api import …` offers to editors and type checkers.\n"
    "# A program that begins so is run by `codepolicy exec`; every function needs a robot.\n"
    "# ruff: noqa"
)


def editor_stub(surface: Surface) -> str:
    """The API as an importable module (`.pyi`), with the values' own classes, for people who write programs."""
    functions = [_function(p, wide=False, examples=True) + "\n ..." for p in surface.primitives]
    named = {name for f in functions for name in _NAME.findall(f.partition('"""')[0])}
    imports = ["import numpy as np", "from numpy.typing import NDArray", "from primitives.registry import Surface"]
    for module, names in (
        (scene, named),
        (images, named),
        (failures, {f.__name__ for f in failures.FAILURES.values()}),
    ):
        public = sorted(n for n in names if getattr(getattr(module, n, None), "__module__", "") == module.__name__)
        extra = ["Target"] if module is scene else []
        imports += [f"from {module.__name__} import {name} as {name}" for name in (*public, *extra)]
    entry = "def surface(level: str, *, alone: bool = False) -> Surface: ..."
    return "\n".join([EDITOR_HEADER, *imports, "", entry, "", *functions, ""])


def _closure(found: Iterable[list[str]], *definitions: dict[str, str]) -> set[str]:
    """Every defined name that the given names lead to."""
    needed: set[str] = set()
    waiting = [name for names in found for name in names]
    while waiting:
        name = waiting.pop()
        for known in definitions:
            if name in known and name not in needed:
                needed.add(name)
                waiting += _NAME.findall(known[name])
    return needed


def _function(primitive: Primitive, *, wide: bool, examples: bool) -> str:
    parts: list[str] = []
    for p in primitive.parameters:
        if p.keyword_only and "*" not in parts:
            parts.append("*")
        default = "" if p.required else f" = {p.default!r}"
        parts.append(f"{p.name}: {_wide(p) if wide else p.text}{default}")
    head = f"def {primitive.name}({', '.join(parts)}) -> {primitive.returns_text}:"
    doc = primitive.doc if examples else _without_example(primitive.doc)
    return f"{head}\n{textwrap.indent(_quoted(doc), ' ')}"


def _without_example(doc: str) -> str:
    """`doc` without a last paragraph that is code."""
    text, _, last = doc.rpartition("\n\n")
    try:
        ast.parse(last)
    except SyntaxError:
        return doc
    return text or doc


def _quoted(doc: str) -> str:
    escaped = doc.replace("\n\n", "\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'"""{escaped}"""'


def _wide(parameter: Parameter) -> str:
    numbers = "Sequence[Any]"
    text = parameter.text
    for name in ("Target", "Vector2", "Vector3", "Quaternion"):
        inside = "SceneObject | Region | " if name == "Target" else ""
        text = re.sub(rf"\b{name}\b", inside + numbers, text)
    text = re.sub(r"\b(?:list|tuple)\[[^|]*\]", numbers, text)
    return re.sub(r"\bbool\b", "object", text)


def _failures(*, everything: bool) -> str:
    fields = ("message", "expected", "measured", "candidates", "hint")
    hints = inspect.get_annotations(failures.FailureReport)
    shown = (c for c in failures.FAILURES.values() if everything or (c.blame != "infrastructure" and c not in _HIDDEN))
    return "\n".join(
        [
            "class Failure(Exception):",
            *(f"    {f}: {hints[f]}" for f in fields),
            *(f"class {c.__name__}(Failure): ..." for c in shown),
        ]
    )


def _plain(doc: str | None) -> str:
    """The first paragraph on one line, without the units and the frame that the header gives for all."""
    text = " ".join((doc or "").split("\n\n")[0].split())
    return text.replace(", base frame", "").replace(" in m.", ".").replace(" in rad", "").rstrip(".,")


_UNTOLD = {("Relation", "of"), ("Relation", "values")}
"""Fields that a program has no use for: in brief they are left out."""


@cache
def _definitions(*, brief: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Value classes and type aliases by name, in the order of their modules."""
    classes: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for module in (scene, images):
        for node in ast.parse(inspect.getsource(module)).body:
            match node:
                case ast.ClassDef(name=name) if not name.endswith("Ref") and name != "Workspace":
                    classes[name] = _class(node, brief=brief)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    aliases[name] = f"{name} = {ast.unparse(value)}"
                case _:
                    pass
    return classes, aliases


def _class(node: ast.ClassDef, *, brief: bool) -> str:
    """A value class with a comment per field. In brief its properties are fields, which is how a program sees them."""
    keyword_only = any(k.arg == "kw_only" for k in node.keywords)
    rows = [] if brief else [f"@dataclass(frozen=True{', kw_only=True' if keyword_only else ''})"]
    rows += [f"class {node.name}:", f'    """{_plain(ast.get_docstring(node))}."""']
    methods: list[str] = []
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) if brief and (node.name, name) in _UNTOLD:
                pass
            case ast.AnnAssign(target=ast.Name(id=name)):
                default = f" = {ast.unparse(statement.value)}" if statement.value is not None and not brief else ""
                rows.append(f"    {name}: {ast.unparse(statement.annotation)}{default}{_comment(after)}")
            case ast.FunctionDef(name=name, decorator_list=[ast.Name(id="property")]) if brief:
                returns = ast.unparse(statement.returns) if statement.returns else "None"
                methods.append(f"    {name}: {returns}  # {_plain(ast.get_docstring(statement))}")
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name()) if not brief:
                methods.append(f"    {ast.unparse(statement)}")
            case ast.FunctionDef(name=name) if not name.startswith("_") or (not brief and _is_operator(name)):
                told = not brief or node.name == "Pose"  # whose frames no name tells
                methods.append(_method(statement, documented=told))
            case _:
                pass
    return "\n".join(rows + methods)


def _is_operator(name: str) -> bool:
    """Whether a method says what an operator or a conversion does; the dataclass says what equality does."""
    return name.startswith("__") and name not in ("__eq__", "__hash__")


def _comment(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str() as doc)):
            return f"  # {_plain(doc)}"
        case _:
            return ""


def _method(node: ast.FunctionDef, *, documented: bool) -> str:
    decorators = "".join(f"    @{ast.unparse(d)}\n" for d in node.decorator_list)
    returns = ast.unparse(node.returns) if node.returns else "None"
    said = ast.get_docstring(node) if documented else None
    doc = f"  # {_plain(said)}" if said else ""
    return f"{decorators}    def {node.name}({ast.unparse(node.args)}) -> {returns}: ...{doc}"
