"""How long a busy machine has kept us waiting, so that a deadline in host time can be held against any machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


class Stopwatch:
    """Host time since it was made, and what of it this process and those it started have waited for a processor."""

    def __init__(self) -> None:
        self._before = _delays(os.getpid())
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """s."""
        return time.monotonic() - self._began

    @property
    def kept_waiting(self) -> float:
        """s, of all threads together: the kernel's run delay (proc(5), schedstat); 0 where it tells none."""
        now = _delays(os.getpid())
        return sum(max(0.0, delay - self._before.get(thread, 0.0)) for thread, delay in now.items())


def _delays(process: int) -> dict[int, float]:
    """Run delay in s of every thread of `process` and of its descendants."""
    found: dict[int, float] = {}
    for thread in _threads(process):
        with suppress(OSError, ValueError, IndexError):
            found[int(thread.name)] = int((thread / "schedstat").read_text().split()[1]) * 1e-9
            for child in (thread / "children").read_text().split():
                found |= _delays(int(child))
    return found


def _threads(process: int) -> Iterator[Path]:
    with suppress(OSError):
        yield from Path(f"/proc/{process}/task").iterdir()
