"""Python that calls the functions in the way of other robots' libraries, as it is written here.

`from robot import *`, `robot.put(…)` on a robot that nobody made, `self.put(…)` in a class that has no such method,
`await put(…)` under `asyncio.run(main())`: what is meant is plain, so it costs no turn. A program that asks such an
object for anything else is left as it is, for the gate to say what there is.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from codepolicy.prompting.primitive_names import every_name
from codepolicy.static_checks.imports import ALLOWED, API_CLASSES
from codepolicy.static_checks.parsing import parsed
from codepolicy.static_checks.undefined_names import bound_names

_CALLERS: Final = frozenset(("call", "invoke", "run", "execute", "remote"))
"""What is called on a function that is taken for an object: `put.call(…)`."""
_ROBOTS: Final = frozenset(
    (
        *("robot", "arm", "env", "environment", "api", "sim", "simulator", "world", "controller", "panda", "franka"),
        *("agent", "gripper", "manipulator", "skills", "primitives", "client", "r"),
    )
)
"""What models call a robot that a function is given."""
_WHOLE: Final = 1 << 20
"""More bytes than a line has."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A part of one line of the source, and what stands there instead."""

    line: int
    first: int
    end: int
    """Bytes of the line, from 0."""
    text: str


_Import: TypeAlias = ast.Import | ast.ImportFrom


def native(code: str) -> str:
    """`code` with the functions called by themselves, one after the other; its lines keep their numbers."""
    tree = parsed(code)
    if tree is None:
        return code
    edits = [*_of_objects(tree), *_of_coroutines(tree)]
    changed = _edited(code, edits)
    return changed if edits and parsed(changed) is not None else code


# Modules and objects.


def _of_objects(tree: ast.Module) -> Iterator[_Edit]:
    functions = every_name()
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    imports = {name: node for node in ast.walk(tree) if isinstance(node, _Import) for name in _foreign(node)}
    made = _constructed(tree, imports)
    strangers = {*imports, *made, *_unbound(tree), *_given(tree)}
    chains = list(_chains(tree))
    for node in {id(n): n for n in imports.values()}.values():
        names = set(_foreign(node))
        owners = (_is_owner(n, tree, chains) or n in _classes(made) for n in names)
        if names <= functions | {"*", *API_CLASSES} or all(owners):
            yield from _blanked(node)
    for name, node in made.items():
        if _is_owner(name, tree, chains):
            yield from _blanked(node)
    for chain in chains:
        root, leaf = _root(chain), chain.attr
        if root in functions and leaf in _CALLERS and isinstance(chain.value, ast.Name) and root not in own:
            yield from _span(chain, root)
        elif root in strangers and leaf in functions and leaf not in own and _is_owner(root, tree, chains):
            yield from _span(chain, leaf)
    for argument in _passed(tree):
        root = _root(argument.func if isinstance(argument, ast.Call) else argument)
        if root in strangers and (isinstance(argument, ast.Call) or _is_owner(root, tree, chains)):
            yield from _span(argument, "None")
    yield from _of_methods(tree)


def _of_methods(tree: ast.Module) -> Iterator[_Edit]:
    """`self.put(…)` in a class that has neither base nor such a method."""
    for cls in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and not n.bases):
        attributes = {n.attr for n in ast.walk(cls) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
        own = {n.name for n in cls.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)} | attributes
        for method in (n for n in cls.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.args.args):
            first = method.args.args[0].arg
            for node in ast.walk(method):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr) as chain):
                        if name == first and attr in every_name() - own:
                            yield from _span(chain, attr)
                    case _:
                        pass


def _foreign(node: ast.AST) -> Iterator[str]:
    """Names that an import binds from a module which no program can import."""
    match node:
        case ast.Import(names=names):
            if all(a.name.partition(".")[0] not in ALLOWED for a in names):
                yield from (a.asname or a.name.partition(".")[0] for a in names)
        case ast.ImportFrom(module=str() as module, names=names) if module.partition(".")[0] not in ALLOWED:
            if all(a.asname in (None, a.name) for a in names):
                yield from (a.name for a in names)
        case _:
            pass


def _constructed(tree: ast.Module, imports: Collection[str]) -> dict[str, ast.Assign]:
    """Names given to `Robot()`, a class that nothing defines."""
    unknown = {*imports, *_unbound(tree)}
    found: dict[str, ast.Assign] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function, args=args)):
                root = _root(function)
                named = function.attr if isinstance(function, ast.Attribute) else root
                plain = all(isinstance(a, ast.Constant) for a in args)
                if root in unknown and named[:1].isupper() and named not in API_CLASSES and plain:
                    found[name] = node
            case _:
                pass
    stores = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return {name: node for name, node in found.items() if stores.count(name) == 1}


