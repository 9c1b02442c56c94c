"""A clean process that has numpy and shapely warm and forks one policy process per session.

It is exec'd with an empty environment and a search path given by its parent, holds nothing but the control socket,
and never sees a program. Requests on the socket: `fork` with three descriptors, `die_at` with a process id and a time,
and `reap` with a process id. It kills at the time by itself: no load and no lock of its parent delays that.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from typing import Final, NoReturn

import msgspec

READY: Final = b"ready"
ALONE_MS: Final = 1000
"""How often the zygote looks whether its host is still there."""


class Fork(msgspec.Struct, frozen=True, tag="fork"):
    """Fork a policy process; the message carries its socket, its line memory and its traceback pipe."""

    memory_mb: int
    output_chars: int
    layers: tuple[str, ...]
    fixed: bool
    """Whether it is for a goal check, whose clock and chance are fixed."""


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """Wait for a policy process that was killed, so that its id may be used again."""

    pid: int


class Discard(msgspec.Struct, frozen=True, tag="discard"):
    """Kill a policy process and reap it. Not answered."""

    pid: int


class DieAt(msgspec.Struct, frozen=True, tag="die_at"):
    """Kill a policy process at a monotonic time in s, unless it is reaped before. Not answered."""

    pid: int
    deadline: float


class ForkResult(msgspec.Struct, frozen=True):
    """Process id after `Fork`, wait status after `Reap`, or what went wrong."""

    value: int = 0
    error: str = ""


_requests: Final = msgspec.msgpack.Decoder(Fork | Reap | Discard | DieAt)


def main(control: int) -> None:
    """Serve until the parent is gone."""
    from codepolicy.sandbox import child, confinement, preloading  # all that forked processes have, before it is frozen

    host = os.getppid()
    preloading.imports()
    confinement.prepare()
    with socket.socket(fileno=control) as server:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        gc.collect()
        gc.freeze()  # keeps forked processes from touching, and so copying, what is shared
        parent = os.getpid()
        server.send(READY)
        _serve(server, parent, host, child.main)


def _serve(server: socket.socket, parent: int, host: int, run: Callable[[list[int], Fork, int], NoReturn]) -> NoReturn:
    deadlines: dict[int, float] = {}
    buffer = memoryview(bytearray(4096))  # once, so that requests leave the memory of later forks as it is
    room = socket.CMSG_SPACE(3 * struct.calcsize("i"))
    ready = select.poll()
    ready.register(server, select.POLLIN)
    while True:
        due = _end_overdue(deadlines)
        if not ready.poll(ALONE_MS if due is None else min(due, ALONE_MS)):
            if os.getppid() != host:  # it was killed, while a process forked from it holds the socket's other end
                os._exit(0)
            continue
        size, ancillary, _, _ = server.recvmsg_into([buffer], room)
        if not size:
            os._exit(0)
        request = _requests.decode(buffer[:size])
        fds = [fd for _, _, sent in ancillary for fd in struct.unpack(f"{len(sent) // 4}i", sent)]
        match request:
            case DieAt(pid=pid, deadline=deadline):
                deadlines[pid] = deadline
                continue
            case Discard(pid=pid):
                deadlines.pop(pid, None)
                _kill(pid)
                _reap(pid)
                continue
            case Reap(pid=pid):
                deadlines.pop(pid, None)
                answer = _reap(pid)
            case Fork():
                try:
                    pid = os.fork()
                except OSError as error:
                    answer = ForkResult(value=-1, error=str(error))
                else:
                    if pid == 0:
                        server.close()
                        run(fds, request, parent)
                    answer = ForkResult(value=pid)
                for fd in fds:
                    os.close(fd)
        server.send(msgspec.msgpack.encode(answer))


def _end_overdue(deadlines: dict[int, float]) -> float | None:
    """Kill what has outlived its deadline; how long until the next one, in ms."""
    now = time.monotonic()
    for pid, deadline in list(deadlines.items()):
        if deadline <= now:
            del deadlines[pid]
            _kill(pid)
    return max(min(deadlines.values()) - now, 0.0) * 1000 if deadlines else None


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _reap(pid: int) -> ForkResult:
    try:
        return ForkResult(value=os.waitpid(pid, 0)[1])
    except ChildProcessError as error:
        return ForkResult(error=str(error))
