"""The executor of one machine: worker processes that may die. A death costs one job one attempt.

The pools of the standard library either break as a whole when a process dies, or wait for ever.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from codepolicy.evaluation.executor import Broken, Prepare
from codepolicy.evaluation.records import Job, Record
from codepolicy.evaluation.worker_process import Refused, WorkerProcess
from primitives.errors import ConfigurationError


@dataclass(slots=True, kw_only=True)
class ProcessPool:
    """An `Executor`.

    Args:
        prepare: what each process calls first.
        folder: what it calls it with.
        processes: how many at once.
        limit_s: wall time after which a job is given up and its process ended.
        log: file that takes what the processes print.
    """

    prepare: Prepare
    folder: Path
    processes: int
    limit_s: float
    log: Path
    _workers: list[WorkerProcess] = field(init=False, default_factory=lambda: list[WorkerProcess]())

    def play(self, jobs: deque[Job]) -> Generator[tuple[Job, Record | Broken]]:
        """As the protocol says."""
        try:
            while jobs or self._workers:
                while jobs and len(self._workers) < self.processes:
                    self._workers.append(WorkerProcess(self.prepare, self.folder, jobs.popleft(), log=self.log))
                for worker in self._ready():
                    job, answer = worker.job, worker.answer(self.limit_s)
                    if isinstance(answer, Refused):
                        raise ConfigurationError(answer.message)
                    if jobs and worker.usable:
                        worker.give(jobs.popleft())
                    else:
                        self._workers.remove(worker)
                        worker.close()
                    yield job, answer
        finally:
            for worker in self._workers:
                worker.kill()
            self._workers.clear()

    def _ready(self) -> list[WorkerProcess]:
        """Workers that have answered, died or taken too long; waits for at least one."""
        first_due = min(w.since for w in self._workers) + self.limit_s
        answered = wait([w.connection for w in self._workers], max(0.0, first_due - time.monotonic()))
        now = time.monotonic()
        return [w for w in self._workers if w.connection in answered or now - w.since >= self.limit_s]
