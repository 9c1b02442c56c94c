"""Intel RealSense depth cameras by `pyrealsense2`: extra `[realsense]`."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.cameras.newest_image import Image, NewestImage
from primitives.errors import ConfigurationError
from primitives.failures import CommsLost
from primitives.robot import CameraInfo, Frame

FIRST_IMAGE_S = 5.0
GRAB_MS = 500
PLAIN_MODELS = ("brown_conrady", "modified_brown_conrady", "none")
"""Distortions that OpenCV's five numbers describe."""


class RealSenseCamera:
    """A camera with depth aligned to colour.

    Args:
        mounting: name and place; its K, distortion and size are taken from the camera.
        serial: of the camera; the only one when left out.
        size: width and height in px.
        rate: images per s.
        recording: a file recorded by librealsense, in place of a camera; it is played again and again.

    Raises:
        ConfigurationError: the extra is missing, or there is no such recording.
    """

    def __init__(
        self,
        mounting: CameraInfo,
        *,
        serial: str | None = None,
        size: tuple[int, int] = (640, 480),
        rate: int = 30,
        recording: Path | None = None,
    ) -> None:
        if find_spec("pyrealsense2") is None:
            raise ConfigurationError(
                "camera driver 'realsense' needs pyrealsense2: pip install 'codepolicy[realsense]'"
            )
        if recording is not None and not recording.is_file():
            raise ConfigurationError(f"there is no recording {str(recording)!r}")
        self._rs: Any = import_module("pyrealsense2")
        self._info, self._serial, self._size, self._rate, self._recording = mounting, serial, size, rate, recording
        self._pipeline: Any = None
        self._newest: NewestImage | None = None

    @property
    def info(self) -> CameraInfo:
        """Calibration; the intrinsics are the camera's own once it is connected."""
        return self._info

    def connect(self, timeout_s: float = FIRST_IMAGE_S) -> None:
        """Start streaming. Raises CommsLost where no image comes in time, ConfigurationError for its calibration."""
        self.close()
        rs = self._rs
        config: Any = rs.config()
        if self._recording is not None:
            config.enable_device_from_file(str(self._recording), repeat_playback=True)
        else:
            if self._serial is not None:
                config.enable_device(self._serial)
            config.enable_stream(rs.stream.depth, *self._size, rs.format.z16, self._rate)
            config.enable_stream(rs.stream.color, *self._size, rs.format.rgb8, self._rate)
        pipeline: Any = rs.pipeline()
        try:
            profile: Any = pipeline.start(config)
        except RuntimeError as error:
            raise CommsLost(
                f"camera {self._info.name!r} does not start: {error}", hint=f"Connected: {self._connected()}."
            ) from error
        self._pipeline = pipeline
        self._info = self._calibrated(profile)
        self._scale = float(profile.get_device().first_depth_sensor().get_depth_scale())
        self._align: Any = rs.align(rs.stream.color)
        self._newest = NewestImage(self._info.name, self._grabbed)
        try:
            self._newest.after(0.0, timeout_s)
        except CommsLost:
            self.close()
            raise

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """An image exposed after a moment; see `Camera.frame`."""
        if self._newest is None:
            raise CommsLost(f"camera {self._info.name!r} is not connected")
        image = self._newest.after(after, timeout_s)
        return Frame(self._info, image.rgb, image.depth, image.stamp, received=image.exposed)

    def close(self) -> None:
        """Stop streaming. Idempotent, never raises."""
        if self._newest is not None:
            self._newest.close()
        if self._pipeline is not None:
            with contextlib.suppress(RuntimeError):
                self._pipeline.stop()
        self._newest = self._pipeline = None

    def _grabbed(self) -> Image:
        arrived, frames = self._pipeline.try_wait_for_frames(GRAB_MS)
        if not arrived:
            raise CommsLost(f"nothing came for {GRAB_MS} ms")
        exposed = time.monotonic()
        aligned: Any = self._align.process(frames)
        color, depth = aligned.get_color_frame(), aligned.get_depth_frame()
        if not color or not depth:
            raise CommsLost("an image came without depth or colour")
        rgb: NDArray[np.uint8] = np.array(color.get_data(), dtype=np.uint8)
        raw: NDArray[np.uint16] = np.asarray(depth.get_data())
        metres = (raw * np.float32(self._scale)).astype(np.float32)
        return Image(rgb, metres, float(color.get_timestamp()) / 1000.0, exposed)

    def _calibrated(self, profile: Any) -> CameraInfo:
        stream: Any = profile.get_stream(self._rs.stream.color).as_video_stream_profile()
        own: Any = stream.get_intrinsics()
        model = str(own.model).rpartition(".")[2]
        coefficients = np.array(own.coeffs, dtype=np.float64)
        if model not in PLAIN_MODELS and np.any(coefficients):
            raise ConfigurationError(
                f"camera {self._info.name!r} has distortion of the model {model!r}; known are {', '.join(PLAIN_MODELS)}"
            )
        K = np.array([[own.fx, 0.0, own.ppx], [0.0, own.fy, own.ppy], [0.0, 0.0, 1.0]])
        return replace(self._info, width=own.width, height=own.height, K=K, distortion=coefficients)

    def _connected(self) -> str:
        rs = self._rs
        found = [str(device.get_info(rs.camera_info.serial_number)) for device in rs.context().query_devices()]
        return ", ".join(found) or "no RealSense camera"


def make(
    *,
    name: str,
    serial: str | None = None,
    width: int = 640,
    height: int = 480,
    rate: int = 30,
    recording: str | None = None,
) -> RealSenseCamera:
    """The factory behind the entry point `realsense` in `codepolicy.cameras`: a camera that is connected."""
    path = Path(recording) if recording is not None else None
    unknown = CameraInfo(name, width, height, np.eye(3))
    camera = RealSenseCamera(unknown, serial=serial, size=(width, height), rate=rate, recording=path)
    camera.connect()
    return camera
