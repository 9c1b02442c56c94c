"""The folder of a run: `run.json`, `episodes.jsonl`, `episodes/<key>/`, `workers.log`, `report.html`.

`episodes.jsonl` only grows, a line for each episode, each on the disk before the next is taken up. It is what a run is
resumed from; of several lines with one key the last one counts. Folders merge by concatenating it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from codepolicy import notebook_cards as cards
from codepolicy.evaluation.configuration import RunFile, differences
from codepolicy.evaluation.records import Record
from codepolicy.redaction import redacted_json
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, opened, regular_bytes, regular_lines

RUN = "run.json"
EPISODES = "episodes.jsonl"
FOLDERS = "episodes"
TRIAL = "trial.json"
"""In an episode's folder, where a baseline set the trial up."""
SCENE = "scene.toml"
"""In an episode's folder, where the scene is no task's."""
LOG = "workers.log"
REPORT = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRun:
    """What a folder holds."""

    path: Path
    file: RunFile
    records: tuple[Record, ...]
    """One for each key, in the order of the tasks, seeds and samples."""
    again: int
    """How many records were replaced by a later one."""
    missing_shards: tuple[str, ...] = ()
    """As "3/3"."""

    def __repr__(self) -> str:
        won = sum(record.won for record in self.records)
        return f"EvaluationRun({str(self.path)!r}, {won} of {len(self.records)} won)"

    def _repr_html_(self) -> str:
        """For notebooks: how many episodes of each task were won."""
        tasks = dict.fromkeys(record.task for record in self.records)
        rows = [(task, [record.won for record in self.records if record.task == task]) for task in tasks]
        return cards.table(("task", "won"), [(task, f"{sum(won)} of {len(won)}") for task, won in rows])


def read_run(path: Path) -> EvaluationRun:
    """What the folder `path` holds.

    Raises:
        ConfigurationError: it is no folder of a run, or is damaged; says where.
    """
    file = path / RUN
    if not file.is_file():
        raise ConfigurationError(
            f"{str(path)!r} holds no evaluation ({RUN} is missing); give the folder that `codepolicy eval` made"
        )
    try:
        run = msgspec.json.decode(regular_bytes(file, "run"), type=RunFile)
    except DAMAGE as error:
        raise ConfigurationError(f"{str(file)!r} is damaged or of another version of codepolicy: {error}") from error
    records, again = _records(path / EPISODES)
    return EvaluationRun(path=path, file=run, records=records, again=again, missing_shards=_missing_shards([run]))


def _missing_shards(files: Sequence[RunFile]) -> tuple[str, ...]:
    """Which of the shards that the run was split into are not there."""
    shards = {file.shard for file in files if file.shard is not None}
    if len(shards) < len({file.shard for file in files}):  # one of them is the whole run
        return ()
    counts = {int(shard.partition("/")[2]) for shard in shards}
    return tuple(f"{i}/{of}" for of in sorted(counts) for i in range(1, of + 1) if f"{i}/{of}" not in shards)


