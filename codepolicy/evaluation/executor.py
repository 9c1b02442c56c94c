"""What plays the jobs of a run: the protocol of the process pool and the Ray cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from codepolicy.evaluation.records import Job, Record

Prepare: TypeAlias = Callable[[Path], Callable[[Job], Record]]
"""Called once in each process with the folder below which episodes leave theirs; what it returns plays a job. Both have
to be importable there."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A job that was not played to its end: its process died, took too long or raised."""

    why: str


class Executor(Protocol):
    """Plays jobs, several at once."""

    def play(self, jobs: deque[Job]) -> Generator[tuple[Job, Record | Broken]]:
        """What comes of the jobs, as it comes. Jobs may be added meanwhile; closing it ends what is being played.

        Raises:
            ConfigurationError: a worker found a mistake of the user's.
        """
        ...
