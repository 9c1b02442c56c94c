"""What a call returned, as plain typed data for records; its text is made where it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

import msgspec
import numpy as np

from primitives.images import Image, ImageRef, Mask, MaskRef
from primitives.scene import Grasp, Pose, Region, Relation, SceneObject

MAX_ITEMS = 50
"""Of a list; the rest is counted."""
MAX_TEXT = 1000
"""Characters of a text, or of the text of a value that is none of the API's."""


class Numbers(msgspec.Struct, frozen=True, tag="numbers"):
    """An array, by its shape and the first of its values."""

    shape: tuple[int, ...]
    first: tuple[float, ...]


class More(msgspec.Struct, frozen=True, tag="more"):
    """Items of a list that are not kept."""

    count: int


Plain: TypeAlias = bool | int | float | str | None
Item: TypeAlias = SceneObject | Region | Pose | Grasp | Relation | ImageRef | MaskRef | Numbers | More | Plain
Result: TypeAlias = Item | list[Item]


def as_result(value: object) -> Result:
    """`value` as a record keeps it."""
    if isinstance(value, list | tuple):
        items = [_item(v) for v in cast("Sequence[object]", value)[:MAX_ITEMS]]
        rest = len(cast("Sequence[object]", value)) - len(items)
        return [*items, More(rest)] if rest else items
    return _item(value)


def _item(value: object) -> Item:
    match value:
        case SceneObject() | Region() | Pose() | Grasp() | Relation() | ImageRef() | MaskRef() | bool() | None:
            return value
        case int() | float():
            return value
        case str():
            return value[:MAX_TEXT]
        case Image():
            return ImageRef(value.id)
        case Mask():
            return MaskRef(value.id)
        case list() | tuple() | np.ndarray():
            return _numbers(cast("Sequence[object]", value))
        case np.generic():
            return cast("Plain", value.item())
        case _:
            return repr(value)[:MAX_TEXT]


def _numbers(value: Sequence[object]) -> Item:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return repr(value)[:MAX_TEXT]
    return Numbers(array.shape, tuple(float(v) for v in array.ravel()[:8]))


def result_text(result: Result) -> str:
    """`result` in few words: "ok" for nothing, a relation as its answer and the values behind it."""
    match result:
        case None:
            return "ok"
        case Relation():
            return f"{result.holds}: {result.text}"
        case list():
            items = [i for i in result if not isinstance(i, More)]
            rest = sum(i.count for i in result if isinstance(i, More)) + max(0, len(items) - 8)
            return "[" + ", ".join(_text(i) for i in items[:8]) + (f", … {rest} more" if rest else "") + "]"
        case _:
            return _text(result)


def show(value: object) -> str:
    """A value as short readable text, e.g. 'red block' for a `SceneObject`."""
    match value:
        case SceneObject() | Region():
            return repr(value.name)
        case Pose():
            return f"Pose({show(value.position)})"
        case Grasp():
            return f"Grasp({value.object!r})"
        case Relation():
            return f"Relation(holds={value.holds}, text={value.text!r})"[:120]
        case float():
            return f"{value:.4g}"
        case list() | tuple():
            items = cast("Sequence[object]", value)
            inner = ", ".join(show(v) for v in items[:8]) + (", …" if len(items) > 8 else "")
            return f"[{inner}]" if isinstance(value, list) else f"({inner})"
        case Image() | Mask() | ImageRef() | MaskRef():
            return f"<{type(value).__name__.removesuffix('Ref').lower()} {value.id}>"
        case _:
            text = repr(value)
            return text if len(text) <= 120 else text[:117] + "…"


def _text(item: Item) -> str:
    match item:
        case Numbers():
            values = ", ".join(f"{v:.4g}" for v in item.first)
            return f"array{list(item.shape)} of {values}" + (", …" if np.prod(item.shape) > len(item.first) else "")
        case _:
            return show(item)
