"""Worker processes that may die: each plays one job at a time, and a death costs that job one attempt.

The pools of the standard library either break as a whole when a process dies, or wait for ever.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Generic, TypeVar

from codepolicy.printable import printable
from codepolicy.redaction import redacted
from primitives.errors import ConfigurationError
from primitives.plugins import broke, culprit

J = TypeVar("J")
D = TypeVar("D")

FRESH_AFTER = 50
"""Jobs after which a process makes way for a fresh one, so that no episode depends on hundreds before it."""
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Broken:
    """A job that was not played to its end: its process died, took too long or raised."""

    why: str


@dataclass(frozen=True, slots=True)
class _Refused:
    """A user's mistake that only a worker could see."""

    message: str


@dataclass(slots=True)
class _Worker(Generic[J]):
    process: SpawnProcess
    connection: Connection
    job: J
    since: float
    played: int = 0


@dataclass(slots=True, kw_only=True)
class Pool(Generic[J, D]):
    """Plays jobs in spawned processes.

    Args:
        prepare: called once in each process; what it returns plays a job. Both have to be importable there.
        processes: how many at once.
        limit_s: wall time after which a job is given up and its process ended.
        log: file that takes what the processes print.
    """

    prepare: Callable[[], Callable[[J], D]]
    processes: int
    limit_s: float
    log: Path
    _workers: list[_Worker[J]] = field(init=False, default_factory=lambda: list[_Worker[J]]())

    def play(self, jobs: deque[J]) -> Generator[tuple[J, D | Broken]]:
        """What comes of the jobs, as it comes. Jobs may be added meanwhile.

        Raises:
            ConfigurationError: a worker found a mistake of the user's.
        """
        try:
            while jobs or self._workers:
                while jobs and len(self._workers) < self.processes:
                    self._start(jobs.popleft())
                for worker in self._ready():
                    job, answer = worker.job, self._answer(worker)
                    if isinstance(answer, _Refused):
                        raise ConfigurationError(answer.message)
                    self._next(worker, jobs, usable=not isinstance(answer, Broken))
                    yield job, answer
        finally:
            for worker in self._workers:
                worker.process.kill()
            for worker in self._workers:
                worker.process.join()
                worker.connection.close()
            self._workers.clear()

    def _start(self, job: J) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self.prepare, str(self.log)), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours, job, time.monotonic()))
        with suppress(OSError):  # it died at once, which is seen when its answer is read
            ours.send(job)

    def _ready(self) -> list[_Worker[J]]:
        """Workers that have answered, died or taken too long; waits for at least one."""
        first_due = min(w.since for w in self._workers) + self.limit_s
        answered = wait([w.connection for w in self._workers], max(0.0, first_due - time.monotonic()))
        now = time.monotonic()
        return [w for w in self._workers if w.connection in answered or now - w.since >= self.limit_s]

    def _answer(self, worker: _Worker[J]) -> D | Broken | _Refused:
        if not worker.connection.poll():
            worker.process.kill()
            return Broken(f"it took more than {self.limit_s:g} s and was ended")
        try:
            return worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join(GRACE_S)
            return Broken(_death(worker.process.exitcode))

    def _next(self, worker: _Worker[J], jobs: deque[J], *, usable: bool) -> None:
        """Give `worker` another job, or end it."""
        worker.played += 1
        if usable and jobs and worker.played < FRESH_AFTER:
            worker.job, worker.since = jobs.popleft(), time.monotonic()
            with suppress(OSError):
                worker.connection.send(worker.job)
            return
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(GRACE_S if usable else 0.0)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _death(exitcode: int | None) -> str:
    """What ended a process, for people."""
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name if -exitcode in set(signal.Signals) else f"signal {-exitcode}"
        reason = "; out of memory?" if -exitcode == signal.SIGKILL else ""
        return f"its process died ({name}{reason})"
    return f"its process ended with status {exitcode}"


def _work(connection: Connection, prepare: Callable[[], Callable[[J], D]], log: str) -> None:
    """What a worker does until its connection is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; the parent decides
    _print_into(log)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    play: Callable[[J], D] | None = None
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            play = play or prepare()
            answer: object = play(job)
        except ConfigurationError as error:
            answer = _Refused(str(error))
        except Exception as error:
            sys.stderr.write(printable(redacted(traceback.format_exc())))
            why = broke("an episode", error) if culprit(error) else f"{type(error).__name__}: {error}"
            answer = Broken(redacted(why))
        connection.send(answer)


def _print_into(log: str) -> None:
    """Let what libraries print, and the stack of a crash, end up in the file `log`."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)
    faulthandler.enable()


def _end_with_parent() -> None:
    """Do not outlive the parent, however it ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
