"""What a grammar rule is made of: the tokens and the meanings of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from lark import Token

T = TypeVar("T")
L = TypeVar("L", bound=str)


class Implausible(Exception):
    """The words fit the rule, but nobody would mean that."""


def one_of(value: str, allowed: Sequence[L]) -> L:
    """`value` as one of the `allowed` ones. Raises Implausible when it is none of them."""
    for choice in allowed:
        if choice == value:
            return choice
    raise Implausible(f"{value!r} is none of {', '.join(allowed)}")


class Parts:
    """The children of one node, asked for by terminal or by type."""

    __slots__ = ("children",)

    def __init__(self, children: Sequence[object]) -> None:
        self.children = children

    def has(self, *kinds: str) -> bool:
        """Whether there is a token of one of these terminals."""
        return any(isinstance(c, Token) and c.type in kinds for c in self.children)

    def tokens(self, *kinds: str) -> list[str]:
        """Values of the tokens of these terminals, in order."""
        return [str(c) for c in self.children if isinstance(c, Token) and c.type in kinds]

    def token(self, *kinds: str) -> str:
        """Value of the first token of these terminals, or ""."""
        return next(iter(self.tokens(*kinds)), "")

    def all(self, kind: type[T]) -> list[T]:
        """The meanings of one type, in order."""
        return [c for c in self.children if isinstance(c, kind) and not isinstance(c, Token)]

    def maybe(self, kind: type[T]) -> T | None:
        """The first meaning of a type, if any."""
        return next(iter(self.all(kind)), None)

    def one(self, kind: type[T]) -> T:
        """The first meaning of a type. Raises Implausible when there is none."""
        found = self.maybe(kind)
        if found is None:
            raise Implausible(f"no {kind.__name__}")
        return found


Rule: TypeAlias = Callable[[Parts], object]
