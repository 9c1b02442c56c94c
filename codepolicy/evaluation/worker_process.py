"""A spawned process that plays one job at a time, and may die of it."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from codepolicy.evaluation.executor import Broken, Prepare
from codepolicy.evaluation.records import Job, Record
from codepolicy.printable import printable
from codepolicy.redaction import redacted
from primitives.errors import ConfigurationError
from primitives.plugins import broke, culprit

FRESH_AFTER = 500
"""Jobs after which a process makes way for a fresh one, so that none grows without end."""
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A user's mistake that only a worker could see."""

    message: str


class WorkerProcess:
    """A process with a job. It may have child processes of its own: a world's, a robot driver's.

    Args:
        prepare: called there, before its first job.
        folder: what `prepare` is called with.
        job: the first.
        log: file that takes what it prints.
    """

    def __init__(self, prepare: Prepare, folder: Path, job: Job, *, log: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, prepare, folder, str(log)))
        self._process.start()
        theirs.close()
        self._played = 0
        self.give(job)

    def give(self, job: Job) -> None:
        """Let it play `job`."""
        self.job, self.since = job, time.monotonic()
        with suppress(OSError):  # it died at once, which is seen when its answer is read
            self.connection.send(job)

    def answer(self, limit_s: float) -> Record | Broken | Refused:
        """What came of its job, `limit_s` after it was given at the latest."""
        if not self.connection.poll(max(0.0, self.since + limit_s - time.monotonic())):
            self._process.kill()
            answer: Record | Broken | Refused = Broken(f"it took more than {limit_s:g} s and was ended")
        else:
            try:
                answer = self.connection.recv()
            except (EOFError, OSError):
                self._process.join(GRACE_S)
                answer = Broken(_death(self._process.exitcode))
        self._played += 1
        if isinstance(answer, Broken):
            self._played = FRESH_AFTER
        return answer

    @property
    def usable(self) -> bool:
        """Whether it may be given another job."""
        return self._played < FRESH_AFTER

    def close(self) -> None:
        """End it, gently where it is not in the middle of a job."""
        self.connection.close()
        self._process.join(GRACE_S if self.usable else 0.0)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def _death(exitcode: int | None) -> str:
    """What ended a process, for people."""
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name if -exitcode in set(signal.Signals) else f"signal {-exitcode}"
        reason = "; out of memory?" if -exitcode == signal.SIGKILL else ""
        return f"its process died ({name}{reason})"
    return f"its process ended with status {exitcode}"


def _work(connection: Connection, prepare: Prepare, folder: Path, log: str) -> None:
    """What a worker does until its connection is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; the parent decides
    _print_into(log)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    play: Callable[[Job], Record] | None = None
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            play = play or prepare(folder)
            answer: Record | Broken | Refused = play(job)
        except ConfigurationError as error:
            answer = Refused(str(error))
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
