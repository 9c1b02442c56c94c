"""A vendor's library in a process of its own: it may hold the interpreter, hang, or poison itself, and is killed then.

State comes back through shared memory, so that reading it never waits; commands and answers go through a pipe. A child
whose pipe ends stops what moves: its host is gone.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost

ENDS_WITHIN_S = 1.0
"""Given to a child to end by itself, host time."""


class Child(Protocol):
    """What runs in the process."""

    def run(self) -> None:
        """Serve. Raises Abandoned when the host is gone."""
        ...


class StateBoard:
    """Numbers that one process writes and another reads whole, and a count of stops in the other direction.

    Args:
        memory: shared, of `size(count)` bytes.
        count: how many numbers.
    """

    def __init__(self, memory: mmap.mmap, count: int) -> None:
        self._values = np.frombuffer(memory, dtype=np.float64, count=count + 3)

    @staticmethod
    def size(count: int) -> int:
        """Bytes of shared memory for `count` numbers: two more count the writes, before and after, one the stops."""
        return 8 * (count + 3)

    def write(self, values: NDArray[np.float64]) -> None:
        """Publish (count,) numbers; by one process only."""
        number = self._values[0] + 1.0
        self._values[0] = number
        self._values[3:] = values
        self._values[1] = number

    def read(self) -> NDArray[np.float64] | None:
        """(count,) numbers as last written, or None before the first time."""
        while True:
            number = self._values[1]
            values = self._values[3:].copy()
            if number == self._values[0]:
                return values if number else None

    @property
    def stops(self) -> int:
        """How often a stop was asked for."""
        return int(self._values[2])

    def stop(self) -> None:
        """Ask for a stop: never waits, whatever the other process does. By one process only, of any thread."""
        self._values[2] += 1.0


class VendorProcess:
    """The host's side. `send` is for one thread at a time, the rest for any.

    Args:
        module: what runs, as `python -m module PIPE MEMORY ARGUMENTS…`, with two inherited file descriptors.
        arguments: of its own.
        count: numbers of its state.
    """

    def __init__(self, module: str, arguments: tuple[str, ...], count: int) -> None:
        ours, theirs = socket.socketpair()
        memory = os.memfd_create("codepolicy-state")
        try:
            os.ftruncate(memory, StateBoard.size(count))
            self._board = StateBoard(mmap.mmap(memory, StateBoard.size(count)), count)
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs.fileno()), str(memory), *arguments],
                pass_fds=(theirs.fileno(), memory),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches the arm as a stop
            )
        finally:
            theirs.close()
            os.close(memory)
        self._pipe = Connection(ours.detach())
        self._reading = threading.Lock()
        self._last_words = ""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def state(self) -> NDArray[np.float64] | None:
        """What the child published last; None before the first time. Raises CommsLost once it has ended, or said so."""
        self._refuse_ended()
        return self._board.read()

    def send(self, command: bytes) -> None:
        """Raises CommsLost where the child has ended."""
        try:
            self._pipe.send_bytes(command)
        except (OSError, ValueError) as error:
            self._refuse_ended()
            raise CommsLost(f"the driver's process does not listen: {error}") from error

    def stop(self) -> None:
        """Have the child stop what moves. Callable from any thread; never waits, never raises."""
        self._board.stop()

    def answer(self, timeout_s: float) -> str | None:
        """The child's next answer, or None where there is none in time. Raises CommsLost once the child has ended."""
        try:
            words = self._read() if self._pipe.poll(timeout_s) else None
        except (EOFError, OSError):
            words = None
            self._refuse_ended(wait_s=0.5)
        if self._last_words:
            raise CommsLost(self._last_words)
        return words

    def close(self) -> None:
        """End the child: by the end of its pipe, else by force. Idempotent, returns in `ENDS_WITHIN_S`."""
        self._pipe.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> str | None:
        """What is in the pipe; last words are kept, since a child that said them is lost before it has ended. Raises
        EOFError, OSError."""
        with self._reading:
            words = self._pipe.recv_bytes().decode() if self._pipe.poll() else None
        if words is not None and words.startswith("dead"):
            self._last_words = words.partition(" ")[2] or "the driver's process gave up"
        return words

    def _refuse_ended(self, wait_s: float = 0.0) -> None:
        deadline = time.monotonic() + wait_s
        while not self._last_words and self._process.poll() is None:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.01)
        with contextlib.suppress(EOFError, OSError, ValueError):
            while not self._last_words and self._read() is not None:
                pass
        raise CommsLost(self._last_words or f"the driver's process has ended (status {self._process.poll()})")


class Abandoned(Exception):
    """The host is gone."""


class Host:
    """The child's side: where its commands come from, and its state and answers go to.

    Args:
        pipe: descriptor of the pipe.
        memory: descriptor of the shared memory.
        count: numbers of its state.
    """

    def __init__(self, pipe: int, memory: int, count: int) -> None:
        self._pipe = Connection(pipe)
        self._board = StateBoard(mmap.mmap(memory, StateBoard.size(count)), count)
        self._stops = 0

    def publish(self, *values: float) -> None:
        """Tell the state."""
        self._board.write(np.array(values))

    def command(self, timeout_s: float = 0.0) -> bytes | None:
        """The next command, where one comes in time; stops go first, as b"stop". Raises Abandoned."""
        if self._stops != self._board.stops:
            self._stops = self._board.stops
            return b"stop"
        try:
            return self._pipe.recv_bytes() if self._pipe.poll(timeout_s) else None
        except (EOFError, OSError):
            raise Abandoned from None

    def say(self, words: str) -> None:
        """Answer. Raises Abandoned."""
        try:
            self._pipe.send_bytes(words.encode())
        except OSError:
            raise Abandoned from None


def serve(count: Callable[[list[str]], int], opened: Callable[[Host, list[str]], Child]) -> NoReturn:
    """The whole life of a child: open, run until the host is gone, and say what broke. Ends the process at once, since
    the libraries' own ends wait for their peers or let the arm fall.

    Args:
        count: of the numbers of its state, from its own arguments.
        opened: connects and returns what is run.
    """
    pipe, memory, *arguments = sys.argv[1:]
    host = Host(int(pipe), int(memory), count(arguments))
    status = 0
    try:
        child = opened(host, arguments)
        child.run()
    except Abandoned:
        pass
    except Exception as error:
        status = 1
        words = error.message if isinstance(error, CommsLost) else f"{type(error).__name__}: {error}"
        with contextlib.suppress(Abandoned):
            host.say(f"dead {words}")
    os._exit(status)
