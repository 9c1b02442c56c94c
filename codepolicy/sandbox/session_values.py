"""What a session keeps from one program to the next, as data: written by the process that ran the one program, read by
the fresh process that runs the next.

The writer is not trusted. What it writes is bytes to the host, and to the reader a tree of the forms below: plain
values, arrays, the API's value classes, and *references* to functions, classes and modules, which the reader makes
anew from the text of earlier programs and from its own modules. Reading calls no code of any program.
"""

from __future__ import annotations

import collections
import enum
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

import msgspec
import numpy as np

from codepolicy.sandbox import preloading
from primitives import scene

MAX_BYTES: Final = 512 << 10
"""What one program may leave to the next, in bytes."""
MAX_DEPTH: Final = 40
MAX_NAMES: Final = 1000
_STRUCTS: Final = {c.__name__: c for c in (scene.SceneObject, scene.Region, scene.Pose, scene.Grasp, scene.Relation)}
_SEQUENCES: Final[dict[str, type]] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_MAPPINGS: Final[dict[str, type]] = {
    "dict": dict,
    "OrderedDict": collections.OrderedDict,
    "Counter": collections.Counter,
}
_FACTORIES: Final = {"list": list, "dict": dict, "set": set, "int": int, "float": float, "str": str}
_MODULES: Final = frozenset((*preloading.MODULES, *preloading.SUBMODULES))

Form = Any
"""A number, a text, None, or a list that begins with the name of what it stands for."""
Refer = Callable[[object], Form | None]
"""How a function, a class or one of its instances is named; None for anything else."""
Resolve = Callable[[str, list[Form]], object]
"""What such a name stands for here."""


class NotKept(Exception):
    """A value that ends with its program."""


def written(values: Mapping[str, object], refer: Refer) -> dict[str, msgspec.Raw]:
    """The values that can be kept, as MessagePack, until `MAX_BYTES` are used up.

    Args:
        values: by name.
        refer: names functions, classes and their instances.
    """
    kept: dict[str, msgspec.Raw] = {}
    left = MAX_BYTES
    for name, value in values.items():
        try:
            data = msgspec.msgpack.encode(_Writer(refer, left).form(value))
        except (NotKept, RecursionError, MemoryError, TypeError, ValueError, OverflowError):
            continue
        size = len(data) + len(name)
        if size > left or len(kept) >= MAX_NAMES:
            continue
        left -= size
        kept[name] = msgspec.Raw(data)
    return kept


class _Writer:
    """Values to forms. Exact types alone: a subclass may hold anything."""

    def __init__(self, refer: Refer, left: int) -> None:
        self._refer = refer
        self._left = left

    def form(self, value: object, depth: int = 0) -> Form:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise NotKept
        kind = type(value)
        if value is None or kind in (bool, float):
            return value
        if kind is int:
            number = cast("int", value)
            return number if -(2**63) <= number < 2**63 else ["int", hex(number)]
        if kind is str or kind is bytes:
            self._left -= len(cast("str", value))
            return cast("str", value).encode("utf-8", "replace").decode() if kind is str else ["bytes", value]
        inner = depth + 1
        if kind.__name__ in _SEQUENCES and kind is _SEQUENCES[kind.__name__]:
            return [kind.__name__, *(self.form(v, inner) for v in cast("Iterable[object]", value))]
        if kind.__name__ in _MAPPINGS and kind is _MAPPINGS[kind.__name__]:
            return [kind.__name__, *self._pairs(cast("Mapping[object, object]", value), inner)]
        if kind is collections.defaultdict:
            table = cast("collections.defaultdict[object, object]", value)
            factory = next((n for n, f in _FACTORIES.items() if f is table.default_factory), None)
            return ["defaultdict", factory, *self._pairs(table, inner)]
        if kind is collections.deque:
            queue = cast("collections.deque[object]", value)
            return ["deque", queue.maxlen, *(self.form(v, inner) for v in queue)]
        return self._other(value, kind, inner)

    def _other(self, value: object, kind: type, depth: int) -> Form:
        if kind.__name__ in _STRUCTS and kind is _STRUCTS[kind.__name__]:
            fields = cast("msgspec.Struct", value).__struct_fields__
            return ["struct", kind.__name__, *(self.form(getattr(value, f), depth) for f in fields)]
        if kind is np.ndarray or issubclass(kind, np.generic):
            array = np.asarray(cast("Any", value))
            if array.dtype.kind not in "biufcUSmM":
                raise NotKept
            self._left -= array.nbytes
            if self._left < 0:
                raise NotKept
            return ["array" if kind is np.ndarray else "scalar", array.dtype.str, list(array.shape), array.tobytes()]
        if kind is types.ModuleType:
            return ["module", cast("types.ModuleType", value).__name__]
        if (named := self._refer(value)) is not None:
            if named[0] == "instance":
                return [*named[:2], *self._pairs(named[2], depth)]
            return [*named[:4], *(self.form(v, depth) for v in named[4:])]
        module, name = str(getattr(value, "__module__", "")), str(getattr(value, "__name__", ""))
        if module in _MODULES and getattr(sys.modules[module], name, None) is value:
            return ["attribute", module, name]
        raise NotKept

    def _pairs(self, table: Mapping[object, object], depth: int) -> list[Form]:
        return [[self.form(k, depth), self.form(v, depth)] for k, v in table.items()]


