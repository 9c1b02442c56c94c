"""Frames between the robot process and the policy process.

Every frame is a little-endian uint32 length and that many bytes of MessagePack; frames to the policy process may be
followed by raw array bytes, in the order in which the arrays are named. What comes from the policy process is not
trusted: it is decoded to the types below and nothing else, within `MAX_INBOUND` bytes. Nothing is ever pickled.
"""

from __future__ import annotations

import struct
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from codepolicy.sandbox.wire_values import Value
from primitives.failures import FailureReport

MAX_INBOUND = 1 << 20
"""Largest frame accepted from the policy process, in bytes."""
MAX_ARGUMENT_COUNT = 64
"""Most arguments of a call."""
MAX_OUTBOUND = 64 << 20
"""Largest frame sent to the policy process, arrays included, in bytes."""
LENGTH = struct.Struct("<I")


class Source(msgspec.Struct, frozen=True):
    """Text from which functions and classes are made again."""

    number: int
    """Of the program, counted through the session; its file is called `<program number>`."""
    label: str
    """What failures in its functions are told to come from; empty for an earlier program."""
    text: str
    library: bool = False
    """Whether all its imports, constants and functions are defined; else only what is `kept` by reference."""


class Run(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """Execute a program, in a process that has executed none."""

    number: int
    source: str
    names: tuple[str, ...]
    """The primitives it may call."""
    entry: Literal["program", "goal"]
    label: str = ""
    """What failures in functions that it defines are told to come from in later programs."""
    sources: tuple[Source, ...] = ()
    kept: dict[str, msgspec.Raw] = {}
    """What earlier programs left, in the form of `session_values`."""
    seed: int = 0
    """Of the random generators, and of the clock where it is fixed."""


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
    args: Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=MAX_ARGUMENT_COUNT)]
    kwargs: Annotated[dict[Name, msgspec.Raw], msgspec.Meta(max_length=MAX_ARGUMENT_COUNT)]
    line: Line | None

    @property
    def size(self) -> int:
        """Bytes of all arguments."""
        return sum(memoryview(raw).nbytes for raw in (*self.args, *self.kwargs.values()))


class Output(msgspec.Struct, frozen=True, tag="output"):
    """The program printed."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]
    """Never empty, so that every frame counts against what a program may print."""


class Inside(msgspec.Struct, frozen=True):
    """Where the program failed, when that was in a function of an earlier source."""

    function: Name
    line: Line
    text: Name
    source: Name


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """The program is over."""

    kept: Annotated[dict[Name, msgspec.Raw], msgspec.Meta(max_length=1000)] = {}
    """What it leaves to the next program of the session, in the form of `session_values`."""
    sources: Annotated[tuple[int, ...], msgspec.Meta(max_length=16)] = ()
    """Numbers of the programs whose text that needs."""
    error: Text | None = None
    """What it raised, as `Type: message`; None when it finished."""
    raised: Name | None = None
    """Class of what it raised."""
    kind: Literal["policy_error", "bad_argument"] = "policy_error"
    index: int | None = None
    """The call whose failure it did not catch."""
    line: Line | None = None
    inside: Inside | None = None
    hint: Text | None = None
    traceback: Text = ""


Inbound: TypeAlias = Ready | Call | Output | Ended
Outbound: TypeAlias = Run | Returned | Raised


def _plain(value: Any) -> object:
    """A numpy scalar as Python's number: detectors and programs measure in numpy."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot cross the wire")


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
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


def decode_outbound(body: bytes | bytearray) -> Outbound:
    """A frame from the robot process, which is trusted."""
    return _outbound.decode(body)


def frame(message: Inbound | Outbound) -> bytes:
    """The message with its length before it."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body
