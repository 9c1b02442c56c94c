"""What `from math import *` binds."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache

from codepolicy.sandbox.preloading import MODULES
from codepolicy.static_checks.findings import finding
from primitives.failures import FailureReport
from primitives.registry import Surface


def star_names(tree: ast.AST) -> set[str]:
    """Every name that a `from … import *` of the program binds, whose module a program may import."""
    return {name for node in _stars(tree) for name in _public(node.module or "")}


def without_star_imports(source: str, tree: ast.Module) -> str:
    """`source` with `pass` in place of each, its lines where they were."""
    lines = source.split("\n")
    for node in _stars(tree):
        row = lines[node.lineno - 1].encode()
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            lines[node.lineno - 1] = (row[: node.col_offset] + b"pass" + row[node.end_col_offset :]).decode()
    return "\n".join(lines)


def check(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    """Star imports that replace primitives, as that of numpy does with put and place."""
    for node in _stars(tree):
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        replaced = [name for name in surface.names if name in used and name in _public(node.module or "")]
        if replaced:
            told = " and ".join(repr(name) for name in replaced)
            yield finding(
                node.lineno,
                f"this import replaces {told} of the robot by what {node.module} calls so",
                names=replaced,
                hint="Write 'import numpy as np' and np.array(…)."
                if node.module == "numpy"
                else f"Import by name what you need of {node.module}.",
            )


def _stars(tree: ast.AST) -> Iterator[ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and any(a.name == "*" for a in node.names):
            yield node


@cache
def _public(module: str) -> frozenset[str]:
    """The public names of a module that a program may import; none of any other, which is never imported here."""
    if module.partition(".")[0] not in {name.partition(".")[0] for name in MODULES}:
        return frozenset()
    try:
        loaded = importlib.import_module(module)
    except ImportError:
        return frozenset()
    names = getattr(loaded, "__all__", None)
    return frozenset(names if names is not None else (n for n in dir(loaded) if not n.startswith("_")))
