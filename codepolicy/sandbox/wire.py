"""Frames between the robot process and the policy process.

Every frame is a little-endian uint32 length and that many bytes of MessagePack; frames to the policy process may be
followed by raw array bytes, in the order in which the arrays are named. What comes from the policy process is not
trusted: it is decoded to the types below and nothing else, within `MAX_INBOUND` bytes. Nothing is ever pickled.
"""

from __future__ import annotations

import struct
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.failures import FailureReport
from primitives.images import Image, ImageRef, Mask, MaskRef
from primitives.scene import Grasp, Pose, Region, Relation, SceneObject

MAX_INBOUND = 1 << 20
"""Largest frame accepted from the policy process, in bytes."""
MAX_ARGUMENT = 1 << 18
"""Largest encoded argument that an honest program may send, in bytes; no primitive takes as much."""
MAX_OUTBOUND = 64 << 20
"""Largest frame sent to the policy process, arrays included, in bytes."""
LENGTH = struct.Struct("<I")

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


class Run(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """Execute a program."""

    source: str
    names: tuple[str, ...]
    """The primitives it may call."""
    entry: Literal["program", "goal"]


class Returned(msgspec.Struct, frozen=True, tag="returned"):
    """A primitive returned."""

    value: Value


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """A primitive failed."""

    index: int
    """Number of the call, by which the policy process names it again when the program does not catch it."""
    report: FailureReport


Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=16_384)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]
Line: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The policy process is confined and waits."""

    layers: Annotated[tuple[Name, ...], msgspec.Meta(max_length=32)]


class Call(msgspec.Struct, frozen=True, tag="call"):
    """The program calls a primitive; the arguments stay MessagePack bytes until the primitive's types decode them."""

    name: Name
    args: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=64)]
    kwargs: Annotated[dict[Name, msgspec.Raw], msgspec.Meta(max_length=64)]
    line: Line | None


class Output(msgspec.Struct, frozen=True, tag="output"):
    """The program printed."""

    text: Text


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The program is over."""

    names: Annotated[tuple[Name, ...], msgspec.Meta(max_length=1000)] = ()
    """What it leaves defined for the next program of the session."""
    error: Text | None = None
    """What it raised, as `Type: message`; None when it finished."""
    kind: Literal["policy_error", "bad_argument"] = "policy_error"
    index: int | None = None
    """The call whose failure it did not catch."""
    line: Line | None = None
    hint: Text | None = None
    traceback: Text = ""


Inbound: TypeAlias = Ready | Call | Output | Ended
Outbound: TypeAlias = Run | Returned | Raised

_encoder = msgspec.msgpack.Encoder()
_inbound: msgspec.msgpack.Decoder[Inbound] = msgspec.msgpack.Decoder(Inbound)
_outbound: msgspec.msgpack.Decoder[Outbound] = msgspec.msgpack.Decoder(Outbound)


class ProtocolViolation(Exception):
    """The policy process sent what no program of ours sends. One sentence."""


def decode_inbound(body: bytes) -> Inbound:
    """A frame from the policy process.

    Raises:
        ProtocolViolation: it is not exactly one of the `Inbound` messages.
    """
    try:
        return _inbound.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ProtocolViolation(f"sent a malformed frame of {len(body)} bytes: {str(error)[:200]}") from error


def decode_outbound(body: bytes) -> Outbound:
    """A frame from the robot process, which is trusted."""
    return _outbound.decode(body)


def frame(message: Inbound | Outbound) -> bytes:
    """The message with its length before it."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


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
        ValueError: larger than `MAX_ARGUMENT`.
        OverflowError: an integer beyond 64 bits.
    """
    reference = (
        ImageRef(value.id) if isinstance(value, Image) else MaskRef(value.id) if isinstance(value, Mask) else value
    )
    encoded = msgspec.msgpack.encode(reference, enc_hook=_plain)
    if len(encoded) > MAX_ARGUMENT:
        raise ValueError(f"an argument of {len(encoded)} bytes exceeds the {MAX_ARGUMENT} bytes that a primitive takes")
    return msgspec.Raw(encoded)


def _plain(value: object) -> object:
    match value:
        case np.ndarray():
            return cast("object", value.tolist())
        case np.generic():
            return cast("object", value.item())
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be an argument of a primitive")
