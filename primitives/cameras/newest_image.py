"""The newest image of a source, fetched in a thread of its own, so that nobody waits longer than they said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost

RETRY_S = 0.1
"""Pause after an image that did not come."""


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """One image."""

    rgb: NDArray[np.uint8]
    """(H, W, 3)."""
    depth: NDArray[np.float32]
    """(H, W) m, 0 where unknown."""
    stamp: float
    """Clock of the camera in s."""
    exposed: float
    """Host's monotonic clock in s at exposure, as well as it is known."""


class NewestImage:
    """Calls `grab` for ever and keeps what came last.

    Args:
        name: of the camera, for messages.
        grab: waits for the next image; raises any exception where none came.
    """

    def __init__(self, name: str, grab: Callable[[], Image]) -> None:
        self._name, self._grab = name, grab
        self._came = threading.Condition()
        self._image: Image | None = None
        self._trouble = ""
        self._closing = False
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"camera {name}", daemon=True)
        self._thread.start()

    def after(self, moment: float, timeout_s: float) -> Image:
        """The newest image, exposed after `moment` (host's monotonic clock, s).

        Raises:
            CommsLost: none came within `timeout_s` s of host time.
        """
        deadline = time.monotonic() + timeout_s
        with self._came:
            while self._image is None or self._image.exposed <= moment:
                left = deadline - time.monotonic()
                if self._closing or left <= 0.0 or not self._came.wait(left):
                    raise self._lost(timeout_s)
            return self._image

    def close(self, timeout_s: float = 1.0) -> None:
        """Stop fetching. Idempotent; a `grab` that hangs is left behind after `timeout_s` s."""
        with self._came:
            self._closing = True
            self._came.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _lost(self, timeout_s: float) -> CommsLost:
        last = self._image.exposed if self._image is not None else self._began
        age = time.monotonic() - last
        return CommsLost(
            f"camera {self._name!r} gave no image within {timeout_s:g} s; the last is {age:.1f} s old"
            + (f" ({self._trouble})" if self._trouble else ""),
            hint="Check its cable, and that no other program uses it.",
        )

    def _run(self) -> None:
        while not self._closing:
            try:
                image = self._grab()
            except Exception as error:
                self._trouble = str(error) or type(error).__name__
                time.sleep(RETRY_S)
                continue
            with self._came:
                self._image, self._trouble = image, ""
                self._came.notify_all()
