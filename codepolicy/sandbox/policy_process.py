"""The host's view of the zygote and of the policy processes that it forks."""

from __future__ import annotations

import contextlib
import importlib.util
import mmap
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

import msgspec

from codepolicy.sandbox import wire, zygote
from codepolicy.sandbox.framed_socket import Closed, Link, TimedOut
from codepolicy.sandbox.limits import SandboxLimits
from primitives.failures import InfrastructureError

START_S: Final = 60.0
"""Time for the interpreter, numpy and shapely to load on a busy machine."""
FORK_S: Final = 10.0
WHERE_S: Final = 0.01
"""How long a process that is about to be killed may take to say where it is."""
_PACKAGES: Final = ("codepolicy", "primitives", "msgspec", "numpy", "shapely")
_BOOT: Final = (
    "import sys; sys.path[:0] = sys.argv[2:]; from codepolicy.sandbox.zygote import main; main(int(sys.argv[1]))"
)
_LINE: Final = re.compile(rb'File "<program (\d{1,6})>", line (\d{1,7})\b')
TOLD_BYTES: Final = 16_384
"""What is read of a process that says where it is: faulthandler's 100 frames, and no more of a flood."""


def _search_path() -> list[str]:
    """The folders that hold the packages which the zygote imports, wherever they are installed."""
    roots: list[str] = []
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise InfrastructureError(f"the package {package!r} is not installed", hint="Install codepolicy again.")
        root = str(Path(spec.origin).resolve().parent.parent)
        if root not in roots:
            roots.append(root)
    return roots


