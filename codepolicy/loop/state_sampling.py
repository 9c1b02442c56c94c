"""Tells observers where arm and objects are, some times a second, while an instruction is carried out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from codepolicy.events import Moved, Observer
from primitives.environment import ObjectState
from primitives.failures import Failure
from primitives.robot import Arm, Stepped

PERIOD_S: Final = 1 / 15
"""From sample to sample, on the robot's clock where it stands still between motions, else on the host's."""


@dataclass(slots=True, kw_only=True)
class StateSampling:
    """Samples from `start` to `stop`; both are idempotent.

    Args:
        arm: whose measured state is told.
        truth: ground truth as it is now; None where the environment has none.
        began: the robot's clock in s at the start of the trial.
        observer: is told; by an arm that is not `Stepped` from another thread.
    """

    arm: Arm
    truth: Callable[[], Mapping[str, ObjectState]] | None
    began: float
    observer: Observer
    _end: Callable[[], None] | None = field(init=False, default=None)

    def start(self) -> None:
        """Sample now, and from now on."""
        if self._end is not None:
            return
        self.sample()
        if isinstance(self.arm, Stepped):
            self._end = self.arm.every(PERIOD_S, self.sample)
            return
        over = threading.Event()
        thread = threading.Thread(target=self._poll, args=(over,), name="state-sampling", daemon=True)
        thread.start()

        def end() -> None:
            over.set()
            thread.join(1.0)

        self._end = end

    def stop(self) -> None:
        """Sample once more, and no longer."""
        if self._end is not None:
            end, self._end = self._end, None
            end()
            with suppress(Failure):  # a robot that is gone has no state
                self.sample()

    def sample(self) -> None:
        """Tell where everything is now. Raises CommsLost where the arm does not say."""
        state = self.arm.state()
        truth = self.truth() if self.truth is not None else None
        q = tuple(float(value) for value in state.q)
        self.observer(Moved(state.stamp - self.began, q, state.gripper_width, truth))

    def _poll(self, over: threading.Event) -> None:
        while not over.wait(PERIOD_S):
            with suppress(Failure, OSError):  # who moves the arm learns of it; watching it ends nothing
                self.sample()
