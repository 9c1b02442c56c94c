"""From bytes on the wire to the arguments of a primitive, by its annotations. Nothing here trusts the sender."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np

from primitives.failures import BadArgument
from primitives.images import Image, ImageRef, Mask, MaskRef
from primitives.registry import Parameter, Primitive

MAX_BYTES = 65_536
"""Largest encoded argument; a thousand joint waypoints fit, an image does not."""
MAX_TEXT = 2_000
"""Longest string."""
MAX_MAGNITUDE = 1e4
"""Largest number; no length, angle or duration on a table comes near it."""

_REFERENCES: dict[Any, Any] = {Image: ImageRef, Mask: MaskRef}


def bind(primitive: Primitive, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw]) -> dict[str, object]:
    """Match a call against the signature and decode every argument.

    Args:
        primitive: what is called.
        args: MessagePack bytes of the positional arguments.
        kwargs: MessagePack bytes of the keyword arguments.

    Returns:
        Values by parameter name; parameters left to their defaults are absent.

    Raises:
        BadArgument: too many, unknown, missing, of the wrong type, not finite, or absurdly large.
    """
    positional = [p for p in primitive.parameters if not p.keyword_only]
    if len(args) > len(positional):
        raise _misfit(primitive, f"takes {len(positional)} positional arguments, {len(args)} were given")
    given = {p.name: raw for p, raw in zip(positional, args, strict=False)}
    by_name = {p.name: p for p in primitive.parameters}
    for name, raw in kwargs.items():
        if name not in by_name:
            raise _misfit(primitive, f"has no parameter {name!r}", tuple(by_name))
        if name in given:
            raise _misfit(primitive, f"got {name!r} twice")
        given[name] = raw
    missing = [p.name for p in primitive.parameters if p.required and p.name not in given]
    if missing:
        raise _misfit(primitive, f"lacks the argument {missing[0]!r}")
    return {name: _decode(primitive, by_name[name], raw) for name, raw in given.items()}


def encode(value: object) -> msgspec.Raw:
    """The bytes of a plain Python value, as a program's process would send it."""
    sent = _plain(value) if isinstance(value, Image | Mask) else value
    return msgspec.Raw(msgspec.msgpack.encode(sent, enc_hook=_plain))


def _misfit(primitive: Primitive, what: str, candidates: tuple[str, ...] = ()) -> BadArgument:
    return BadArgument(f"{primitive.name} {what}", expected=primitive.signature, candidates=candidates)


def _decode(primitive: Primitive, parameter: Parameter, raw: msgspec.Raw) -> object:
    data = memoryview(raw)
    where = f"argument {parameter.name!r} of {primitive.name}"
    if data.nbytes > MAX_BYTES:
        raise BadArgument(f"{where} is {data.nbytes} bytes; the limit is {MAX_BYTES}", expected=parameter.text)
    decode, lengths = _decoder(parameter.annotation)
    try:
        value: object = decode(data)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise BadArgument(f"{where} is of the wrong type: {error}", expected=parameter.text) from error
    if (count := _length(value)) is not None and lengths and count not in lengths:
        numbers = " or ".join(str(n) for n in sorted(lengths))
        raise BadArgument(
            f"{where} has {count} numbers",
            expected=f"{numbers} numbers",
            hint="Adding tuples joins them: take them apart, x, y, z = obj.position, and write (x + 0.1, y).",
        )
    if (fault := _fault(value)) is not None:
        raise BadArgument(f"{where} {fault}", expected=parameter.text)
    return value


def _length(value: object) -> int | None:
    return len(typing.cast("tuple[object, ...]", value)) if isinstance(value, tuple) else None


def _fault(value: object) -> str | None:
    match value:
        case bool() | None:
            return None
        case int() | float():
            if not math.isfinite(value):
                return f"holds {value}, which is not a finite number"
            return (
                f"holds {value:g}; nothing larger than {MAX_MAGNITUDE:g} makes sense"
                if abs(value) > MAX_MAGNITUDE
                else None
            )
        case str():
            return f"is a text of {len(value)} characters; the limit is {MAX_TEXT}" if len(value) > MAX_TEXT else None
        case list() | tuple():
            parts: Sequence[object] = typing.cast("Sequence[object]", value)
        case dict():
            parts = list(typing.cast("dict[str, object]", value).values())
        case msgspec.Struct():
            parts = [getattr(value, name) for name in value.__struct_fields__]
        case _:
            return f"is a {type(value).__name__}, which no primitive takes"
    return next((fault for part in parts if (fault := _fault(part)) is not None), None)


@cache
def _decoder(annotation: Any) -> tuple[Callable[[memoryview], object], frozenset[int]]:
    wire, lengths = _wire_type(annotation)
    return msgspec.msgpack.Decoder(wire).decode, lengths


def _wire_type(annotation: Any) -> tuple[Any, frozenset[int]]:
    """The type to decode as; for a union of tuples of floats also the lengths that are allowed.

    MessagePack has one kind of array, so a union may hold one array type: tuples of several lengths become one of any
    length, and lists of several types one list of their union.
    """
    if annotation in _REFERENCES:
        return _REFERENCES[annotation], frozenset()
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, frozenset()
    members = typing.get_args(annotation)
    tuples = [m for m in members if typing.get_origin(m) is tuple]
    lists = [m for m in members if typing.get_origin(m) is list]
    others: list[Any] = [_REFERENCES.get(m, m) for m in members if m not in tuples and m not in lists]
    lengths: frozenset[int] = frozenset()
    if len(tuples) > 1:
        lengths = frozenset(len(typing.get_args(t)) for t in tuples)
        tuples = [tuple[float, ...]]
    if len(lists) > 1:
        inner = tuple(typing.get_args(m)[0] for m in lists)
        lists = [list[typing.Union[inner]]]  # noqa: UP007 - built at run time
    return typing.Union[tuple(others + tuples + lists)], lengths  # noqa: UP007 - built at run time


def _plain(value: object) -> object:
    match value:
        case np.ndarray():
            return typing.cast("object", value.tolist())
        case np.generic():
            return typing.cast("object", value.item())
        case Image():
            return ImageRef(value.id)
        case Mask():
            return MaskRef(value.id)
        case _:
            raise NotImplementedError(f"a {type(value).__name__} cannot be an argument")
