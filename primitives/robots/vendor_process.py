"""A vendor's library in a process of its own: it may hold the interpreter, hang, or poison itself, and is killed then.

State comes back through shared memory, so that reading it never waits; commands and answers go through a pipe. A child
whose pipe ends stops what moves: its host is gone.
"""

from __future__ import annotations

import mmap
import os
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost

ENDS_WITHIN_S = 1.0
"""Given to a child to end by itself, host time."""


class StateBoard:
    """Numbers that one process writes and another reads whole.

    Args:
        memory: shared, of `size(count)` bytes.
        count: how many numbers.
    """

    def __init__(self, memory: mmap.mmap, count: int) -> None:
        self._values = np.frombuffer(memory, dtype=np.float64, count=count + 2)

    @staticmethod
    def size(count: int) -> int:
        """Bytes of shared memory for `count` numbers: two more count the writes, before and after."""
        return 8 * (count + 2)

    def write(self, values: NDArray[np.float64]) -> None:
        """Publish (count,) numbers; by one process only."""
        number = self._values[0] + 1.0
        self._values[0] = number
        self._values[2:] = values
        self._values[1] = number

    def read(self) -> NDArray[np.float64] | None:
        """(count,) numbers as last written, or None before the first time."""
        while True:
            number = self._values[1]
            values = self._values[2:].copy()
            if number == self._values[0]:
                return values if number else None


class VendorProcess:
    """The host's side. `answer` and `send` are for one thread at a time, `state` for any.

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
        self._last_words = ""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def state(self) -> NDArray[np.float64] | None:
        """What the child published last; None before the first time. Raises CommsLost once the child has ended."""
        self._refuse_ended()
        return self._board.read()

    def send(self, command: bytes) -> None:
        """Raises CommsLost where the child has ended."""
        try:
            self._pipe.send_bytes(command)
        except (OSError, ValueError) as error:
            self._refuse_ended()
            raise CommsLost(f"the driver's process does not listen: {error}") from error

    def answer(self, timeout_s: float) -> str | None:
        """The child's next answer, or None where there is none in time. Raises CommsLost once the child has ended."""
        try:
            if self._pipe.poll(timeout_s):
                words = self._pipe.recv_bytes().decode()
                if words.startswith("dead"):
                    self._last_words = words.partition(" ")[2]
                    raise CommsLost(self._last_words)
                return words
        except (EOFError, OSError):
            self._refuse_ended(wait_s=0.5)
        return None

    def close(self) -> None:
        """End the child: by the end of its pipe, else by force. Idempotent, returns in `ENDS_WITHIN_S`."""
        self._pipe.close()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _refuse_ended(self, wait_s: float = 0.0) -> None:
        deadline = time.monotonic() + wait_s
        while (status := self._process.poll()) is None:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.01)
        try:
            while not self._last_words and self._pipe.poll():
                self._last_words = self._pipe.recv_bytes().decode().partition(" ")[2]
        except (EOFError, OSError, ValueError):
            pass
        raise CommsLost(self._last_words or f"the driver's process has ended (status {status})")


def opened(arguments: list[str], count: int) -> tuple[Connection, StateBoard, list[str]]:
    """The child's side: its pipe, its state board, and its own arguments.

    Args:
        arguments: of the process, without its name.
        count: numbers of its state.
    """
    pipe, memory, *rest = arguments
    board = StateBoard(mmap.mmap(int(memory), StateBoard.size(count)), count)
    return Connection(int(pipe)), board, rest
