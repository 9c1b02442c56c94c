"""A server on loopback that answers every connection with whatever a behaviour writes on its raw socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket, threading.Event], None]
"""Writes on a connection whose request was read, until the event says that the test is over."""

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"


@contextmanager
def served(behaviour: Behaviour, *, read_request: bool = True) -> Iterator[str]:
    """The address, as for --base-url."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    workers: list[threading.Thread] = []

    def handle(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            if read_request:
                received(connection)
            behaviour(connection, over)

    def accept() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                worker = threading.Thread(target=handle, args=(connection,), daemon=True)
                worker.start()
                workers.append(worker)

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        over.set()
        accepting.join()
        listener.close()
        for worker in workers:
            worker.join(6)


def received(connection: socket.socket) -> bytes:
    """The whole request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = connection.recv(65_536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def once(data: bytes) -> Behaviour:
    """Writes `data` and closes."""
    return lambda connection, _over: connection.sendall(data)


def forever(data: bytes, *, first: bytes = b"", every_s: float = 0.0) -> Behaviour:
    """Writes `first`, then `data` again and again."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        while not over.is_set():
            connection.sendall(data)
            if every_s:
                over.wait(every_s)

    return behave


def silent(first: bytes = b"") -> Behaviour:
    """Writes `first`, then keeps the connection."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        over.wait(30)

    return behave


def slowly(data: bytes, every_s: float) -> Behaviour:
    """Writes `data` byte by byte."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        for number in range(len(data)):
            if over.wait(every_s):
                return
            connection.sendall(data[number : number + 1])
        time.sleep(0.05)

    return behave
