"""How far a run has come, as it comes: one line that changes on a terminal, lines elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

from codepolicy.evaluation.records import Record
from codepolicy.printable import printable_line
from codepolicy.redaction import redacted
from codepolicy.terminal_rows import fitted

EVERY_S = 30.0
"""How often a line is printed where there is no terminal."""


class ProgressLine:
    """Prints on `stream`; falls silent when nobody reads it any more.

    Args:
        stream: usually stderr.
        total: episodes of the run.
        done: episodes that an earlier start has left.
        won: how many of these were won.
        processes: how many are played at once; None where a cluster's size says it.
    """

    def __init__(self, stream: TextIO, *, total: int, done: int, won: int, processes: int | None) -> None:
        self._stream: TextIO | None = stream
        self._live = stream.isatty()
        self._total, self._done, self._won = total, done, won
        self._before, self._began, self._told = done, time.monotonic(), time.monotonic()
        if done < total:
            kept = f", {done} already there" if done else ""
            where = "on the cluster" if processes is None else f"in {_counted(processes, 'process', 'processes')}"
            self._print(f"{_counted(total - done, 'episode')} {where}{kept}\n")

    def __call__(self, record: Record) -> None:
        """One more episode is played."""
        self._done += 1
        self._won += record.won
        clear = "\r\x1b[K" if self._live else ""
        if record.won == bool(record.decoy):
            lost = f"lost to {record.kind}: {record.name}: {record.feedback or record.told}"
            told = f"must lose and won: {record.name}" if record.decoy else lost
            told = printable_line(redacted(told))
            self._print(f"{clear}{fitted(told, self._stream) if self._stream is not None else told}\n")
        now = time.monotonic()
        if self._live:
            self._print(f"\r\x1b[K{self.line(now)}")
        elif now - self._told >= EVERY_S or self._done == self._total:
            self._told = now
            self._print(f"{self.line(now)}\n")

    def line(self, now: float) -> str:
        """Counts, rate and time left at the monotonic time `now`."""
        played, took = self._done - self._before, max(1e-9, now - self._began)
        left = (self._total - self._done) * took / played if played else 0.0
        return (
            f"{self._done} of {self._total} episodes, {self._won} won, "
            f"{60 * played / took:.1f} per minute, {_duration(left)} left"
        )

    def close(self) -> None:
        """End the line."""
        if self._live:
            self._print("\r\x1b[K")

    def _print(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None


def _counted(count: int, one: str, several: str | None = None) -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