def read(kept: Mapping[str, msgspec.Raw], resolve: Resolve) -> dict[str, object]:
    """The values that `kept` stands for; what is malformed is left out.

    Args:
        kept: as `written`, by whom ever.
        resolve: makes functions, classes and instances anew.
    """
    values: dict[str, object] = {}
    references = ("function", "class")
    forms: dict[str, Form] = {}
    for name, raw in kept.items():
        try:
            forms[name] = msgspec.msgpack.decode(raw)
        except (msgspec.MsgspecError, RecursionError):
            continue
    first = [n for n, f in forms.items() if isinstance(f, list) and f and f[0] in references]
    for name in (*first, *(n for n in forms if n not in first)):  # instances need their classes
        try:
            values[name] = _Reader(resolve).value(forms[name])
        except Exception:
            continue
    return values


class _Reader:
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def value(self, form: Form) -> object:
        if not isinstance(form, list):
            if form is None or type(form) in (bool, int, float, str):
                return form
            raise NotKept
        kind, *rest = cast("list[Any]", form)
        if kind in _SEQUENCES:
            return _SEQUENCES[kind](self.value(v) for v in rest)
        if kind in _MAPPINGS:
            return _MAPPINGS[kind](dict(self._pairs(rest)))
        match kind:
            case "int":
                return int(rest[0], 16)
            case "bytes":
                return bytes(rest[0])
            case "defaultdict":
                return collections.defaultdict(_FACTORIES.get(rest[0]), self._pairs(rest[1:]))
            case "deque":
                return collections.deque((self.value(v) for v in rest[1:]), rest[0])
            case "struct":
                struct: Any = _STRUCTS[rest[0]]
                return struct(**dict(zip(struct.__struct_fields__, map(self.value, rest[1:]), strict=True)))
            case "array" | "scalar":
                array = _array(*rest)
                return array if kind == "array" else array[()]
            case "module":
                return _module(rest[0])
            case "attribute":
                return _attribute(*rest)
            case "instance":
                return self._resolve(kind, [rest[0], dict(self._pairs(rest[1:]))])
            case "function":
                return self._resolve(kind, [*rest[:3], *(self.value(v) for v in rest[3:])])
            case "class" | "member":
                return self._resolve(kind, rest)
            case _:
                raise NotKept

    def _pairs(self, rest: list[Form]) -> list[tuple[Any, object]]:
        return [(self.value(k), self.value(v)) for k, v in rest]


def _array(dtype: str, shape: list[int], data: bytes) -> np.ndarray[Any, Any]:
    kind = np.dtype(dtype)
    if kind.hasobject:
        raise NotKept
    return np.frombuffer(data, kind).reshape(shape).copy()


def _module(name: str) -> types.ModuleType:
    if name not in _MODULES:
        raise NotKept
    return sys.modules[name]


def _attribute(module: str, name: str) -> object:
    found = vars(_module(module))[name]
    if isinstance(found, types.ModuleType) or not (callable(found) or isinstance(found, enum.Enum)):
        raise NotKept
    return found
