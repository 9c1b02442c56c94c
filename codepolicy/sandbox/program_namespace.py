"""What a program finds defined: its primitives, the API's classes, a few modules, and what earlier programs left."""

from __future__ import annotations

import ast
import builtins
import enum
import linecache
import re
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec
from numpy.typing import NDArray

from codepolicy.sandbox import definitions, preloading, session_values, wire
from primitives import failures, images, scene

VALUES: Final = (
    scene.SceneObject,
    scene.Region,
    scene.Pose,
    scene.Grasp,
    scene.Relation,
    images.Image,
    images.Mask,
    failures.Failure,
    *failures.FAILURES.values(),
)
"""Classes that every program sees under their own names."""
ALIASES: Final = {
    "NDArray": NDArray,
    "Obj": scene.SceneObject | str,
    "Quaternion": scene.Quaternion,
    "Target": scene.Target,
    "Vector2": scene.Vector2,
    "Vector3": scene.Vector3,
}
"""Names of types that stand in the stub, for the annotations of a program."""
_FILE: Final = re.compile(r"<program (\d{1,6})>")
_MAX_SOURCES: Final = 16


class ProgramNamespace:
    """The globals of one program."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        self.values: dict[str, Any] = module.__dict__
        self.labels: dict[str, str] = {}
        """What failures in a file are told to come from."""
        self._given: dict[str, Any] = {}
        self._sources: dict[int, str] = {}
        self._trees: dict[int, ast.Module] = {}
        self._number = 0
        sys.modules["__main__"] = module

    def load(self, run: wire.Run, primitives: Mapping[str, Callable[..., object]]) -> None:
        """Define everything that the program of `run` may use.

        Args:
            run: the program and what came before it.
            primitives: the functions that call the robot.
        """
        self._number = run.number
        self._given = {cls.__name__: cls for cls in VALUES} | ALIASES
        self._given |= {name: sys.modules[module] for name, module in preloading.GIVEN.items()}
        self._given |= {"__name__": "__main__", "__builtins__": builtins} | dict(primitives)
        self.values |= self._given
        for source in (*run.sources, wire.Source(run.number, "", run.source)):
            name = f"<program {source.number}>"
            self._sources[source.number] = source.text
            self.labels[name] = source.label
            linecache.cache[name] = (len(source.text), None, source.text.splitlines(True), name)
        before: dict[str, object] = {}
        for source in run.sources:
            if source.library:
                definitions.make_library(source.text, before, f"<program {source.number}>", self.values)
        self._define(before)
        self._given |= {n: v for n, v in before.items() if self._free(n)}  # they come back by themselves
        self._define(session_values.read(run.kept, self._resolve))

    def kept(self) -> tuple[dict[str, msgspec.Raw], tuple[int, ...]]:
        """What the next program finds, and the numbers of the programs whose text that needs."""
        own = {
            n: v for n, v in self.values.items() if self._free(n) and n != "goal" and self._given.get(n, self) is not v
        }
        kept = session_values.written(own, self._refer)
        used: dict[int, None] = {}
        for name in list(kept):
            number = self._text_of(own[name])
            if number is not None:
                used[number] = None
        return kept, tuple(sorted(used)[-_MAX_SOURCES:])

    def _define(self, values: Mapping[str, object]) -> None:
        self.values |= {n: v for n, v in values.items() if self._free(n)}

    def _free(self, name: str) -> bool:
        """Whether a program can leave something under this name: it hides nothing that the next one counts on."""
        hides = name in self._given and not self._is_library(name)
        own = not name.startswith(("__", "_codepolicy_"))
        return own and name.isidentifier() and len(name) <= 200 and not (hides or hasattr(builtins, name))

    def _is_library(self, name: str) -> bool:
        value = self._given[name]
        return isinstance(value, types.FunctionType) and _FILE.fullmatch(value.__code__.co_filename) is not None

    def _text_of(self, value: object) -> int | None:
        match self._refer(value):
            case ["function" | "class", int() as number, *_]:
                return number
            case _:
                return None

    def _refer(self, value: object) -> session_values.Form | None:
        """A function, a class or an object of one, by where its text stands."""
        if type(value) is types.FunctionType:
            code = value.__code__
            found = _FILE.fullmatch(code.co_filename)
            if found is None or code.co_freevars:
                return None
            where = [int(found[1]), code.co_firstlineno, code.co_name]
            return ["function", *where, value.__defaults__, value.__kwdefaults__]
        cls = value if isinstance(value, type) else type(value)
        if cls.__module__ != "__main__" or self.values.get(cls.__name__) is not cls:
            return None
        if isinstance(value, type):
            return next((["class", n, line, cls.__name__] for n, line in self._classes(cls.__name__)), None)
        if isinstance(value, enum.Enum):
            return ["member", cls.__name__, value.name]
        return ["instance", cls.__name__, dict(definitions.fields_of(value))]

    def _classes(self, name: str) -> list[tuple[int, int]]:
        """Where a class of that name is defined, the newest text first."""
        return [
            (number, node.lineno)
            for number in sorted(self._sources, reverse=True)
            for node in reversed(self._tree(number).body)
            if isinstance(node, ast.ClassDef) and node.name == name
        ]

    def _tree(self, number: int) -> ast.Module:
        if number not in self._trees:
            self._trees[number] = ast.parse(self._sources[number])
        return self._trees[number]

    def _resolve(self, kind: str, form: list[Any]) -> object:
        """What a reference of `session_values` stands for, made anew without running anything of a program."""
        match kind, form:
            case "function", [int() as number, int() as line, str() as name, defaults, keywords]:
                node = definitions.function_at(self._tree(number), line, name)
                filename = f"<program {number}>"
                return definitions.make_function(node, self.values, filename, defaults, keywords)
            case "class", [int() as number, int() as line, str() as name]:
                made = definitions.make_class(self._tree(number), line, name, self.values, f"<program {number}>")
                if not self._free(name):
                    raise session_values.NotKept
                self.values[name] = made
                return made
            case "instance", [str() as name, fields] if isinstance(fields, dict):
                return definitions.instance(self._class(name), cast("dict[str, object]", fields))
            case "member", [str() as name, str() as member]:
                return cast("type[enum.Enum]", self._class(name)).__members__[member]
            case _:
                raise session_values.NotKept

    def _class(self, name: str) -> type:
        """A class that was made again; nothing of the API is filled from outside."""
        cls = self.values[name]
        if not isinstance(cls, type) or cls.__module__ != "__main__":
            raise session_values.NotKept
        return cls
