"""Frames kept in a folder, and a camera that plays them: for tests, replays and bug reports without the robot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.failures import CommsLost
from primitives.regular_file import DAMAGE, regular_bytes
from primitives.robot import CameraInfo, Frame

INDEX = "frames.json"
DEPTH_UNIT = 1e-4
"""m of a step of the stored depth, which is 16 bits."""


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One frame's numbers; its images are NUMBER_rgb.png and NUMBER_depth.png."""

    stamp: float
    T_base_camera: list[list[float]]
    q: list[float] | None = None


class _Recording(msgspec.Struct, frozen=True, kw_only=True):
    camera: str
    width: int
    height: int
    K: list[list[float]]
    distortion: list[float]
    frames: list[_Stored]
    depth: bool = True
    schema_version: int = 1


def record(frames: Sequence[Frame], folder: Path) -> None:
    """Keep frames of one camera in `folder`; depth to `DEPTH_UNIT` m, at most 6.5 m.

    Raises:
        ConfigurationError: there are none, they are of several cameras, or the folder has a recording.
    """
    if not frames or len({f.camera.name for f in frames}) != 1:
        raise ConfigurationError("a recording holds at least one frame, and those of one camera")
    if (folder / INDEX).exists():
        raise ConfigurationError(f"{str(folder)!r} holds a recording already")
    folder.mkdir(parents=True, exist_ok=True)
    info = frames[0].camera
    stored: list[_Stored] = []
    for number, frame in enumerate(frames):
        steps = np.clip(np.round(frame.depth / DEPTH_UNIT), 0, 65535).astype(np.uint16)
        cv2.imwrite(str(folder / f"{number:05}_rgb.png"), frame.rgb[..., ::-1])
        cv2.imwrite(str(folder / f"{number:05}_depth.png"), steps)
        q = None if frame.q is None else frame.q.tolist()
        stored.append(_Stored(stamp=frame.stamp, T_base_camera=frame.camera.T_base_camera.tolist(), q=q))
    recording = _Recording(
        camera=info.name, width=info.width, height=info.height, K=info.K.tolist(),
        distortion=info.distortion.tolist(), frames=stored, depth=info.depth,
    )  # fmt: skip
    (folder / INDEX).write_bytes(msgspec.json.encode(recording))


class RecordedCamera:
    """Plays a recording: each call gives the next frame, as if it were exposed now.

    Args:
        folder: of a recording.
        repeat: begin anew after the last; else the camera falls silent then, as if unplugged.

    Raises:
        ConfigurationError: there is none, or it is damaged.
    """

    def __init__(self, folder: Path, *, repeat: bool = True) -> None:
        self._folder, self._repeat = folder, repeat
        try:
            self._recording = msgspec.json.decode(regular_bytes(folder / INDEX, "recording"), type=_Recording)
        except DAMAGE as error:
            raise ConfigurationError(f"{str(folder)!r} holds no recording of a camera: {error}") from error
        if not self._recording.frames:
            raise ConfigurationError(f"the recording {str(folder)!r} has no frames")
        self._next = 0
        stored = self._recording
        self._info = CameraInfo(
            stored.camera, stored.width, stored.height, np.array(stored.K),
            np.array(stored.frames[0].T_base_camera), np.array(stored.distortion), depth=stored.depth,
        )  # fmt: skip

    @property
    def info(self) -> CameraInfo:
        """Calibration, as of the first frame."""
        return self._info

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """The next frame. Raises CommsLost after the last."""
        stored = self._recording.frames
        if self._next >= len(stored) and not self._repeat:
            raise CommsLost(f"camera {self._info.name!r} gave no image within {timeout_s:g} s: the recording has ended")
        number = self._next % len(stored)
        self._next += 1
        one = stored[number]
        info = replace(self._info, T_base_camera=np.array(one.T_base_camera))
        rgb, depth = self._image(number, "rgb"), self._image(number, "depth").astype(np.float32)
        return Frame(
            info,
            np.ascontiguousarray(rgb[..., ::-1], dtype=np.uint8),
            depth * np.float32(DEPTH_UNIT),
            one.stamp,
            received=max(time.monotonic(), after),
            q=None if one.q is None else np.array(one.q),
        )

    def _image(self, number: int, what: str) -> NDArray[np.uint16]:
        path = self._folder / f"{number:05}_{what}.png"
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is None or image.shape[:2] != (self._info.height, self._info.width):
            raise CommsLost(f"camera {self._info.name!r}: {str(path)!r} is missing or damaged")
        return np.asarray(image, dtype=np.uint16)


def make(*, name: str, folder: str, repeat: bool = True) -> RecordedCamera:
    """The factory behind the entry point `recorded` in `codepolicy.cameras`."""
    del name  # that of the recording is kept
    return RecordedCamera(Path(folder), repeat=repeat)
