"""Functions and classes of earlier programs, made anew from their text in a fresh process.

Making one calls no code of the program: decorators are dropped or the library's own, annotations stay text, default
values are constants or data. What would have to call something is not made.
"""

from __future__ import annotations
import __future__

import ast
import copy
import dataclasses
import enum
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar, cast

from codepolicy.sandbox import preloading

Namespace: TypeAlias = dict[str, Any]
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Node = TypeVar("Node", bound=ast.AST)
_BASES: Final = {
    "Enum": enum.Enum,
    "IntEnum": enum.IntEnum,
    "StrEnum": enum.StrEnum,
    "NamedTuple": typing.NamedTuple,
    "object": object,
}
_OWN: Final = {f"_codepolicy_{n}": v for n, v in _BASES.items()} | {
    "_codepolicy_dataclass": dataclasses.dataclass,
    "_codepolicy_field": dataclasses.field,
}
"""What a class may use while it is made, under names that no program can have taken."""
_DECORATORS: Final = {"property", "staticmethod", "classmethod"}
_SPECIAL: Final = frozenset(
    (
        *("__init__", "__post_init__", "__repr__", "__str__", "__len__", "__iter__", "__getitem__", "__contains__"),
        *("__call__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__", "__bool__"),
    )
)
"""Special methods that neither making a class nor filling an object or a dict calls."""


class NotInert(Exception):
    """Making this would run code of the program."""


def function_at(tree: ast.Module, line: int, name: str) -> Function:
    """The one function called `name` (or lambda) whose code begins on `line`.

    Raises:
        NotInert: there is none, or more than one.
    """
    found = [n for n in ast.walk(tree) if isinstance(n, Function) and _name_and_line(n) == (name, line)]
    if len(found) != 1:
        raise NotInert
    return found[0]


def _name_and_line(node: Function) -> tuple[str, int]:
    if isinstance(node, ast.Lambda):
        return "<lambda>", node.lineno
    return node.name, min(node.lineno, *(d.lineno for d in node.decorator_list), node.lineno)


def make_function(
    node: Function, namespace: Namespace, filename: str, defaults: object = None, keyword_defaults: object = None
) -> types.FunctionType:
    """The function of `node` in `namespace`, with default values that are data."""
    arguments = node.args
    plain = ast.arguments(
        posonlyargs=arguments.posonlyargs,
        args=arguments.args,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=[None] * len(arguments.kwonlyargs),
        kwarg=arguments.kwarg,
        defaults=[],
    )
    if isinstance(node, ast.Lambda):
        lambda_ = ast.copy_location(ast.Lambda(plain, node.body), node)
        code = compile(ast.Expression(lambda_), filename, "eval", dont_inherit=True)
        function = cast("types.FunctionType", eval(code, namespace))
    else:
        made = _changed(node, args=plain, decorator_list=[])
        function = cast("types.FunctionType", _defined(made, namespace, filename))
    function.__defaults__ = cast("tuple[Any, ...] | None", defaults)
    function.__kwdefaults__ = cast("dict[str, Any] | None", keyword_defaults)
    return function


def make_class(tree: ast.Module, line: int, name: str, namespace: Namespace, filename: str) -> type:
    """The class called `name` whose `class` stands on `line`.

    Raises:
        NotInert: it is not a plain class, dataclass, enumeration or named tuple with constants and methods.
    """
    found = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == name and n.lineno == line]
    if len(found) != 1 or found[0].keywords:
        raise NotInert
    node = found[0]
    inert = _changed(
        node,
        bases=[_own(base, _BASES) for base in node.bases],
        decorator_list=[_dataclass(d) for d in node.decorator_list],
        body=[_member(s, plain=not node.bases) for s in node.body],
    )
    namespace |= _OWN
    try:
        return cast("type", _defined(inert, namespace, filename))
    finally:
        for own in _OWN:
            namespace.pop(own, None)


