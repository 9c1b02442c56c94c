"""A camera that casts a ray for every pixel onto the boxes of a `FakeTable`."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost
from primitives.robot import Arm, CameraInfo, Frame
from primitives.robots.fake.table import Box, FakeTable
from primitives.scene import Vector3

TABLE = np.array((196.0, 190.0, 182.0))
BACKGROUND = np.array((90.0, 95.0, 105.0))
REACH = 3.5
"""m beyond which no depth is measured."""
LIGHT = np.array((0.3, -0.25, 0.92))


def looking_at(eye: Vector3, target: Vector3) -> NDArray[np.float64]:
    """(4, 4) pose in the base frame of a camera at `eye` that looks at `target`."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    T = np.eye(4)
    T[:3, 0], T[:3, 1], T[:3, 2], T[:3, 3] = right, np.cross(forward, right), forward, eye
    return T


class FakeCamera:
    """An ideal RGB-D camera, which does not see the arm.

    Args:
        table: what it looks at.
        arm: whose clock and joints it stamps its images with.
        name: of the camera.
        eye: where it is in m, base frame.
        target: what it looks at, likewise.
        size: width and height in px.
        focal: length in px.
    """

    def __init__(
        self,
        table: FakeTable,
        arm: Arm,
        name: str,
        eye: Vector3,
        target: Vector3,
        *,
        size: tuple[int, int] = (640, 480),
        focal: float = 615.0,
    ) -> None:
        width, height = size
        K = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])
        self.info = CameraInfo(name, width, height, K, looking_at(eye, target))
        self.unplugged = False
        self._table = table
        self._arm = arm
        v, u = np.mgrid[:height, :width].astype(np.float32)
        rays = np.stack([(u - K[0, 2]) / focal, (v - K[1, 2]) / focal, np.ones_like(u)], -1).reshape(-1, 3)
        self._rays = (rays @ self.info.T_base_camera[:3, :3].T).astype(np.float32)

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """An image of the table as it is now."""
        if self.unplugged:
            raise CommsLost(f"camera {self.info.name!r} gave no image within {timeout_s:g} s (asked after {after:.3f})")
        state, now = self._arm.state(), time.monotonic()
        with self._table.lock:
            depth, rgb = self._cast(self._table.boxes)
        shape = (self.info.height, self.info.width)
        image = rgb.reshape(*shape, 3).clip(0, 255).astype(np.uint8)
        return Frame(self.info, image, depth.reshape(shape), state.stamp, now, state.q)

    def _cast(self, boxes: list[Box]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Depth (N,) in m along the camera's z axis, 0 where unknown, and colour (N, 3)."""
        eye, rays = self.info.T_base_camera[:3, 3], self._rays
        down = rays[:, 2] < 0
        depth = np.where(down, -eye[2] / np.where(down, rays[:, 2], -1.0), 0.0).astype(np.float32)
        depth[depth > REACH] = 0.0
        rgb = np.where((depth > 0)[:, None], TABLE, BACKGROUND)
        for box in boxes:
            R, half = box.T[:3, :3], np.array(box.size) / 2
            origin, local = R.T @ (eye - box.T[:3, 3]), rays @ R
            with np.errstate(divide="ignore", invalid="ignore"):
                a, b = (-half - origin) / local, (half - origin) / local
            low, high = np.minimum(a, b), np.maximum(a, b)
            near, far = low.max(1), high.min(1)
            hit = np.flatnonzero((near < far) & (near > 0) & ((depth == 0) | (near < depth)))
            face = low[hit].argmax(1)
            normal = R[:, face].T * np.sign(-local[hit, face])[:, None]
            shade = 0.45 + 0.5 * np.clip(normal @ LIGHT, 0, 1)
            depth[hit], rgb[hit] = near[hit], box.rgb * shade[:, None]
        return depth, rgb
