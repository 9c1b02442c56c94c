"""Pictures and videos for people, made from the robot's own cameras where a world makes none by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.robot import Camera, Frame
from primitives.video_file import write_h264

FPS = 5
HEIGHT = 480
"""Of a picture in px; smaller images stay as they are."""
MAX_FRAMES = 3000
"""Ten minutes; where a run takes longer, every other frame goes."""
QUALITY = 85
"""Of the JPEGs that are kept until the video is written."""
WAIT_S = 1.0
"""How long a camera may take."""


class CameraPictures:
    """`Pictured` by what the cameras see, side by side. A recording asks them `FPS` times a second from a thread."""

    def __init__(self, cameras: tuple[Camera, ...]) -> None:
        self._cameras = cameras
        self._recording: _Recording | None = None

    def picture(self, path: Path) -> None:
        """Write a PNG of what every camera sees now.

        Raises:
            OSError: it cannot be written.
            CommsLost: no camera answers.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if not cv2.imwrite(str(path), _side_by_side(self._cameras)[..., ::-1]):
            raise OSError(f"cannot write the picture {str(path)!r}")

    def start_recording(self) -> None:
        """Start keeping images."""
        self._stop()
        self._recording = _Recording(self._cameras)

    def write_video(self, path: Path) -> None:
        """Write what was recorded and stop recording."""
        recording = self._stop()
        if recording is None:
            raise ConfigurationError("nothing was recorded; call start_recording first.")
        recording.write(path)

    def close(self) -> None:
        """Stop recording. Idempotent."""
        self._stop()

    def _stop(self) -> _Recording | None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.stop()
        return recording


class _Recording:
    """JPEGs of what the cameras saw, and how many frames of the video each stands for."""

    def __init__(self, cameras: tuple[Camera, ...]) -> None:
        self._cameras = cameras
        self._images: list[NDArray[np.uint8]] = []
        self._every = 1
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Keep no more images."""
        self._ending.set()
        self._thread.join(2 * WAIT_S)

    def write(self, path: Path) -> None:
        """Write the video; of the size of its first frame."""
        images = self._decoded()
        first = next(images, None)
        if first is None:
            raise ConfigurationError("no camera gave an image while the run was recorded.")
        height, width = (side - side % 2 for side in first.shape[:2])

        def frames() -> Iterator[NDArray[np.uint8]]:
            for image in (first, *images):
                yield np.ascontiguousarray(image[:height, :width])

        write_h264(path, frames(), width=width, height=height, fps=FPS)

    def _decoded(self) -> Iterator[NDArray[np.uint8]]:
        shape: tuple[int, ...] | None = None
        for jpeg in self._images:
            image = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
            shape = shape or image.shape
            if image.shape == shape:  # a camera that came or went changes the whole picture
                yield image

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + self._every / FPS
            try:
                image = _side_by_side(self._cameras)
            except Exception:
                continue
            ok, jpeg = cv2.imencode(".jpg", image[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
            if ok:
                self._images.append(np.asarray(jpeg, np.uint8))
            if len(self._images) >= MAX_FRAMES:
                del self._images[1::2]
                self._every *= 2


def _side_by_side(cameras: tuple[Camera, ...]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB: what every camera that answers sees. Raises CommsLost when none does."""
    images: list[NDArray[np.uint8]] = []
    why: Failure | None = None
    for camera in cameras:
        try:
            images.append(_scaled(camera.frame(after=time.monotonic() - WAIT_S, timeout_s=WAIT_S)))
        except Failure as failure:
            why = failure
    if not images:
        raise why or ConfigurationError("the robot has no camera to make a picture with.")
    height = min(len(image) for image in images)
    return np.hstack([image[:height] for image in images])


def _scaled(frame: Frame) -> NDArray[np.uint8]:
    height, width = frame.rgb.shape[:2]
    if height <= HEIGHT:
        return frame.rgb
    return np.asarray(cv2.resize(frame.rgb, (round(width * HEIGHT / height), HEIGHT)), np.uint8)
