"""Ordinary cameras (UVC, files, streams) by OpenCV. They measure no depth, and say so before anything moves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.cameras.newest_image import Image, NewestImage
from primitives.failures import CommsLost, HardwareFault
from primitives.robot import CameraInfo, Frame

FIRST_IMAGE_S = 5.0


class OpenCvCamera:
    """A colour camera: its frames have depth 0, unknown, everywhere.

    Args:
        info: calibration for images of exactly its size.
        source: number of a device, or the address of a file or stream.
    """

    def __init__(self, info: CameraInfo, source: int | str) -> None:
        self.info = replace(info, depth=False)
        self._source = source
        self._capture: Any = None
        self._newest: NewestImage | None = None
        self._blank: NDArray[np.float32] = np.zeros((info.height, info.width), np.float32)

    def connect(self, timeout_s: float = FIRST_IMAGE_S) -> None:
        """Start reading. Raises CommsLost where there is none, HardwareFault where its images have another size."""
        self.close()
        capture: Any = cv2.VideoCapture(self._source)
        if not capture.isOpened():
            raise CommsLost(
                f"camera {self.info.name!r}: nothing opens at {self._source!r}",
                hint="Check the number or address, and that no other program uses it.",
            )
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.info.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.info.height)
        self._capture = capture
        self._newest = NewestImage(self.info.name, self._grabbed)
        try:
            first = self._newest.after(0.0, timeout_s)
        except CommsLost:
            self.close()
            raise
        height, width = first.rgb.shape[:2]
        if (width, height) != (self.info.width, self.info.height):
            self.close()
            raise HardwareFault(
                f"camera {self.info.name!r} gives {width}x{height} px, its calibration is for "
                f"{self.info.width}x{self.info.height}",
                hint="Calibrate for the size that it gives.",
            )

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """An image exposed after a moment; see `Camera.frame`."""
        if self._newest is None:
            raise CommsLost(f"camera {self.info.name!r} is not connected")
        image = self._newest.after(after, timeout_s)
        return Frame(self.info, image.rgb, self._blank, image.stamp, received=image.exposed)

    def close(self) -> None:
        """Stop reading. Idempotent, never raises."""
        if self._newest is not None:
            self._newest.close()
        if self._capture is not None:
            self._capture.release()
        self._newest = self._capture = None

    def _grabbed(self) -> Image:
        arrived, bgr = self._capture.read()
        if not arrived:
            raise CommsLost("it gives no image")
        exposed = time.monotonic()
        rgb: NDArray[np.uint8] = np.ascontiguousarray(bgr[..., ::-1])
        return Image(rgb, self._blank, exposed, exposed)


def make(
    *,
    name: str,
    source: int | str,
    width: int,
    height: int,
    K: Sequence[Sequence[float]],
    distortion: Sequence[float] = (0.0, 0.0, 0.0, 0.0, 0.0),
) -> OpenCvCamera:
    """The factory behind the entry point `opencv` in `codepolicy.cameras`: a camera that is connected."""
    info = CameraInfo(name, width, height, np.array(K, dtype=np.float64), distortion=np.array(distortion, np.float64))
    camera = OpenCvCamera(info, source)
    camera.connect()
    return camera