def _classes(made: dict[str, ast.Assign]) -> set[str]:
    """The classes that were constructed, which an import may have brought."""
    return {_root(node.value.func) for node in made.values() if isinstance(node.value, ast.Call)}


def _given(tree: ast.Module) -> set[str]:
    """Parameters that by their names are robots, and names of nothing else."""
    names = {a.arg for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) for a in n.args.args}
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return {n for n in names - stored if n.lower() in _ROBOTS}


def _passed(tree: ast.Module) -> Iterator[ast.expr]:
    """What the program's own functions are given that may be a robot: names, and objects made on the spot."""
    own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own:
            for argument in (*node.args, *(k.value for k in node.keywords)):
                match argument:
                    case ast.Name() | ast.Call(func=ast.Name(), args=[], keywords=[]):
                        yield argument
                    case _:
                        pass


def _unbound(tree: ast.Module) -> set[str]:
    bound = bound_names(tree) | every_name() | {*API_CLASSES, *dir(builtins)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - bound


def _chains(tree: ast.Module) -> Iterator[ast.Attribute]:
    """What is called through attributes, `env.robot.put`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func):
            yield node.func


def _is_owner(name: str, tree: ast.Module, chains: Collection[ast.Attribute]) -> bool:
    """Whether every use of `name` is a call of one of the functions on it."""
    functions = every_name()
    passed = sum(isinstance(a, ast.Name) and a.id == name for a in _passed(tree))
    uses = sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(tree))
    called = [c for c in chains if _root(c) == name]
    return bool(called) and len(called) + passed == uses and all(c.attr in functions for c in called)


def _root(node: ast.expr) -> str:
    """The name at the left of a chain of attributes; "" where there is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


# Coroutines.


def _of_coroutines(tree: ast.Module) -> Iterator[_Edit]:
    """`async` and `await` left out, where nothing runs at the same time as something else."""
    nodes = list(ast.walk(tree))
    if not any(isinstance(n, ast.AsyncFunctionDef | ast.Await) or _asyncio(n) for n in nodes):
        return
    edits: list[_Edit] = []
    runs = 0
    for node in nodes:
        match node:
            case ast.AsyncFunctionDef():
                edits += _prefix(node, "async ")
            case ast.Await(value=ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep"))):
                edits += _span(node, "None")
                runs += 1
            case ast.Await(value=value):
                edits += [_Edit(node.lineno - 1, node.col_offset, value.col_offset, "")] if _on_one(node, value) else []
            case ast.Call(func=ast.Attribute(value=ast.Name(id="asyncio"), attr="run" | "gather") as function):
                edits += _span(function, "")
                runs += 1
            case ast.Import(names=[ast.alias(name="asyncio", asname=None)]):
                edits += _blanked(node)
            case ast.AsyncFor() | ast.AsyncWith() | ast.comprehension(is_async=1):
                return
            case _:
                pass
    if runs == sum(map(_asyncio, nodes)):  # else it needs what cannot be had
        yield from edits


def _asyncio(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "asyncio"


def _on_one(node: ast.expr, inner: ast.expr) -> bool:
    return node.lineno == inner.lineno


# Edits.


def _prefix(node: ast.stmt, text: str) -> Iterator[_Edit]:
    yield _Edit(node.lineno - 1, node.col_offset, node.col_offset + len(text), "")


def _span(node: ast.expr, text: str) -> Iterator[_Edit]:
    if node.end_lineno == node.lineno and node.end_col_offset is not None:
        yield _Edit(node.lineno - 1, node.col_offset, node.end_col_offset, text)


def _blanked(node: ast.stmt) -> Iterator[_Edit]:
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
    if end_line == node.lineno:
        yield _Edit(node.lineno - 1, node.col_offset, end, "pass")
        return
    yield _Edit(node.lineno - 1, node.col_offset, _WHOLE, "pass")
    yield from (_Edit(line, 0, _WHOLE, "") for line in range(node.lineno, end_line - 1))
    yield _Edit(end_line - 1, 0, end, "")


def _edited(code: str, edits: Collection[_Edit]) -> str:
    lines = [line.encode() for line in code.split("\n")]
    for edit in sorted(set(edits), key=lambda e: (e.line, e.first), reverse=True):
        row = lines[edit.line]
        lines[edit.line] = row[: edit.first] + edit.text.encode() + row[edit.end :]
    return b"\n".join(lines).decode()
