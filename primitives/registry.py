"""The one set of functions that a policy can call, and the surfaces that filter it.

    @primitive(surfaces=("skill", "tool"), kind="perception")
    def find(ctx: Context, query: str) -> SceneObject:
        \"\"\"…this docstring is the prompt, the stub and the manual page…\"\"\"

The first parameter is the context and never shows. Everything else follows from the signature and the docstring:
stub, prompt, wire decoding, static checks and documentation.
"""

from __future__ import annotations

import builtins
import inspect
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from primitives.errors import unknown_name

Level = Literal["skill", "tool", "joint"]
Kind = Literal["perception", "motion", "other", "ending"]
"""ending: what ends the instruction with words to the person."""

LEVELS: tuple[Level, ...] = ("skill", "tool", "joint")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a primitive as a program sees it."""

    name: str
    annotation: Any
    """Resolved type, ready for `msgspec.convert`."""
    text: str
    """The annotation as written in the source."""
    default: Any = inspect.Parameter.empty
    keyword_only: bool = False

    @property
    def required(self) -> bool:
        """Whether a call must give it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Primitive:
    """A registered primitive."""

    name: str
    function: Callable[..., Any]
    surfaces: frozenset[Level]
    kind: Kind
    parameters: tuple[Parameter, ...]
    returns: Any
    returns_text: str
    doc: str

    @property
    def signature(self) -> str:
        """The signature as it stands in the stub, e.g. `find(query: str) -> SceneObject`."""
        parts: list[str] = []
        star = False
        for p in self.parameters:
            if p.keyword_only and not star:
                parts.append("*")
                star = True
            parts.append(f"{p.name}: {p.text}" + ("" if p.required else f" = {p.default!r}"))
        return f"{self.name}({', '.join(parts)}) -> {self.returns_text}"


_REGISTRY: dict[str, Primitive] = {}


def primitive(*, surfaces: Iterable[Level], kind: Kind) -> Callable[[F], F]:
    """Register the decorated function. Its name, signature and docstring become part of the named surfaces.

    Raises:
        ValueError: the name is taken or Python's own, the docstring is missing, or a parameter has no annotation.
    """

    def register(function: F) -> F:
        name = function.__name__
        doc = inspect.getdoc(function)
        if name in _REGISTRY:
            raise ValueError(f"primitive {name!r} is registered twice")
        if hasattr(builtins, name):
            raise ValueError(f"primitive {name!r} would hide Python's own {name}; give it another name")
        if not doc:
            raise ValueError(f"primitive {name!r} has no docstring; it is what the model reads")
        hints = typing.get_type_hints(function)
        _, *shown = inspect.signature(function).parameters.values()
        for p in shown:
            if p.name not in hints:
                raise ValueError(f"parameter {p.name!r} of primitive {name!r} has no annotation")
        _REGISTRY[name] = Primitive(
            name=name,
            function=function,
            surfaces=frozenset(surfaces),
            kind=kind,
            parameters=tuple(
                Parameter(
                    p.name,
                    hints[p.name],
                    str(p.annotation),
                    p.default,
                    keyword_only=p.kind is inspect.Parameter.KEYWORD_ONLY,
                )
                for p in shown
            ),
            returns=hints.get("return", type(None)),
            returns_text=str(inspect.signature(function).return_annotation),
            doc=doc,
        )
        return function

    return register


@dataclass(frozen=True, slots=True)
class Surface:
    """The primitives that a program of one level may call."""

    level: Level
    primitives: tuple[Primitive, ...]

    def __contains__(self, name: str) -> bool:
        return any(p.name == name for p in self.primitives)

    def get(self, name: str) -> Primitive:
        """The primitive called `name`. Raises ConfigurationError with close matches."""
        for p in self.primitives:
            if p.name == name:
                return p
        raise unknown_name("primitive", name, self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the order of registration."""
        return tuple(p.name for p in self.primitives)

    def only(self, *kinds: Kind) -> Surface:
        """The same surface with the given kinds alone, e.g. without motion for a goal check."""
        return Surface(self.level, tuple(p for p in self.primitives if p.kind in kinds))


def registered() -> tuple[Primitive, ...]:
    """Every primitive registered so far, in that order."""
    return tuple(_REGISTRY.values())