def make_library(source: str, into: Namespace, filename: str, namespace: Namespace) -> None:
    """Imports, constants and functions of `source`; every other statement is passed over.

    Args:
        source: the text.
        into: where they are put.
        filename: of the text.
        namespace: the globals of the functions.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        match node:
            case ast.Import() | ast.ImportFrom():
                into |= _imported(node)
            case ast.FunctionDef():
                try:
                    defaults = tuple(constant(d) for d in node.args.defaults)
                    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                    keywords = {a.arg: constant(d) for a, d in named if d is not None}
                    into[node.name] = make_function(node, namespace, filename, defaults or None, keywords or None)
                except NotInert:
                    continue
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                try:
                    into[name] = constant(value)
                except NotInert:
                    continue
            case _:
                continue


def is_library_statement(node: ast.stmt) -> bool:
    """Whether `make_library` takes it: an import, a constant, a function with constant defaults, a docstring."""
    try:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                return True
            case ast.FunctionDef(decorator_list=[]):
                for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
                    constant(default)
                return True
            case (
                ast.Assign(targets=[ast.Name()], value=value)
                | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value)
            ):
                constant(value)
                return True
            case _:
                return False
    except NotInert:
        return False


def constant(node: ast.expr) -> Any:
    """The value of an expression of constants, e.g. `(0.5, -0.1)` or `{"a": 1 / 2}`.

    Raises:
        NotInert: it names or calls something.
    """
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            a, b = constant(left), constant(right)
            if type(a) not in (int, float) or type(b) not in (int, float) or max(abs(a), abs(b)) > 1e12:
                raise NotInert
            match op:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case _ if b:
                    return a / b
                case _:
                    raise NotInert
        case _:
            try:
                return ast.literal_eval(node)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
                raise NotInert from error


def _imported(node: ast.Import | ast.ImportFrom) -> Namespace:
    """What an import statement of preloaded modules binds."""
    bound: Namespace = {}
    known = (*preloading.MODULES, *preloading.SUBMODULES)
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if node.module in known and node.level == 0 and alias.name in vars(sys.modules[node.module]):
                bound[alias.asname or alias.name] = vars(sys.modules[node.module])[alias.name]
        elif alias.name in known:
            bound[alias.asname or alias.name.partition(".")[0]] = sys.modules[
                alias.name if alias.asname else alias.name.partition(".")[0]
            ]
    return bound


def _changed(node: Node, **fields: object) -> Node:
    """A copy of `node` with other fields."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _defined(node: ast.stmt, namespace: Namespace, filename: str) -> object:
    """What executing one `def` or `class` binds, taken out of `namespace` again."""
    name = cast("ast.FunctionDef | ast.ClassDef", node).name
    module = ast.fix_missing_locations(ast.Module([node], type_ignores=[]))
    flags = __future__.annotations.compiler_flag  # annotations are never evaluated
    before, had = namespace.get(name), name in namespace
    exec(compile(module, filename, "exec", flags, dont_inherit=True), namespace)
    made = namespace.pop(name)
    if had:
        namespace[name] = before
    return made


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            raise NotInert


def _own(node: ast.expr, known: Mapping[str, object]) -> ast.expr:
    name = _last(node)
    if name not in known:
        raise NotInert
    return ast.copy_location(ast.Name(f"_codepolicy_{name}", ast.Load()), node)


def _dataclass(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Call):
        if node.args:
            raise NotInert
        for keyword in node.keywords:
            constant(keyword.value)
        return ast.copy_location(ast.Call(_dataclass(node.func), [], node.keywords), node)
    if _last(node) != "dataclass":
        raise NotInert
    return ast.copy_location(ast.Name("_codepolicy_dataclass", ast.Load()), node)


def _member(node: ast.stmt, *, plain: bool) -> ast.stmt:
    """A statement of a class body, if executing it calls nothing of the program's."""
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None, target=ast.Name()):
            return node
        case ast.FunctionDef(name=name) if _ordinary(name) or (plain and name in _SPECIAL):
            for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
                constant(default)
            if any(not isinstance(d, ast.Name) or d.id not in _DECORATORS for d in node.decorator_list):
                raise NotInert
            return node
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _ordinary(name):
            constant(value)
            return node
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _ordinary(name):
            return _changed(node, value=_default(value))
        case _:
            raise NotInert


def _ordinary(name: str) -> bool:
    return not name.startswith("_")


def _default(node: ast.expr) -> ast.expr:
    """The default of a field: a constant, or `field(default_factory=list)`."""
    if not isinstance(node, ast.Call):
        constant(node)
        return node
    if _last(node.func) != "field" or node.args:
        raise NotInert
    for keyword in node.keywords:
        factory = isinstance(keyword.value, ast.Name) and keyword.value.id in ("list", "dict", "set")
        if not (keyword.arg == "default_factory" and factory):
            constant(keyword.value)
    return ast.copy_location(ast.Call(_named_field(node.func), [], node.keywords), node)


def _named_field(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Name("_codepolicy_field", ast.Load()), node)


def instance(cls: type[Any], fields: Mapping[str, object]) -> object:
    """An object of a class that `make_class` made, filled without calling anything of it."""
    if issubclass(cls, tuple):
        return cast("object", cast("Any", tuple).__new__(cls, tuple(fields.values())))
    made: object = object.__new__(cls)
    own = cast("dict[str, object]", getattr(made, "__dict__", {}))
    for name, value in fields.items():
        slot = cls.__dict__.get(name)
        if isinstance(slot, types.MemberDescriptorType):
            slot.__set__(made, value)
        else:
            own[name] = value
    return made


def fields_of(value: object) -> Iterator[tuple[str, object]]:
    """What `instance` needs to make `value` again."""
    cls = type(value)
    if issubclass(cls, tuple):
        yield from zip(cast("Any", cls)._fields, cast("tuple[object, ...]", value), strict=True)
        return
    yield from cast("dict[str, object]", getattr(value, "__dict__", {})).items()
    for name in cls.__dict__:
        if isinstance(slot := cls.__dict__[name], types.MemberDescriptorType):
            try:
                yield name, slot.__get__(value, cls)
            except AttributeError:
                continue