def _environment() -> dict[str, str]:
    """All that the policy process knows of this one: nothing but where the interpreter's own libraries are."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",  # the order of a set of names is the same in every run
    }


class Zygote:
    """The clean process from which policy processes are forked."""

    def __init__(self) -> None:
        """Raises InfrastructureError when it does not start."""
        # SEQPACKET keeps messages apart as datagrams do, and tells the zygote when this process is gone, even killed
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._socket = ours
        with theirs, tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-S", "-P", "-B", "-c", _BOOT, str(theirs.fileno()), *_search_path()],
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # a Ctrl-C in the terminal is the host's to handle
            )
            try:
                if self._answer(START_S) != zygote.READY:
                    raise InfrastructureError("the policy zygote answered something else than that it is ready")
            except (OSError, InfrastructureError) as error:
                errors.seek(0)
                told = errors.read()[-2000:].decode(errors="replace").strip()
                self.close()
                raise InfrastructureError(f"the policy zygote did not start: {told or error}") from error

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def fork(self, fds: list[int], limits: SandboxLimits, layers: tuple[str, ...], *, fixed: bool) -> int:
        """Process id of a new policy process that holds `fds`."""
        request = zygote.Fork(memory_mb=limits.memory_mb, output_chars=limits.output_chars, layers=layers, fixed=fixed)
        return self._ask(request, fds)

    def reap(self, pid: int) -> int:
        """Wait status of a policy process that has ended or was killed."""
        return self._ask(zygote.Reap(pid), [])

    def die_at(self, pid: int, deadline: float) -> None:
        """Have the zygote kill a policy process at a monotonic time in s, unless it is reaped before."""
        self._tell(zygote.DieAt(pid, deadline))

    def discard(self, pid: int) -> None:
        """Have the zygote kill a policy process and reap it, without waiting for that."""
        self._tell(zygote.Discard(pid))

    def _tell(self, request: zygote.DieAt | zygote.Discard) -> None:
        with self._lock, contextlib.suppress(OSError):  # who asks next is told
            self._socket.send(msgspec.msgpack.encode(request))

    def close(self) -> None:
        """End the zygote, and with it every policy process. Idempotent."""
        self._socket.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _ask(self, request: zygote.Fork | zygote.Reap, fds: list[int]) -> int:
        with self._lock:
            try:
                socket.send_fds(self._socket, [msgspec.msgpack.encode(request)], fds)
                answer = msgspec.msgpack.decode(self._answer(FORK_S), type=zygote.ForkResult)
            except (OSError, ValueError) as error:  # a socket that was closed meanwhile has no descriptor to wait for
                raise InfrastructureError(f"the policy zygote is gone: {error}") from error
        if answer.error:
            raise InfrastructureError(f"no policy process could be forked: {answer.error}")
        return answer.value

    def _answer(self, timeout_s: float) -> bytes:
        end = time.monotonic() + timeout_s
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        while not poll.poll(100):
            if self._process.poll() is not None:
                raise InfrastructureError(f"it ended with status {self._process.returncode}")
            if time.monotonic() > end:
                raise InfrastructureError(f"it said nothing for {timeout_s:g} s")
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionResetError("it has ended")
        return data


def line_in(told: bytes) -> int | None:
    """The line of the running program in what faulthandler, or whoever writes there, told; None without one."""
    found: list[tuple[bytes, bytes]] = _LINE.findall(told)
    if not found:
        return None
    running = max(int(program) for program, _ in found)  # functions of earlier programs have lower numbers
    return next(int(line) for program, line in found if int(program) == running) or None


class PolicyProcess:
    """One confined child. Any violation of the wire, any deadline and any error ends in `kill`."""

    def __init__(self, zygote: Zygote, limits: SandboxLimits, layers: tuple[str, ...], *, fixed: bool = False) -> None:
        self._zygote = zygote
        self._lock = threading.Lock()
        self._status: int | None = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.link = Link(ours)
        self._trace, trace_end = os.pipe()
        os.set_blocking(self._trace, False)
        os.set_blocking(trace_end, False)
        with theirs, tempfile.TemporaryFile() as shared:
            shared.truncate(mmap.PAGESIZE)
            self._lines = mmap.mmap(shared.fileno(), mmap.PAGESIZE)
            try:
                self._pid = zygote.fork([theirs.fileno(), shared.fileno(), trace_end], limits, layers, fixed=fixed)
            except InfrastructureError:
                self.link.close()
                os.close(self._trace)
                raise
            finally:
                os.close(trace_end)
        try:
            ready = self.link.receive(until=time.monotonic() + FORK_S)
        except (Closed, TimedOut, wire.ProtocolViolation) as error:
            self.kill()
            raise InfrastructureError(f"the policy process did not start: {error!r}") from error
        self.layers = ready.layers if isinstance(ready, wire.Ready) else ()

    @property
    def alive(self) -> bool:
        """Whether it has not been killed."""
        return self._status is None

    @property
    def line(self) -> int | None:
        """Line of the program that was being executed when last sampled."""
        with self._lock:
            line = int.from_bytes(self._lines[:4], sys.byteorder, signed=True) if self._status is None else 0
        return line if line > 0 else None

    def where(self) -> int | None:
        """The line right now, even within a call into C that never returns; for use just before `kill`.

        What the process writes is taken for no more than that: it takes at most `WHERE_S` and never raises.
        """
        with self._lock:
            if self._status is not None:
                return None
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGUSR1)
        poll = select.poll()
        poll.register(self._trace, select.POLLIN)
        end = time.monotonic() + WHERE_S
        told = b""
        while (left := end - time.monotonic()) > 0 and not told.endswith(b"in <module>\n") and len(told) < TOLD_BYTES:
            if not poll.poll(left * 1000):
                break
            try:
                data = os.read(self._trace, TOLD_BYTES)
            except OSError:
                break
            if not data:
                break
            told += data
        return line_in(told) or self.line

    def die_at(self, deadline: float) -> None:
        """Have it killed at a monotonic time in s, whatever this process is busy with."""
        self._zygote.die_at(self._pid, deadline)

    def end(self) -> None:
        """SIGKILL it and its whole group. From any thread; `kill` must follow."""
        with self._lock:
            if self._status is None:
                for kill in (os.killpg, os.kill):  # the latter for one that has no group of its own yet
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        kill(self._pid, signal.SIGKILL)

    def kill(self) -> int:
        """End it, wait until it is gone and close the wire; the wait status. Idempotent, from any thread."""
        self.end()
        with self._lock:
            if self._status is None:
                try:
                    self._status = self._zygote.reap(self._pid)
                except InfrastructureError:
                    self._status = signal.SIGKILL  # it died with the zygote
                self._close()
            return self._status

    def discard(self) -> None:
        """End it at once, without waiting until the kernel has taken its memory back. Idempotent, from any thread."""
        self.end()
        with self._lock:
            if self._status is None:
                self._status = signal.SIGKILL
                self._zygote.discard(self._pid)
                self._close()

    def _close(self) -> None:
        self.link.close()
        os.close(self._trace)
        self._lines.close()