def _records(path: Path) -> tuple[tuple[Record, ...], int]:
    found: dict[str, Record] = {}
    decoder = msgspec.json.Decoder(Record)
    number = 0
    for number, line in enumerate(_whole_lines(path), 1):
        try:
            record = decoder.decode(line)
        except DAMAGE as error:
            raise ConfigurationError(f"line {number} of {str(path)!r} is damaged: {error}") from error
        found[record.key] = record
    ordered = sorted(found.values(), key=lambda r: (r.task, r.seed, r.sample))
    return tuple(ordered), number - len(found)


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The lines that were written to their end.

    A process that was killed may have left half of a last one, a power cut a stretch of NUL bytes, to which a later
    start has added: such a line counts from its last NUL on.
    """
    for line in regular_lines(path, "episodes") if os.path.lexists(path) else ():
        if line.endswith(b"\n") and (whole := line.rpartition(b"\0")[2]).strip():
            yield whole


def merged(paths: Sequence[Path]) -> EvaluationRun:
    """Several folders as one run, e.g. its shards.

    Raises:
        ConfigurationError: they are not of one configuration; says what differs.
    """
    runs = [read_run(path) for path in paths]
    first = runs[0]
    for run in runs[1:]:
        differing = differences(first.file.configuration, run.file.configuration)
        if any(not difference.startswith("numerics.") for difference in differing):
            raise ConfigurationError(
                f"{str(first.path)!r} and {str(run.path)!r} are not parts of one run; they differ in "
                f"{'; '.join(differing)}. To set one against the other: codepolicy compare {first.path} {run.path}"
            )
    if len(runs) == 1:
        return first
    found = {record.key: record for run in runs for record in _located(run)}
    chosen = tuple(dict.fromkeys(name for run in runs for name in run.file.chosen))
    tasks = {label: hash for run in runs for label, hash in run.file.tasks.items()}
    planned = sum({run.file.shard: run.file.planned for run in runs}.values())
    configuration = first.file.configuration
    if any(run.file.configuration.numerics != configuration.numerics for run in runs):  # of several machines
        configuration = msgspec.structs.replace(configuration, numerics={"mixed": "the shards' last bits may differ"})
    file = msgspec.structs.replace(
        first.file,
        configuration=configuration,
        chosen=chosen,
        tasks=tasks,
        shard=None,
        planned=max(planned, len(found)),
    )
    records = tuple(sorted(found.values(), key=lambda r: (r.task, r.seed, r.sample)))
    return EvaluationRun(
        path=first.path,
        file=file,
        records=records,
        again=sum(run.again for run in runs),
        missing_shards=_missing_shards([run.file for run in runs]),
    )


def _located(run: EvaluationRun) -> tuple[Record, ...]:
    """The records with folders that are found from anywhere."""
    root = run.path.resolve()
    return tuple(
        msgspec.structs.replace(r, folder=str(root / r.folder)) if r.folder is not None else r for r in run.records
    )


class Store:
    """A run folder that is being written, by one process at a time. A context manager.

    Args:
        path: the folder; created when missing.
        file: what `run.json` says from now on.

    Raises:
        ConfigurationError: it cannot be written, another process writes it, it is damaged, or it holds episodes of
            another configuration.
    """

    def __init__(self, path: Path, file: RunFile) -> None:
        self.path = path
        self._lock = _locked(path)
        try:
            self.records = self._resumed(file)
            self._episodes = _appending(path / EPISODES)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self._episodes.close()
        self._lock.close()

    @property
    def episodes(self) -> Path:
        """The folder of the episodes' folders."""
        return self.path / FOLDERS

    def append(self, record: Record) -> None:
        """Add a line, and see it onto the disk."""
        if not os.fstat(self._episodes.fileno()).st_nlink:
            raise ConfigurationError(
                f"{str(self.path)!r} was deleted while the run went on, so nothing more can be kept; start it again"
            )
        self._episodes.write(redacted_json(msgspec.json.encode(record)) + b"\n")
        self._episodes.flush()
        os.fsync(self._episodes.fileno())
        self.records[record.key] = record

    def _resumed(self, file: RunFile) -> dict[str, Record]:
        """The records of the run that is there, after `run.json` was brought up to date."""
        records: dict[str, Record] = {}
        if (self.path / RUN).exists():
            earlier = read_run(self.path)
            differing = differences(earlier.file.configuration, file.configuration)
            if differing and earlier.records:
                raise ConfigurationError(
                    f"{str(self.path)!r} holds {len(earlier.records)} episodes of another configuration, and episodes "
                    f"of two in one run mean nothing; it differs (then, now) in {'; '.join(differing)}. "
                    "Give another folder with --out, then `codepolicy compare` tells what changed"
                )
            records = {record.key: record for record in earlier.records}
            file = msgspec.structs.replace(
                file, started=earlier.file.started, tasks={**earlier.file.tasks, **file.tasks}
            )
        elif (self.path / EPISODES).exists():
            raise ConfigurationError(f"{str(self.path)!r} has {EPISODES} but no {RUN}; give another folder with --out")
        _write(self.path / RUN, msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n")
        for unfinished in self.episodes.glob(".starting-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        return records


def _locked(path: Path) -> IO[bytes]:
    """Hold the folder against other processes until the result is closed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = os.fdopen(os.open(path / ".lock", os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o644), "ab")
    except OSError as error:
        raise ConfigurationError(
            f"cannot write into {str(path)!r}: {error.strerror or error}. Choose another folder with --out."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ConfigurationError(
            f"another process is writing {str(path)!r}; wait for it, or give another folder with --out "
            "(shards go into one folder each)"
        ) from None
    except OSError:  # a file system without locks
        pass
    return lock


def _appending(path: Path) -> IO[bytes]:
    """The file, at the end of its last whole line."""
    end = _end(path) if path.exists() else 0
    file = path.open("ab")
    with suppress(OSError):
        file.truncate(end)
    return file


def _end(path: Path) -> int:
    """Where the last whole line of the file ends."""
    with opened(path, "episodes") as file:
        at = file.seek(0, os.SEEK_END)
        while at > 0:
            start = max(0, at - 65_536)
            file.seek(start)
            found = file.read(at - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            at = start
    return 0


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(redacted_json(content))
        file.flush()
        os.fsync(file.fileno())  # or a power cut may leave the name and no content
    partial.replace(path)
