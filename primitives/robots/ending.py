"""A motion of a driver that ends once, and is told alike to everybody who waits for it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from primitives.failures import Failure
from primitives.robot import MotionResult


class EndsOnce(ABC):
    """`wait` of `Motion`: the first that ends keeps its result or failure, and later ones give the same."""

    def __init__(self) -> None:
        self._outcome: MotionResult | Failure | None = None

    def wait(self, timeout_s: float) -> MotionResult:
        """Until it has ended, for at most `timeout_s` of host time; see `Motion.wait`."""
        if self._outcome is None:
            try:
                self._outcome = self._ended(timeout_s)
            except Failure as failure:
                self._outcome = failure
        if isinstance(self._outcome, Failure):
            raise self._outcome
        return self._outcome

    @abstractmethod
    def _ended(self, timeout_s: float) -> MotionResult:
        """What came of it; raises the failure that ended it."""
