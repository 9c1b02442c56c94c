"""The host's end of the wire: framed, never blocking past a deadline, never trusting a length."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence

from codepolicy.sandbox import wire, wire_values


class Closed(Exception):
    """The policy process is gone."""


class TimedOut(Exception):
    """Nothing came, or nothing was read, in time."""


class Link:
    """A Unix stream socket to one policy process."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._socket = connection
        self._received = bytearray()
        self._readable = select.poll()
        self._readable.register(connection, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(connection, select.POLLOUT)

    def fileno(self) -> int:
        """The socket, to be polled for a hang-up."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket. Idempotent."""
        self._socket.close()

    @property
    def waiting(self) -> bool:
        """Whether the policy process has sent more than was received."""
        if self._received:
            return True
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except OSError:  # nothing yet, or it is gone
            return False

    def send(self, message: wire.Outbound, arrays: Sequence[wire_values.Array] = (), *, until: float) -> None:
        """Write one frame and the arrays named in it.

        Args:
            message: what to send.
            arrays: contiguous, in the order in which the message names them.
            until: monotonic time in s by which the policy process must have read enough.

        Raises:
            ValueError: larger than `wire.MAX_OUTBOUND`.
            TimedOut: it did not read.
            Closed: it is gone.
        """
        parts = [memoryview(wire.frame(message)), *(a.reshape(-1).view("u1").data for a in arrays if a.nbytes)]
        size = sum(p.nbytes for p in parts)
        if size > wire.MAX_OUTBOUND:
            raise ValueError(f"a result of {size} bytes exceeds the {wire.MAX_OUTBOUND} bytes that a program may get")
        while parts:
            try:
                sent = self._socket.sendmsg(parts[:16])
            except BlockingIOError:
                _wait(self._writable, until)
                continue
            except OSError as error:
                raise Closed(str(error)) from error
            while parts and sent >= parts[0].nbytes:
                sent -= parts.pop(0).nbytes
            if sent:
                parts[0] = parts[0][sent:]

    def receive(self, *, until: float) -> wire.Inbound:
        """The next message.

        Args:
            until: monotonic time in s.

        Raises:
            ProtocolViolation: too long or malformed.
            TimedOut: not complete in time.
            Closed: the policy process is gone.
        """
        head = wire.LENGTH.size
        body = self._take(head, until)
        (length,) = wire.LENGTH.unpack(body)
        if length > wire.MAX_INBOUND:
            raise wire.ProtocolViolation(f"announced a frame of {length} bytes; the limit is {wire.MAX_INBOUND}")
        return wire.decode_inbound(self._take(length, until))

    def _take(self, count: int, until: float) -> bytes:
        while len(self._received) < count:
            try:
                data = self._socket.recv(65_536)
            except BlockingIOError:
                _wait(self._readable, until)
                continue
            except OSError as error:
                raise Closed(str(error)) from error
            if not data:
                raise Closed("end of stream")
            self._received += data
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken


def _wait(poll: select.poll, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimedOut
