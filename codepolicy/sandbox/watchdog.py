"""Keeps the time of a running program, also while a primitive moves the robot in the caller's thread."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

from codepolicy.sandbox.policy_process import PolicyProcess


class Watchdog:
    """A thread that kills the policy process at the deadline, and stops the robot when the process dies in motion."""

    def __init__(self, process: PolicyProcess, *, deadline: float, on_death: Callable[[], None] | None) -> None:
        """Args:
        process: the running policy process.
        deadline: monotonic time in s.
        on_death: stops the robot; called from the thread when the process ends while `in_motion`.
        """
        self.expired = False
        """Whether the deadline was reached."""
        self.died_in_motion = False
        """Whether the process ended by itself while a primitive ran; what the primitive then says is our own doing."""
        self.line: int | None = None
        """Where the program was then."""
        self.in_motion = False
        """Set by the caller while a primitive runs."""
        self._process = process
        self._deadline = deadline
        self._on_death = on_death
        self._over, self._end = os.pipe()
        self._thread = threading.Thread(target=self._run, name="policy-watch", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._end)
        self._thread.join()
        os.close(self._over)

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._over, select.POLLIN)
        poll.register(self._process.link.fileno(), 0)  # a hang-up is always told
        left = self._deadline - time.monotonic()
        events = poll.poll(max(left, 0) * 1000)
        if any(fd == self._over for fd, _ in events):
            return
        if not events:
            self.expired = True
            self.line = None if self.in_motion else self._process.where()
            self._process.end()
        elif self.in_motion:
            self.died_in_motion = True
        if self.in_motion and self._on_death is not None:
            self._on_death()
