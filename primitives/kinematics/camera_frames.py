"""Images as everything above the cameras needs them: fresh, placed in the base frame, and without distortion."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.failures import HardwareFault
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo, Camera, Frame, Robot

TIMEOUT_S = 2.0
"""Host time within which a camera must give an image."""


def fresh_frames(robot: Robot, *, timeout_s: float = TIMEOUT_S) -> tuple[Frame, ...]:
    """An image of every camera, exposed from now on.

    Raises:
        CommsLost: a camera gave none in time.
        HardwareFault: an image is not what the camera's calibration says.
    """
    now = time.monotonic()
    return tuple(fresh_frame(robot, camera, after=now, timeout_s=timeout_s) for camera in robot.cameras)


def fresh_frame(robot: Robot, camera: Camera, *, after: float, timeout_s: float = TIMEOUT_S) -> Frame:
    """An image of `camera`, exposed after `after` s of the host's monotonic clock; raises as `fresh_frames` does."""
    frame = camera.frame(after=after, timeout_s=timeout_s)
    _check(frame)
    return straightened(placed(frame, robot))


def placed(frame: Frame, robot: Robot) -> Frame:
    """`frame` with its camera's pose in the base frame: of a camera on a link, from the joints at exposure."""
    info = frame.camera
    if info.link is None:
        return frame
    if info.T_link_camera is None:
        raise HardwareFault(f"camera {info.name!r} is on link {info.link!r}, but nothing says where on it")
    q = frame.q if frame.q is not None else robot.arm.state().q
    pose = _kinematics(robot.arm.info).link(q, info.link) @ info.T_link_camera
    return replace(frame, camera=replace(info, T_base_camera=pose, link=None, T_link_camera=None))


def straightened(frame: Frame) -> Frame:
    """`frame` as a camera without distortion would give it: the same K, colours in between, depth as measured."""
    info = frame.camera
    if not np.any(info.distortion):
        return frame
    across, down = _maps(info.K.tobytes(), np.asarray(info.distortion, np.float64).tobytes(), info.width, info.height)
    return replace(
        frame,
        camera=replace(info, distortion=np.zeros(5)),
        rgb=np.asarray(cv2.remap(frame.rgb, across, down, cv2.INTER_LINEAR), np.uint8),
        depth=np.asarray(cv2.remap(frame.depth, across, down, cv2.INTER_NEAREST), np.float32),
    )


def _check(frame: Frame) -> None:
    info = frame.camera
    shape = (info.height, info.width)
    if frame.rgb.shape != (*shape, 3) or frame.rgb.dtype != np.uint8:
        raise HardwareFault(
            f"camera {info.name!r} gave an image of shape {frame.rgb.shape} and type {frame.rgb.dtype}",
            expected=f"{(*shape, 3)} uint8",
        )
    if frame.depth.shape != shape or frame.depth.dtype != np.float32:
        raise HardwareFault(
            f"camera {info.name!r} gave depth of shape {frame.depth.shape} and type {frame.depth.dtype}",
            expected=f"{shape} float32, in m",
        )
    depth = frame.depth[frame.depth != 0]
    if depth.size and not (float(depth.min()) > 0.0 and float(depth.max()) < 100.0):  # false for NaN
        raise HardwareFault(
            f"camera {info.name!r} gave depths from {float(depth.min()):g} to {float(depth.max()):g}",
            expected="metres, 0 where unknown",
            hint="Many cameras give millimetres as whole numbers; the driver has to convert them.",
        )


@lru_cache(maxsize=8)
def _maps(K: bytes, distortion: bytes, width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    matrix = np.frombuffer(K, np.float64).reshape(3, 3)
    across, down = cv2.initUndistortRectifyMap(
        matrix, np.frombuffer(distortion, np.float64), np.eye(3), matrix, (width, height), cv2.CV_32FC1
    )
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


@lru_cache(maxsize=4)
def _kinematics(info: ArmInfo) -> Kinematics:
    return Kinematics(info)
