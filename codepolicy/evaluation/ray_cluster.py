"""The executor of several machines: Ray (https://ray.io) holds places, each of which plays in a process of its own.

A place plays as a worker process of the pool does, into a folder of its node. What an episode leaves comes back with
its record, so that nodes need no common disk and none but this process ever writes the run's folder: a node that was
given up and still goes on can double nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import tarfile
import tempfile
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from codepolicy.evaluation.executor import Broken, Prepare
from codepolicy.evaluation.records import Job, Record
from codepolicy.evaluation.worker_process import Refused, WorkerProcess
from primitives.errors import ConfigurationError

INSTALL: Final = "pip install 'codepolicy[ray]'"
STARTS: Final = 5
"""Places in a row that do not come up before the run is given up."""
CONNECT_S: Final = 10.0
WAIT_S: Final = 1.0
"""How often the cluster's size is asked for while nothing comes."""
SHARED: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
"""Variables that last bits depend on: every node takes them from here, Ray's own choice among them."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What comes back from a node."""

    answer: Record | Broken | Refused
    files: bytes = b""
    """Tar archive of the episode's folder."""
    log: str = ""
    """What the process printed since the last parcel."""


class Place:
    """One processor of the cluster; lives there as a Ray actor."""

    def __init__(self, prepare: Prepare, limit_s: float, variables: dict[str, str | None], directory: str) -> None:
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if Path(directory).is_dir():  # paths that flags name are relative to it
            os.chdir(directory)
        self._prepare, self._limit_s = prepare, limit_s
        self._folder = Path(tempfile.mkdtemp(prefix="codepolicy-"))
        self._log = self._folder / "log"
        self._worker: WorkerProcess | None = None

    def node(self) -> str:
        """Name of its machine."""
        return socket.gethostname()

    def play(self, job: Job) -> Parcel:
        """Play `job` in the worker process, or a fresh one."""
        if self._worker is None:
            self._worker = WorkerProcess(self._prepare, self._folder, job, log=self._log)
        else:
            self._worker.give(job)
        answer = self._worker.answer(self._limit_s)
        if not self._worker.usable:
            self._worker.close()
            self._worker = None
        return Parcel(answer, self._packed(answer), self._printed())

    def _packed(self, answer: object) -> bytes:
        if not isinstance(answer, Record) or answer.folder is None:
            return b""
        folder, content = self._folder / answer.folder, io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as archive:
            archive.add(folder, arcname=".")
        shutil.rmtree(folder, ignore_errors=True)
        return content.getvalue()

    def _printed(self) -> str:
        if not self._log.exists():
            return ""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        os.truncate(self._log, 0)
        return text


@dataclass(slots=True, kw_only=True)
class RayCluster:
    """An `Executor`.

    Args:
        prepare: what each process calls first, on its node.
        folder: the run's folder.
        address: `auto` or HOST:PORT of a cluster that runs; None starts one here.
        processes: how many jobs at once; None takes every processor that the cluster has, also those that join later.
        limit_s: wall time after which a job is given up and its process ended.
        log: file that takes what the processes print.

    Raises:
        ConfigurationError: Ray is not installed.
    """

    prepare: Prepare
    folder: Path
    address: str | None = None
    processes: int | None = None
    limit_s: float
    log: Path
    _busy: dict[Any, tuple[Any, Job]] = field(init=False, default_factory=lambda: dict[Any, tuple[Any, Job]]())
    """Place and job, by what its answer is waited for with."""
    _starting: dict[Any, Any] = field(init=False, default_factory=lambda: dict[Any, Any]())
    _idle: list[Any] = field(init=False, default_factory=lambda: list[Any]())
    _failed: int = field(init=False, default=0)
    """Places in a row that did not come up."""

    def __post_init__(self) -> None:
        _library()

    def play(self, jobs: deque[Job]) -> Generator[tuple[Job, Record | Broken]]:
        """As the protocol says."""
        ray = _library()
        with self._connected():
            while jobs or self._busy:
                while jobs and self._idle:
                    place, job = self._idle.pop(), jobs.popleft()
                    self._busy[place.play.remote(job)] = place, job
                self._start(len(jobs))
                ready, _ = ray.wait([*self._busy, *self._starting], num_returns=1, timeout=WAIT_S)
                for reference in ready:
                    if reference in self._starting:
                        self._came_up(self._starting.pop(reference), self._told(reference))
                        continue
                    place, job = self._busy.pop(reference)
                    told = self._told(reference)
                    if isinstance(told, Parcel):
                        self._idle.append(place)
                    yield job, self._kept(told)

    def _start(self, jobs: int) -> None:
        """More places, as far as there are jobs and processors for them."""
        if jobs <= len(self._starting):
            return
        size = self.processes or max(1, int(_library().cluster_resources().get("CPU", 0)))
        for _ in range(min(jobs - len(self._starting), size - len(self._busy) - len(self._starting))):
            variables = {name: os.environ.get(name) for name in SHARED}
            actor = _library().remote(num_cpus=1, max_restarts=0)(Place)
            place = actor.remote(self.prepare, self.limit_s, variables, str(Path.cwd()))
            self._starting[place.node.remote()] = place

    def _told(self, reference: Any) -> Parcel | str | Broken:
        """What a place answered, or what became of it."""
        ray = _library()
        try:
            return ray.get(reference)
        except ray.exceptions.RayError as error:
            lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
            told = next((line for line in lines if "node has died" in line or "Error:" in line), lines[0])
            return Broken(f"its place in the cluster was lost: {told}")

    def _came_up(self, place: Any, told: Parcel | str | Broken) -> None:
        if not isinstance(told, Broken):
            self._failed = 0
            self._idle.append(place)
            return
        self._failed += 1
        if self._failed >= STARTS:
            raise ConfigurationError(
                f"no process starts on the Ray cluster, {STARTS} times in a row: {told.why}. Every node needs the same "
                f"Python and version of codepolicy: {INSTALL}"
            )

    def _kept(self, told: Parcel | str | Broken) -> Record | Broken:
        """The answer of a parcel, after its files and log are where the pool would have left them."""
        if not isinstance(told, Parcel):
            return told if isinstance(told, Broken) else Broken(told)
        if told.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(told.log)
        answer = told.answer
        if isinstance(answer, Refused):
            raise ConfigurationError(answer.message)
        if isinstance(answer, Record) and answer.folder is not None:
            _unpack(told.files, self.folder / answer.folder)
        return answer

    @contextlib.contextmanager
    def _connected(self) -> Generator[None]:
        ray = _library()
        local = {"num_cpus": self.processes, "include_dashboard": False} if self.address is None else {}
        try:
            if self.address not in (None, "auto"):  # Ray itself would take minutes to give up
                host, _, port = self.address.rpartition(":")
                socket.create_connection((host, int(port)), CONNECT_S).close()
            ray.init(address=self.address or "local", log_to_driver=False, logging_level="ERROR", **local)
        except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
            why = str(error).partition("\n")[0].rstrip(".")
            raise ConfigurationError(
                f"no Ray cluster at --address {self.address or 'local'}: {why}. Start one with `ray start --head`, or "
                "leave --address out to have one on this machine"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def _unpack(content: bytes, folder: Path) -> None:
    """Whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".starting-", dir=folder.parent))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(partial, filter="data")
    partial.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _library() -> Any:
    """Ray, which tells nobody that it is used."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError(f"--executor ray needs Ray: {INSTALL}") from error
    return ray
