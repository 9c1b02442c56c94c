"""Keeps the time of a running program, also while a primitive moves the robot in the caller's thread."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable

from codepolicy.sandbox.policy_process import PolicyProcess

GRACE_S = 0.04
"""After the deadline the zygote kills the process by itself, whatever the threads of this process are busy with."""


class Watchdog:
    """A thread that kills the policy process at the deadline, and stops the robot when the process dies in motion.

    Nothing that the process writes is read before it is told to die, but for `PolicyProcess.where`, which is bounded
    and never raises; and the zygote, which reads nothing, keeps the same deadline a little later.
    """

    def __init__(self, process: PolicyProcess, *, deadline: float, on_death: Callable[[], None] | None) -> None:
        """Args:
        process: the running policy process.
        deadline: monotonic time in s.
        on_death: stops the robot; called from the thread when the process ends while a call is answered.
        """
        self.expired = False
        """Whether the deadline was reached."""
        self.died_in_motion = False
        """Whether the process ended by itself while a primitive ran; what the primitive then says is our own doing."""
        self.line: int | None = None
        """Where the program was then."""
        self._over = False
        self._in_motion = False
        self._lock = threading.Lock()
        self._process = process
        self._deadline = deadline
        self._on_death = on_death
        self._wake, self._end = os.pipe()
        self._thread = threading.Thread(target=self._run, name="policy-watch", daemon=True)

    def __enter__(self) -> Watchdog:
        self._process.die_at(self._deadline + GRACE_S)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._end)
        self._thread.join()
        os.close(self._wake)

    def begin_call(self) -> bool:
        """Whether a call of the program may still be answered: its time is not up and it lives."""
        with self._lock:
            self._in_motion = not self._over and time.monotonic() < self._deadline
            return self._in_motion

    def end_call(self) -> None:
        """The call was carried out."""
        with self._lock:
            self._in_motion = False

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        poll.register(self._process.link.fileno(), 0)  # a hang-up is always told
        left = self._deadline - time.monotonic()
        events = poll.poll(max(left, 0) * 1000)
        if any(fd == self._wake for fd, _ in events):
            return
        with self._lock:
            self._over = True
            self.expired = not events or time.monotonic() >= self._deadline
            in_motion = self._in_motion
            self.died_in_motion = in_motion and not self.expired
        try:
            if self.expired and not in_motion:
                self.line = self._process.where()
        finally:
            self._process.end()
            if in_motion and self._on_death is not None:
                self._on_death()
