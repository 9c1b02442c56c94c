"""What host and driver process say to each other: MessagePack of typed structs, each behind its length as four bytes.

The host speaks first: `Connect`, then calls, each with a number, and `Beat` ten times a second. The driver publishes
`State` by itself, answers every call with `Answered` or `Raised`, and tells with `Ended` how a motion ended.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.failures import FailureReport
from primitives.robot import ArmInfo, ArmMode, ArmState, MotionLimits

MOST = 64 << 20
"""Bytes of one message."""
_LENGTH = struct.Struct(">I")


class Connect(msgspec.Struct, frozen=True, tag=True):
    """Make the driver and open its connection."""

    factory: str
    """Where the driver is made: "package.module:function", which takes the description and the options."""
    info: msgspec.Raw
    """The arm's description, as `packed` makes it."""
    options: dict[str, object]
    """Keyword arguments of the factory."""
    timeout_s: float


class StartPath(msgspec.Struct, frozen=True, tag=True):
    """`Arm.start_joint_path`."""

    number: int
    path: list[list[float]]
    velocity: list[float]
    acceleration: list[float]
    jerk: list[float]
    timeout_s: float
    """Host time in s after which the driver is to have given it up."""


class StartGripper(msgspec.Struct, frozen=True, tag=True):
    """`Arm.start_gripper`."""

    number: int
    width: float
    speed: float
    force: float
    timeout_s: float


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """`Motion.cancel`."""

    number: int


class Stop(msgspec.Struct, frozen=True, tag=True):
    """`Arm.stop`."""


class Recover(msgspec.Struct, frozen=True, tag=True):
    """`Arm.recover`."""

    number: int
    operator_ack: bool


class Inject(msgspec.Struct, frozen=True, tag=True):
    """`inject` of a driver that offers faults to be tested with, or `mend`."""

    number: int
    fault: str | None
    """None to mend."""


class Beat(msgspec.Struct, frozen=True, tag=True):
    """The host lives."""


class Close(msgspec.Struct, frozen=True, tag=True):
    """Let go of the arm and end."""


class State(msgspec.Struct, frozen=True, tag=True):
    """`ArmState`, as the driver has just read it."""

    q: list[float]
    dq: list[float]
    width: float | None
    mode: ArmMode
    stamp: float
    received: float
    closed: bool | None
    fault: str

    @classmethod
    def of(cls, state: ArmState) -> State:
        """For the wire; a width that is not measured is None, since NaN is no value to agree on."""
        width = None if np.isnan(state.gripper_width) else float(state.gripper_width)
        return cls(
            np.asarray(state.q, np.float64).tolist(),
            np.asarray(state.dq, np.float64).tolist(),
            width,
            state.mode,
            float(state.stamp),
            float(state.received),
            state.gripper_closed,
            state.fault,
        )

    def state(self) -> ArmState:
        """As drivers give it."""
        return ArmState(
            np.array(self.q),
            np.array(self.dq),
            float("nan") if self.width is None else self.width,
            self.mode,
            self.stamp,
            self.received,
            self.closed,
            self.fault,
        )


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The call did what it should; of a motion, it has begun."""

    number: int


class Connected(msgspec.Struct, frozen=True, tag=True):
    """The driver is connected; the answer to `Connect`."""

    number: int
    faults: tuple[str, ...]
    """That it offers to be tested with."""


class Raised(msgspec.Struct, frozen=True, tag=True):
    """The call ended with a failure."""

    number: int
    failure: FailureReport


class Ended(msgspec.Struct, frozen=True, tag=True):
    """`MotionResult` of the motion."""

    number: int
    state: State
    reached: bool
    duration: float
    reason: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The motion that had begun ended with a failure."""

    number: int
    failure: FailureReport


class Unread(msgspec.Struct, frozen=True, tag=True):
    """The driver could not read its arm."""

    failure: FailureReport


FromHost: TypeAlias = Connect | StartPath | StartGripper | Cancel | Stop | Recover | Inject | Beat | Close
FromDriver: TypeAlias = State | Answered | Connected | Raised | Ended | Failed | Unread
CONNECTED = 0
"""The number by which `Connect` is answered."""


class Link:
    """One end of the connection. Messages are sent whole from any thread; one thread reads."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._sending = threading.Lock()

    def send(self, message: FromHost | FromDriver) -> None:
        """Send `message`. Raises OSError when nobody listens, or does not for as long as the socket's timeout."""
        data = msgspec.msgpack.encode(message)
        with self._sending:
            self._socket.sendall(_LENGTH.pack(len(data)) + data)

    def receive_from_host(self) -> FromHost:
        """The next message of the host. Raises EOFError when there is no more, ValidationError for a malformed one."""
        return _HOST.decode(self._message())

    def receive_from_driver(self) -> FromDriver:
        """The next message of the driver; raises as `receive_from_host` does."""
        return _DRIVER.decode(self._message())

    def close(self) -> None:
        """Hang up, whatever the other threads do with it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _message(self) -> bytes:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > MOST:
            raise EOFError(f"a message of {length} bytes")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            try:
                part = self._socket.recv(min(count, 1 << 20))
            except TimeoutError:
                continue
            except OSError as error:
                raise EOFError(str(error)) from error
            if not part:
                raise EOFError("the other side has hung up")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def packed(info: ArmInfo) -> msgspec.Raw:
    """`info` for the wire: arrays as lists."""
    return msgspec.Raw(msgspec.msgpack.encode(info, enc_hook=_encoded))


def unpacked(info: msgspec.Raw) -> ArmInfo:
    """What `packed` was given."""
    return msgspec.msgpack.decode(info, type=ArmInfo, dec_hook=_decoded)


def _encoded(value: object) -> object:
    if isinstance(value, np.ndarray):
        return cast("NDArray[np.float64]", value).tolist()
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"a description holds {type(value).__name__}")


def _decoded(kind: type, value: Any) -> object:
    return Path(value) if kind is Path else np.array(value, dtype=np.float64)


def limits_of(message: StartPath) -> MotionLimits:
    """The limits of a path."""
    return MotionLimits(np.array(message.velocity), np.array(message.acceleration), np.array(message.jerk))


_HOST = msgspec.msgpack.Decoder(FromHost)
_DRIVER = msgspec.msgpack.Decoder(FromDriver)
