"""Motions of a `StreamedArm`: carried out and answered for by the vendor's process, measured by ours."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost, HardwareFault, LimitExceeded, ProtectiveStop, Stopped
from primitives.robot import ArmState, MotionResult
from primitives.robots.ending import EndsOnce
from primitives.robots.vendor_process import VendorProcess

QUIET_S = 1.0
"""Robot time for which fingers may rest without the hand telling that it is done."""
TWITCH = 2e-4
"""m by which the measured width of resting fingers changes."""


class Streamed(Protocol):
    """What a motion needs of its arm, which `StreamedArm` is."""

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for."""
        ...

    @property
    def arrived(self) -> float:
        """rad within which a path has reached its end."""
        ...

    @property
    def slack(self) -> float:
        """Factor on limits of host time."""
        ...

    def state(self) -> ArmState:
        """The latest. Raises CommsLost."""
        ...

    def fresh(self) -> ArmState:
        """One received after now. Raises CommsLost."""
        ...

    def both(self) -> tuple[VendorProcess, VendorProcess]:
        """The processes of arm and hand. Raises CommsLost."""
        ...

    def answer(self, process: VendorProcess, timeout_s: float) -> str | None:
        """What a process says in time. Raises CommsLost."""
        ...

    def brake_and_wait(self, process: VendorProcess) -> None:
        """Stop what moves. Raises CommsLost."""
        ...


class StreamedMotion(EndsOnce):
    """A motion that one of the vendor's processes carries out and answers for."""

    def __init__(self, arm: Streamed, number: int, began: float) -> None:
        super().__init__()
        self._arm, self._number, self._began = arm, number, began
        self._words: str | None = None

    def wait(self, timeout_s: float) -> MotionResult:
        """See `Motion.wait`. What moves when the connection is lost brakes as soon as it hears of it."""
        try:
            return super().wait(timeout_s)
        except CommsLost:
            with suppress(CommsLost):
                self._process.stop()
            raise

    @property
    def _process(self) -> VendorProcess:
        return self._arm.both()[self._number]

    def over(self) -> bool:
        """Whether it has ended, waited for or not."""
        if self._outcome is None and self._words is None:
            self._words = self._process.answer(0.0)
        return self._outcome is not None or self._words is not None


class PathMotion(StreamedMotion):
    """A path under way."""

    def __init__(self, arm: Streamed, goal: NDArray[np.float64], began: float) -> None:
        super().__init__(arm, 0, began)
        self._goal = goal
        self._cancelled = False

    def cancel(self) -> None:
        """Brake along the path."""
        if self._outcome is None:
            self._cancelled = True
            self._process.stop()

    def _ended(self, timeout_s: float) -> MotionResult:
        arm, process = self._arm, self._process
        words = self._words or arm.answer(process, timeout_s)
        if words is None:
            arm.brake_and_wait(process)
            raise LimitExceeded(f"the motion did not end within {timeout_s:g} s; the arm was stopped")
        what, _, why = words.partition(" ")
        if what == "reflex":
            raise ProtectiveStop(f"the arm stopped itself: {why}", hint="Look at the robot, then acknowledge.")
        if what == "refused":
            raise HardwareFault(f"the controller refuses the motion: {why}")
        if arm.stopped:
            raise Stopped("the arm was stopped", hint="Recover it before the next motion.")
        state = arm.fresh()
        off = float(np.abs(state.q - self._goal).max())
        reason = "cancelled" if self._cancelled else f"{off:.4f} rad from its goal"
        reached = off < self._arm.arrived
        return MotionResult(state, reached, state.stamp - self._began, "" if reached else reason)


class HandMotion(StreamedMotion):
    """The hand under way. One whose fingers rest and that does not answer has failed: it is not waited for."""

    def __init__(self, arm: Streamed, began: float, width: float) -> None:
        super().__init__(arm, 1, began)
        self._rested = width, began
        """Width at which the fingers were last seen to move, m, and when, on the robot's clock."""

    def cancel(self) -> None:
        """Stop the fingers where they are."""
        if self._outcome is None:
            self._process.stop()

    def _ended(self, timeout_s: float) -> MotionResult:
        arm, process = self._arm, self._process
        words = self._words or self._answered(timeout_s)
        if arm.stopped:
            raise Stopped("the arm was stopped", hint="Recover it before the next motion.")
        if words is None:
            process.stop()
            raise HardwareFault("the hand does not answer", hint="Look at the hand.")
        if words.startswith("refused"):
            raise HardwareFault(f"hand: {words.partition(' ')[2]}", hint="Look at the hand.")
        state = arm.fresh()
        return MotionResult(state, True, state.stamp - self._began)

    def _answered(self, timeout_s: float) -> str | None:
        """What the hand says; None where it says nothing in time, or long after its fingers came to rest."""
        deadline = time.monotonic() + timeout_s * self._arm.slack
        while time.monotonic() < deadline:
            words = self._arm.answer(self._process, 0.02 / self._arm.slack)
            if words is not None or self._arm.stopped:
                return words
            state = self._arm.state()
            if abs(state.gripper_width - self._rested[0]) > TWITCH:
                self._rested = state.gripper_width, state.stamp
            elif state.stamp - self._rested[1] > QUIET_S:
                return None
        return None
