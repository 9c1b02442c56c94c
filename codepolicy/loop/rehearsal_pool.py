"""Processes that rehearse programs beside each other, started when first asked and kept until closed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from codepolicy.loop.rehearsal import Rehearsal, Rehearsed
from codepolicy.loop.rehearsal_worker import read_frame, write_frame

GRACE_S = 60.0
"""What a rehearsal may take beyond the deadline of its program: loading the twin, looking, the goal check."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR", "PYTHONPATH")
"""What a worker has of the environment: no key."""


@dataclass(slots=True)
class RehearsalPool:
    """A context manager.

    Args:
        processes: how many at once; as many as there are processors when left out.
    """

    processes: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    _idle: list[subprocess.Popen[bytes]] = field(init=False, default_factory=lambda: list[subprocess.Popen[bytes]]())
    _busy: set[subprocess.Popen[bytes]] = field(init=False, default_factory=lambda: set[subprocess.Popen[bytes]]())
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _closed: bool = field(init=False, default=False)

    def __enter__(self) -> RehearsalPool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def rehearse(self, jobs: Sequence[Rehearsal]) -> list[Rehearsed]:
        """What comes of each of `jobs`, in their order; a process that dies or hangs costs its own job alone."""
        if not jobs:
            return []
        try:
            with ThreadPoolExecutor(min(self.processes, len(jobs))) as threads:
                try:
                    return list(threads.map(self._one, jobs))
                except KeyboardInterrupt:
                    threads.shutdown(wait=False, cancel_futures=True)
                    self.abandon()
                    raise
        except RuntimeError:
            if not self._closed:
                raise
            return [Rehearsed(broken="the rehearsal was ended") for _ in jobs]

    def abandon(self) -> None:
        """End what is being rehearsed, which is then `broken`. From any thread."""
        with self._lock:
            for process in self._busy:
                process.kill()

    def close(self) -> None:
        """End every process. Idempotent."""
        self._closed = True
        self.abandon()
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            _end(process)

    def _one(self, job: Rehearsal) -> Rehearsed:
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or _start()
        with self._lock:
            self._busy.add(process)
        limit = job.deadline_s + GRACE_S
        timer = threading.Timer(limit, process.kill)
        timer.start()
        answer: bytes | None = None
        try:
            assert process.stdin is not None and process.stdout is not None
            with suppress(BrokenPipeError):
                write_frame(process.stdin, msgspec.msgpack.encode(job))  # type: ignore[arg-type]
                answer = read_frame(process.stdout)  # type: ignore[arg-type]
        finally:
            timer.cancel()
            with self._lock:
                self._busy.discard(process)
                keep = answer is not None and not self._closed
                if keep:
                    self._idle.append(process)
            if not keep:
                _end(process)
        if answer is None:
            return Rehearsed(broken=f"the process that rehearsed ended with status {process.returncode}")
        return msgspec.msgpack.decode(answer, type=Rehearsed)


def _start() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "codepolicy.loop.rehearsal_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
        start_new_session=True,  # Ctrl-C is for this process to act on
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
