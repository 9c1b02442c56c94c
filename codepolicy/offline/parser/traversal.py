"""The parts of a meaning, whatever it is made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TypeVar, cast

from codepolicy.offline.parser.meaning import Thing

_T = TypeVar("_T")


def instances(meaning: object, kind: type[_T]) -> Iterator[_T]:
    """Every part of a meaning that is of one kind, outermost first."""
    if isinstance(meaning, kind):
        yield meaning
    if isinstance(meaning, tuple):
        for part in cast("tuple[object, ...]", meaning):
            yield from instances(part, kind)
    elif dataclasses.is_dataclass(meaning):
        for f in dataclasses.fields(meaning):
            yield from instances(getattr(meaning, f.name), kind)


def things_in(meaning: object) -> Iterator[Thing]:
    """Every noun phrase of a meaning."""
    return instances(meaning, Thing)
