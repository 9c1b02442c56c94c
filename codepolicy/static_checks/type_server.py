"""The type checker `ty` as a process that is kept, since starting it costs fifty times what a program does.

It speaks the Language Server Protocol on its pipes. Programs and stubs are documents that exist in its memory alone;
the folder that it calls its workspace belongs to the package and is never written. It ends with this process, which
closes its pipe, and is started again where it fails.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import select
import subprocess
import threading
import time
from functools import cache
from pathlib import Path
from typing import IO, Final

import msgspec

TIMEOUT_S: Final = 10.0
"""A checker that takes longer is given up: the checks are help, and the policy process is the wall."""
WORKSPACE: Final = Path(__file__).with_name("checker_workspace")
_STUB, _PROGRAM = "__builtins__.pyi", "program.py"
_ERROR: Final = 1
"""The protocol's severity; hints, as to code that is never reached, are for people who edit."""


class Diagnostic(msgspec.Struct, frozen=True):
    """What the checker has against a line."""

    line: int
    """From 1."""
    rule: str
    message: str


class _Position(msgspec.Struct, frozen=True):
    line: int
    character: int


class _Range(msgspec.Struct, frozen=True):
    start: _Position


class _Item(msgspec.Struct, frozen=True):
    range: _Range
    message: str
    code: str = ""
    severity: int = 0


class _Report(msgspec.Struct, frozen=True):
    items: tuple[_Item, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    id: int | str | None = None
    method: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")


class CheckerFailed(Exception):
    """The checker has ended, or said something that is none of its protocol."""


class CheckerTooSlow(CheckerFailed):
    """It took longer than `TIMEOUT_S`."""


class TypeServer:
    """One checker process. Starts at once.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, binary: str) -> None:
        self.owner = os.getpid()
        """The process that it belongs to: one forked from that has its descriptors and must not use them."""
        self._process = subprocess.Popen(
            (binary, "server"),
            cwd=WORKSPACE,
            env={"HOME": str(WORKSPACE), "TY_MAX_PARALLELISM": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal is not its to handle
        )
        self._requests = 0
        self._version = 0
        self._stub: str | None = None
        self._read = b""
        self._deadline = time.monotonic() + TIMEOUT_S
        self._initialized = False

    def check(self, program: str, stub: str) -> tuple[Diagnostic, ...]:
        """What is wrong with `program` where `stub` says what is built in, by line.

        Raises:
            CheckerFailed: it is of no more use; close it.
        """
        self._deadline = time.monotonic() + TIMEOUT_S
        try:
            if not self._initialized:
                self._initialize()
            opening = self._version == 0
            self._version += 1
            if stub != self._stub:
                self._document(_STUB, stub, opening=self._stub is None)
                self._stub = stub
            self._document(_PROGRAM, program, opening=opening)
            report = self._ask("textDocument/diagnostic", {"textDocument": {"uri": _uri(_PROGRAM)}})
            items = msgspec.json.decode(report, type=_Report).items
        except (OSError, ValueError) as error:  # a closed pipe, or no answer of the protocol
            raise CheckerFailed(str(error)) from error
        found = (
            Diagnostic(i.range.start.line + 1, i.code, i.message.partition("\n")[0])
            for i in items
            if i.severity == _ERROR
        )
        return tuple(sorted(found, key=lambda d: d.line))

    def close(self) -> None:
        """End it. Idempotent."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.kill()
        self._process.wait()

    def _initialize(self) -> None:
        folder = {"uri": WORKSPACE.as_uri(), "name": WORKSPACE.name}
        asks: dict[str, object] = {"textDocument": {"diagnostic": {}}}  # so that it tells nothing unasked
        self._ask("initialize", {"processId": self.owner, "capabilities": asks, "workspaceFolders": [folder]})
        self._send({"method": "initialized", "params": {}})
        self._initialized = True

    def _document(self, name: str, text: str, *, opening: bool) -> None:
        """Tell what stands in a file now."""
        document = {"uri": _uri(name), "version": self._version}
        if opening:
            opened = document | {"languageId": "python", "text": text}
            self._send({"method": "textDocument/didOpen", "params": {"textDocument": opened}})
        else:
            changes = [{"text": text}]
            params = {"textDocument": document, "contentChanges": changes}
            self._send({"method": "textDocument/didChange", "params": params})

    def _ask(self, method: str, params: object) -> msgspec.Raw:
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": params})
        while True:
            answer = msgspec.json.decode(self._message(), type=_Answer)
            if answer.method:
                if answer.id is not None:  # a request of its own, which no editor answers here
                    self._send({"id": answer.id, "result": None})
            elif answer.id == self._requests:
                return answer.result

    def _send(self, message: dict[str, object]) -> None:
        body = msgspec.json.encode({"jsonrpc": "2.0", **message})
        data = memoryview(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        pipe = self._process.stdin
        assert pipe is not None
        while data:
            self._wait_for(pipe, select.POLLOUT)
            data = data[os.write(pipe.fileno(), data[: select.PIPE_BUF]) :]

    def _message(self) -> bytes:
        """The next whole message."""
        while True:
            head, found, rest = self._read.partition(b"\r\n\r\n")
            if found:
                size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                if len(rest) >= size:
                    self._read = rest[size:]
                    return rest[:size]
            pipe = self._process.stdout
            assert pipe is not None
            self._wait_for(pipe, select.POLLIN)
            data = os.read(pipe.fileno(), 1 << 16)
            if not data:
                raise CheckerFailed("it has ended")
            self._read += data

    def _wait_for(self, pipe: IO[bytes], event: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(self._deadline - time.monotonic(), 0.0) * 1000):
            raise CheckerTooSlow(f"it said nothing for {TIMEOUT_S:g} s")


_lock = threading.Lock()
_server: TypeServer | None = None


def diagnostics(program: str, stub: str) -> tuple[Diagnostic, ...]:
    """What this process's checker, which is started where there is none, has against `program`; see `TypeServer.check`.

    Nothing where `ty` is not installed, takes too long or fails twice.
    """
    global _server
    binary = _binary()
    if binary is None:
        return ()
    with _lock:
        for _ in range(2):
            try:
                if _server is None or _server.owner != os.getpid():
                    _server = TypeServer(binary)
                return _server.check(program, stub)
            except CheckerTooSlow:
                _end()
                return ()
            except (OSError, CheckerFailed):
                _end()
            except BaseException:  # an interrupt may have left half a message
                _end()
                raise
        return ()


@atexit.register
def _end() -> None:
    global _server
    if _server is not None and _server.owner == os.getpid():
        _server.close()
    _server = None


@cache
def _binary() -> str | None:
    """Only this package's own copy: it is pinned, because its messages are read."""
    if importlib.util.find_spec("ty") is None:
        return None
    from ty import find_ty_bin

    try:
        return find_ty_bin()
    except FileNotFoundError:
        return None


def _uri(name: str) -> str:
    return (WORKSPACE / name).as_uri()
