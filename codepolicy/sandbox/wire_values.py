"""What primitives take and return, as it crosses the wire: value classes, plain data, images and arrays."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.images import Image, ImageRef, Mask, MaskRef
from primitives.scene import Grasp, Pose, Region, Relation, SceneObject

MAX_ARGUMENTS = 1 << 18
"""Bytes that the arguments of one call may take when encoded, all together; no primitive takes as much."""

Array: TypeAlias = NDArray[Any]


class ArrayValue(msgspec.Struct, frozen=True, tag="array"):
    """An array whose bytes follow the frame."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def empty(self) -> Array:
        """An array of this shape to receive the bytes into."""
        return np.empty(self.shape, np.dtype(self.dtype))


class ImageValue(msgspec.Struct, frozen=True, tag="image_value"):
    """An `Image`; its four arrays follow."""

    id: int
    camera: str
    rgb: ArrayValue
    depth: ArrayValue
    K: ArrayValue
    T_base_camera: ArrayValue


class MaskValue(msgspec.Struct, frozen=True, tag="mask_value"):
    """A `Mask`; its pixels follow."""

    id: int
    image: int
    name: str
    pixels: ArrayValue


class ListValue(msgspec.Struct, frozen=True, tag="list"):
    """A list."""

    items: list[Value]


class TupleValue(msgspec.Struct, frozen=True, tag="tuple"):
    """A tuple."""

    items: list[Value]


class DictValue(msgspec.Struct, frozen=True, tag="dict"):
    """A dict with text keys."""

    items: dict[str, Value]


Value: TypeAlias = (
    SceneObject
    | Region
    | Pose
    | Grasp
    | Relation
    | ArrayValue
    | ImageValue
    | MaskValue
    | ListValue
    | TupleValue
    | DictValue
    | bool
    | int
    | float
    | str
    | None
)
"""What a primitive may return, on its way to the program."""


def pack(value: object, arrays: list[Array]) -> Value:
    """A primitive's result as it crosses the wire; the arrays in it are appended to `arrays`.

    Raises:
        TypeError: a primitive returned something that no program can receive.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case SceneObject() | Region() | Pose() | Grasp() | Relation():
            return value
        case np.generic():
            return pack(cast("object", value.item()), arrays)
        case np.ndarray():
            return _array(cast("Array", value), arrays)
        case Image():
            rgb, depth, k, t = (_array(a, arrays) for a in (value.rgb, value.depth, value.K, value.T_base_camera))
            return ImageValue(value.id, value.camera, rgb, depth, k, t)
        case Mask():
            return MaskValue(value.id, value.image, value.name, _array(value.pixels, arrays))
        case list():
            return ListValue([pack(v, arrays) for v in cast("list[object]", value)])
        case tuple():
            return TupleValue([pack(v, arrays) for v in cast("tuple[object, ...]", value)])
        case dict():
            return DictValue({str(k): pack(v, arrays) for k, v in cast("dict[object, object]", value).items()})
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be returned to a program")


def _array(array: NDArray[np.generic], arrays: list[Array]) -> ArrayValue:
    if array.dtype.hasobject:
        raise TypeError("an array of Python objects cannot be returned to a program")
    arrays.append(np.ascontiguousarray(array))
    return ArrayValue(array.dtype.str, array.shape)


def named_arrays(value: Value) -> list[ArrayValue]:
    """The arrays of a packed value, in the order in which their bytes follow the frame."""
    match value:
        case ArrayValue():
            return [value]
        case ImageValue():
            return [value.rgb, value.depth, value.K, value.T_base_camera]
        case MaskValue():
            return [value.pixels]
        case ListValue() | TupleValue():
            return [a for item in value.items for a in named_arrays(item)]
        case DictValue():
            return [a for item in value.items.values() for a in named_arrays(item)]
        case _:
            return []


def unpack(value: Value, arrays: list[Array]) -> object:
    """What the program receives; takes its arrays from the front of `arrays`."""
    match value:
        case ArrayValue():
            return arrays.pop(0)
        case ImageValue():
            rgb, depth, k, t = (arrays.pop(0) for _ in range(4))
            return Image(
                value.id,
                value.camera,
                cast("NDArray[np.uint8]", rgb),
                cast("NDArray[np.float32]", depth),
                cast("NDArray[np.float64]", k),
                cast("NDArray[np.float64]", t),
            )
        case MaskValue():
            return Mask(value.id, value.image, value.name, cast("NDArray[np.bool_]", arrays.pop(0)))
        case ListValue():
            return [unpack(v, arrays) for v in value.items]
        case TupleValue():
            return tuple(unpack(v, arrays) for v in value.items)
        case DictValue():
            return {k: unpack(v, arrays) for k, v in value.items.items()}
        case _:
            return value


def argument(value: object) -> msgspec.Raw:
    """One argument of a call as MessagePack bytes, in the policy process.

    Raises:
        TypeError: nothing on the wire stands for it.
        ValueError: larger than `MAX_ARGUMENTS`.
        OverflowError: an integer beyond 64 bits.
    """
    reference = (
        ImageRef(value.id) if isinstance(value, Image) else MaskRef(value.id) if isinstance(value, Mask) else value
    )
    encoded = msgspec.msgpack.encode(reference, enc_hook=_plain)
    checked_size(len(encoded))
    return msgspec.Raw(encoded)


def checked_size(size: int) -> None:
    """Raises ValueError where arguments of `size` bytes are more than a primitive takes."""
    if size > MAX_ARGUMENTS:
        raise ValueError(f"arguments of {size} bytes exceed the {MAX_ARGUMENTS} bytes that a primitive takes")


def _plain(value: object) -> object:
    match value:
        case np.ndarray():
            return cast("object", value.tolist())
        case np.generic():
            return cast("object", value.item())
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be an argument of a primitive")
