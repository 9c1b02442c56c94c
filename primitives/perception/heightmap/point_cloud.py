"""Point clouds in the base frame, and which points belong to what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from primitives.categories import ROUND
from primitives.scene import SceneObject


def base_points(
    depth: NDArray[np.float32], K: NDArray[np.float64], T_base_camera: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(H, W, 3) float32 m, base frame: where each pixel's ray ends; the camera itself where the depth is unknown."""
    height, width = depth.shape
    u = (np.arange(width, dtype=np.float32) - float(K[0, 2])) / float(K[0, 0])
    v = (np.arange(height, dtype=np.float32) - float(K[1, 2])) / float(K[1, 1])
    points = np.empty((height, width, 3), np.float32)
    for axis in range(3):
        right, down, forward, origin = (float(value) for value in T_base_camera[axis])
        # the direction of each ray in the base frame is separable in u and v
        points[..., axis] = ((right * u + forward)[None, :] + (down * v)[:, None]) * depth + origin
    return points


def within(points: NDArray[np.float32], obj: SceneObject, *, margin: float) -> NDArray[np.bool_]:
    """Which of the (..., 3) points lie in the box, or upright cylinder, that `obj` fills, grown by `margin` m."""
    dx, dy, dz = (points[..., i] - obj.position[i] for i in range(3))
    half = [s / 2 + margin for s in obj.size]
    # the table is no part of a thing that stands on it
    upright = (np.abs(dz) <= half[2]) & (points[..., 2] > min(0.002, obj.top / 2))
    if obj.category in ROUND:
        return upright & (dx * dx + dy * dy <= half[0] ** 2)
    c, s = np.cos(obj.yaw), np.sin(obj.yaw)
    return upright & (np.abs(c * dx + s * dy) <= half[0]) & (np.abs(c * dy - s * dx) <= half[1])
