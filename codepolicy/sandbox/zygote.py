"""A clean process that has numpy and shapely warm and forks one policy process per session.

It is exec'd with an empty environment and a search path given by its parent, holds nothing but the control socket,
and never sees a program. Requests on the socket: `fork` with three descriptors, and `reap` with a process id.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
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


class Answer(msgspec.Struct, frozen=True):
    """Process id after `Fork`, wait status after `Reap`, or what went wrong."""

    value: int = 0
    error: str = ""


def main(control: int) -> None:
    """Serve until the parent is gone."""
    from codepolicy.sandbox import child, warm

    warm.imports()
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
            request = msgspec.msgpack.decode(data, type=Fork | Reap)
            match request:
                case Fork():
                    try:
                        pid = os.fork()
                    except OSError as error:
                        answer = Answer(error=str(error))
                    else:
                        if pid == 0:
                            server.close()
                            child.main(fds, request, parent)
                        answer = Answer(value=pid)
                    for fd in fds:
                        os.close(fd)
                case Reap():
                    try:
                        answer = Answer(value=os.waitpid(request.pid, 0)[1])
                    except ChildProcessError as error:
                        answer = Answer(error=str(error))
            server.send(msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]))
