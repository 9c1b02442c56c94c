"""Rotations as vectors (rad about the axis they point along), and poses as six numbers, by OpenCV."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray


def rotation(vector: Any) -> NDArray[np.float64]:
    """(3, 3) of a rotation vector (3,) in rad."""
    found = cast("tuple[Any, Any]", cv2.Rodrigues(np.array(vector, dtype=np.float64)))
    return np.array(found[0], dtype=np.float64)


def rotation_vector(R: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) rad of a rotation (3, 3)."""
    found = cast("tuple[Any, Any]", cv2.Rodrigues(R))
    return np.array(found[0], dtype=np.float64).ravel()


def joined(R: Any, t: Any) -> NDArray[np.float64]:
    """(4, 4) pose of a rotation (3, 3) and a position (3,)."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = R, np.ravel(t)
    return T


def pose_matrix(v: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) pose of (rotation vector in rad, position in m)."""
    return joined(rotation(v[:3]), v[3:6])


def pose_vector(T: NDArray[np.float64]) -> NDArray[np.float64]:
    """(6,) rotation vector in rad and position in m of a pose (4, 4)."""
    return np.concatenate([rotation_vector(T[:3, :3]), T[:3, 3]])


def inverse(T: NDArray[np.float64]) -> NDArray[np.float64]:
    """The pose (4, 4) that undoes `T`."""
    return joined(T[:3, :3].T, -T[:3, :3].T @ T[:3, 3])
