"""What a program may import, and the attributes and built-ins that lead out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Final

from codepolicy.sandbox.preloading import MODULES
from codepolicy.static_checks.findings import closest, finding
from primitives.failures import FAILURES, FailureReport
from primitives.registry import Surface

ALLOWED: Final = frozenset(name.partition(".")[0] for name in MODULES)
"""Top-level modules that a program may import."""
API_CLASSES: Final = (
    "SceneObject",
    "Region",
    "Pose",
    "Grasp",
    "Relation",
    "Image",
    "Mask",
    "Failure",
    *(cls.__name__ for cls in FAILURES.values()),
)
"""Classes that are defined in every program."""
ALIASES: Final = ("NDArray", "Obj", "Quaternion", "Target", "Vector2", "Vector3")
"""Names of types that are defined in every program, for its annotations."""
DUNDERS: Final = frozenset(
    {
        "__abs__",
        "__add__",
        "__cause__",
        "__ceil__",
        "__complex__",
        "__context__",
        "__dataclass_fields__",
        "__delattr__",
        "__dict__",
        "__divmod__",
        "__floor__",
        "__get__",
        "__getattr__",
        "__ifloordiv__",
        "__imul__",
        "__index__",
        "__itruediv__",
        "__members__",
        "__missing__",
        "__module__",
        "__rfloordiv__",
        "__rmod__",
        "__rpow__",
        "__set__",
        "__set_name__",
        "__setattr__",
        "__traceback__",
        "__trunc__",
        "__all__",
        "__and__",
        "__annotations__",
        "__bool__",
        "__call__",
        "__class_getitem__",
        "__contains__",
        "__copy__",
        "__deepcopy__",
        "__delitem__",
        "__doc__",
        "__enter__",
        "__eq__",
        "__exit__",
        "__float__",
        "__floordiv__",
        "__format__",
        "__ge__",
        "__getitem__",
        "__gt__",
        "__hash__",
        "__iadd__",
        "__init__",
        "__init_subclass__",
        "__int__",
        "__invert__",
        "__isub__",
        "__iter__",
        "__le__",
        "__len__",
        "__lt__",
        "__match_args__",
        "__matmul__",
        "__mod__",
        "__mul__",
        "__name__",
        "__ne__",
        "__neg__",
        "__new__",
        "__next__",
        "__or__",
        "__pos__",
        "__post_init__",
        "__pow__",
        "__qualname__",
        "__radd__",
        "__repr__",
        "__reversed__",
        "__rmul__",
        "__round__",
        "__rsub__",
        "__rtruediv__",
        "__setitem__",
        "__slots__",
        "__str__",
        "__sub__",
        "__truediv__",
        "__version__",
        "__xor__",
    }
)
"""Double-underscore names of ordinary classes and modules."""
UNUSABLE: Final = {
    "open": "A program has no files; print what should be seen.",
    "input": "A program cannot ask; use say(text) to tell the person something.",
    "eval": "Write the expression itself.",
    "exec": "Write the statements themselves.",
    "compile": "Write the statements themselves.",
    "__import__": "Use an import statement.",
    "breakpoint": "Use print to see values.",
    "help": "The API is in the prompt.",
    "exit": "End by returning from a function or by reaching the last line.",
    "quit": "End by returning from a function or by reaching the last line.",
}


def check(tree: ast.Module, surface: Surface) -> Iterator[FailureReport]:
    """Imports outside the list, and double-underscore attributes that no ordinary program needs."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield from _module(node.lineno, alias.name, (alias.asname or alias.name,), surface)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                name = "." * level + (module or "")
                yield from _module(node.lineno, name, tuple(a.name for a in aliases), surface)
            case ast.Attribute(attr=attr) if _dunder(attr) and attr not in DUNDERS and not _class_name(tree, node):
                yield finding(
                    node.lineno,
                    f"the attribute {attr!r} is not available",
                    names=[attr],
                    hint="Use the public attributes of the object, type(x).__name__ for the name of its class.",
                )
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=attr) if attr not in _numpy():
                near = closest(attr, _numpy())
                yield finding(
                    node.lineno,
                    f"numpy has no {attr!r}",
                    names=[attr],
                    candidates=near,
                    hint=f"Did you mean np.{near[0]}?" if near else "Use a function that numpy has.",
                )
            case _:
                pass


def _dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _class_name(tree: ast.Module, attribute: ast.Attribute) -> bool:
    """`x.__class__.__name__` is how many people write the name of a class."""
    return attribute.attr == "__class__" and any(
        isinstance(n, ast.Attribute) and n.value is attribute and n.attr == "__name__" for n in ast.walk(tree)
    )


@cache
def _numpy() -> frozenset[str]:
    import numpy as np

    return frozenset(dir(np)) - {"ctypeslib", "f2py", "testing", "load", "save", "memmap", "fromfile"}


def _module(line: int, module: str, imported: tuple[str, ...], surface: Surface) -> Iterator[FailureReport]:
    if module.partition(".")[0] in ALLOWED:
        return
    given = {*surface.names, *API_CLASSES, *ALIASES}
    if module.partition(".")[0] in ("codepolicy", "codepolicy_api", "primitives", "robot", "robot_api", "api") or (
        set(imported) <= given
    ):
        yield finding(
            line,
            f"there is no module {module!r} to import from",
            names=[module],
            hint="Delete this line: the primitives and their classes are already defined, with nothing before them.",
        )
        return
    near = closest(module.partition(".")[0], ALLOWED)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    yield finding(
        line,
        f"{module!r} may not be imported",
        names=[module],
        candidates=near,
        hint=f"{guess}Programs may import {', '.join(sorted(ALLOWED - {'__future__'}))}.",
    )
