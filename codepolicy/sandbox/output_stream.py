"""What a program prints, on its way to the host."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

from codepolicy.sandbox import wire


class Output(io.TextIOBase):
    """Standard output and error of a program: sent in pieces, cut after a limit."""

    def __init__(self, send: Callable[[wire.Inbound], None], limit: int) -> None:
        self._send = send
        self._left = self._limit = limit
        self._held = ""
        self._sent = 0.0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str, /) -> int:
        """Keep `text`; send what has gathered when it is long or a line is complete and the last one is a while ago."""
        if self._left > 0:
            kept = str(text[: self._left])
            self._left -= len(kept)
            self._held += kept
            if self._left <= 0:
                self._held += f"\n[output cut after {self._limit} characters]\n"
            if len(self._held) >= 2048 or ("\n" in kept and time.monotonic() - self._sent > 0.05):
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send everything that is held."""
        while self._held:
            piece, self._held = self._held[:8192], self._held[8192:]
            self._send(wire.Output(piece.encode("utf-8", "replace").decode()))
            self._sent = time.monotonic()
