"""A clean process that has numpy and shapely warm and forks one policy process per session.

It is exec'd with an empty environment and a search path given by its parent, holds nothing but the control socket,
and never sees a program. Requests on the socket: `fork` with three descriptors, and `reap` with a process id.
"""

from __future__ import annotations

import gc
import os
import socket
from typing import Final

import msgspec

READY: Final = b"ready"


class Fork(msgspec.Struct, frozen=True, tag="fork"):
    """Fork a policy process; the message carries its socket, its line memory and its traceback pipe."""

    memory_mb: int
    output_chars: int
    layers: tuple[str, ...]


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """Wait for a policy process that was killed, so that its id may be used again."""

    pid: int


class ForkResult(msgspec.Struct, frozen=True):
    """Process id after `Fork`, wait status after `Reap`, or what went wrong."""

    value: int = 0
    error: str = ""


_requests: Final = msgspec.msgpack.Decoder(Fork | Reap)


def main(control: int) -> None:
    """Serve until the parent is gone."""
    from codepolicy.sandbox import child, preloading

    preloading.imports()
    with socket.socket(fileno=control) as server:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        gc.collect()
        gc.freeze()  # keeps forked processes from touching, and so copying, what is shared
        parent = os.getpid()
        server.send(READY)
        while True:
            data, fds, _, _ = socket.recv_fds(server, 4096, 3)
            if not data:
                os._exit(0)
            request = _requests.decode(data)
            if isinstance(request, Reap):
                answer = _reap(request.pid)
            else:
                try:
                    pid = os.fork()
                except OSError as error:
                    pid, problem = -1, str(error)
                else:
                    problem = ""
                if pid == 0:
                    server.close()
                    child.main(fds, request, parent)
                answer = ForkResult(value=pid, error=problem)
                for fd in fds:
                    os.close(fd)
            server.send(msgspec.msgpack.encode(answer))


def _reap(pid: int) -> ForkResult:
    try:
        return ForkResult(value=os.waitpid(pid, 0)[1])
    except ChildProcessError as error:
        return ForkResult(error=str(error))
