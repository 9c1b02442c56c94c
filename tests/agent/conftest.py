"""A real HTTP server that speaks Chat Completions, with every fault that real ones have."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from codepolicy.plugins import load_environment
from primitives.environment import World


@dataclass
class ChatServer:
    """`answers` are taken one after the other; each writes its response on the handler. The last one repeats."""

    answers: list[Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    models: tuple[str, ...] = ("small", "smaller")
    url: str = ""


@contextmanager
def serving(*answers: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]) -> Iterator[ChatServer]:
    server = ChatServer(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            send_json(self, 200, {"object": "list", "data": [{"id": m, "object": "model"} for m in server.models]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.requests.append(body)
            server.times.append(time.monotonic())
            answer = server.answers[min(len(server.requests), len(server.answers)) - 1]
            with suppress(BrokenPipeError, ConnectionResetError):
                answer(self, body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def send_json(handler: BaseHTTPRequestHandler, status: int, value: object, **headers: str) -> None:
    body = json.dumps(value).encode()
    handler.send_response(status)
    for name, text in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), text)
    handler.end_headers()
    handler.wfile.write(body)


def chunk(handler: BaseHTTPRequestHandler, delta: dict[str, Any], finish: str | None = None, **more: Any) -> None:
    data = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "small-2025",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }
    handler.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
    handler.wfile.flush()


def start_stream(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.end_headers()


def streamed(*pieces: str, finish: str = "stop", usage: dict[str, Any] | None = None, field: str = "content") -> Any:
    """A streamed reply in `pieces`."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        start_stream(handler)
        for piece in pieces:
            chunk(handler, {"role": "assistant", field: piece})
        chunk(handler, {}, finish)
        if usage is not None:
            chunk(handler, {}, choices=[], usage=usage)
        handler.wfile.write(b"data: [DONE]\n\n")

    return answer


def failing(status: int, message: str, *, code: str | None = None, **headers: str) -> Any:
    """An error as OpenAI's servers word it."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        send_json(handler, status, {"error": {"message": message, "type": "x", "code": code}}, **headers)

    return answer


def stalling(*pieces: str, seconds: float) -> Any:
    """Begins to stream, then says nothing for `seconds`."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        start_stream(handler)
        for piece in pieces:
            chunk(handler, {"content": piece})
        time.sleep(seconds)

    return answer


def dropping(*pieces: str) -> Any:
    """Begins to stream, then closes the connection without an end."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("content-length", "100000")
        handler.end_headers()
        for piece in pieces:
            chunk(handler, {"content": piece})

    return answer


def whole(text: str) -> Any:
    """A server that does not stream."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        send_json(
            handler,
            200,
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "old",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            },
        )

    return answer


def raw(data: bytes, kind: str = "text/event-stream", status: int = 200, **headers: str) -> Any:
    """Whatever bytes, with a content type."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(status)
        for name, text in {"content-type": kind, **headers}.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def resetting(*pieces: str) -> Any:
    """Begins to stream, then resets the connection."""

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        start_stream(handler)
        for piece in pieces:
            chunk(handler, {"content": piece})
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return answer


def page(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """An ordinary web page."""
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.end_headers()
    handler.wfile.write(b"<html>hello</html>")


@pytest.fixture
def chat() -> SimpleNamespace:
    """The server and its ways to answer."""
    return SimpleNamespace(
        serving=serving,
        streamed=streamed,
        failing=failing,
        stalling=stalling,
        dropping=dropping,
        whole=whole,
        raw=raw,
        resetting=resetting,
        page=page,
    )


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """One simulated world for all tests; each run resets it."""
    environment = load_environment("pybullet")
    yield environment
    environment.close()


@pytest.fixture
def fenced() -> Callable[..., str]:
    """A reply with a program and, where given, a goal check."""

    def reply(program: str, goal: str | None = None) -> str:
        text = f"```python\n{program}\n```\n"
        return text if goal is None else f"{text}```python\ndef goal():\n    {goal}\n```\n"

    return reply
