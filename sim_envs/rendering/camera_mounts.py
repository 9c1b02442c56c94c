"""The two RGB-D cameras that watch the table, with the intrinsics of a common depth camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo


def look_at(eye: tuple[float, float, float], target: tuple[float, float, float]) -> NDArray[np.float64]:
    """(4, 4) that takes points of a camera at `eye` looking at `target` (OpenCV axes) to the base frame, m."""
    forward = np.subtract(target, eye)
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right = right / np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, np.cross(forward, right), forward, eye
    return pose


def pinhole(width: int, height: int, focal: float) -> NDArray[np.float64]:
    """(3, 3) matrix in px with the principal point in the middle; integer coordinates are pixel centres."""
    return np.array([[focal, 0.0, (width - 1) / 2], [0.0, focal, (height - 1) / 2], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a camera hangs."""

    name: str
    eye: tuple[float, float, float]
    """m, base frame."""
    target: tuple[float, float, float]
    """The point in the middle of the image, m, base frame."""
    upside_down: bool = False
    """Mounted turned by half a turn about its optical axis."""


MOUNTS = (
    Mount("overhead", (0.86, 0.0, 0.94), (0.475, 0.0, 0.02), upside_down=True),
    Mount("front", (1.16, 0.0, 0.52), (0.455, 0.0, 0.02)),
)
"""Both look towards the robot, so that the arm at home hides nothing of the table. The overhead camera hangs upside
down, so that its image reads like the conventions: far is up, left is left."""


def camera_info(mount: Mount, width: int = 640, height: int = 480) -> CameraInfo:
    """Calibration of a mounted camera: 615 px focal length at 640x480, as of an Intel RealSense D435."""
    pose = look_at(mount.eye, mount.target)
    if mount.upside_down:
        pose[:3, :2] *= -1.0
    return CameraInfo(
        name=mount.name,
        width=width,
        height=height,
        K=pinhole(width, height, 615.0 * width / 640),
        T_base_camera=pose,
    )
