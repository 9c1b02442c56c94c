"""Poses as 4 x 4 matrices: conversion, distance, and the straight line between two."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.scene import Pose, SceneObject


def pose_matrix(pose: Pose) -> NDArray[np.float64]:
    """(4, 4) of a `Pose`; its quaternion is normalised."""
    x, y, z, w = np.asarray(pose.quaternion_xyzw) / np.linalg.norm(pose.quaternion_xyzw)
    T = np.eye(4)
    T[:3, :3] = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    T[:3, 3] = pose.position
    return T


def matrix_pose(T: NDArray[np.float64]) -> Pose:
    """The `Pose` of a (4, 4) matrix."""
    q = pin.Quaternion(T[:3, :3]).coeffs()
    x, y, z = (float(v) for v in T[:3, 3])
    return Pose((x, y, z), (float(q[0]), float(q[1]), float(q[2]), float(q[3])))


def pose_distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    """Distance in m and angle in rad between two (4, 4) poses."""
    cosine = (float(np.vdot(a[:3, :3], b[:3, :3])) - 1) / 2
    return math.dist(a[:3, 3].tolist(), b[:3, 3].tolist()), math.acos(min(max(cosine, -1.0), 1.0))


def object_matrix(obj: SceneObject) -> NDArray[np.float64]:
    """(4, 4) pose of an upright object: its centre, turned by its yaw."""
    return upright(obj.position, obj.yaw)


def upright(position: Sequence[float], yaw: float) -> NDArray[np.float64]:
    """(4, 4) pose at `position` (m), turned by `yaw` rad about the vertical."""
    c, s = math.cos(yaw), math.sin(yaw)
    T = np.eye(4)
    T[:2, :2] = ((c, -s), (s, c))
    T[:3, 3] = position
    return T


def line(start: NDArray[np.float64], end: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """(4, 4) poses along the straight line from `start` (left out) to `end`, every centimetre or 5 degrees."""
    a, b = pin.SE3(start), pin.SE3(end)
    distance, angle = pose_distance(start, end)
    n = max(1, math.ceil(distance / 0.01), math.ceil(angle / 0.09))
    turn = pin.log3(a.rotation.T @ b.rotation)
    for k in range(1, n + 1):
        T = np.eye(4)
        T[:3, :3] = a.rotation @ pin.exp3(turn * (k / n))
        T[:3, 3] = a.translation + (b.translation - a.translation) * (k / n)
        yield T
