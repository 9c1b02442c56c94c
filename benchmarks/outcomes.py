"""Playing trials in processes of their own, and keeping what came of them so that a run that was cut short goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


def kept(path: Path | None, kind: type[Outcome]) -> list[Outcome]:
    """What an earlier run left in `path`, a file of JSON lines; nothing where there is no such file."""
    if path is None or not path.is_file():
        return []
    return [msgspec.json.decode(line, type=kind) for line in path.read_bytes().splitlines()]


def played(
    play: Callable[[Job], Sequence[Outcome]], jobs: Iterable[Job], *, processes: int, keep: Path | None
) -> Iterator[Outcome]:
    """What comes of the jobs, in no order, each added to the file `keep` as it comes.

    A process makes way for a fresh one after fifty jobs, so that no trial depends on hundreds before it.
    """
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=50) as pool:
        for outcomes in pool.imap_unordered(play, jobs):
            if keep is not None:
                with keep.open("ab") as file:
                    file.writelines(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes)
            yield from outcomes
