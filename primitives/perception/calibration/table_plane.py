"""Each camera's calibration corrected so that the table it sees lies at z = 0, level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.perception.calibration.misplaced_table import refuse_misplaced
from primitives.perception.geometry.quantiles import median
from primitives.perception.heightmap.point_cloud import base_points
from primitives.robot import CameraInfo, Frame
from primitives.scene import Workspace

_REACH = 0.025
"""m; a calibration worse than this is not corrected."""
_STRIDE = 8
"""Every eighth pixel of every eighth row is enough for a plane."""
_BINS = 50
"""Of height, to find the table in."""
_TOLERANCE = 0.0004
"""m; corrections closer than this to the one before are noise, and change nothing."""


class TablePlane:
    """Remembers the correction of each camera.

    A camera that is 2 mm or a tenth of a degree off shows the table as a slope that would stand out as a thing. Height
    and tilt follow from the table itself; position along it and turn about the vertical do not.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[CameraInfo, NDArray[np.float64], CameraInfo]] = {}

    def corrected(self, frame: Frame, workspace: Workspace) -> Frame:
        """`frame` with a camera that sees the table at z = 0.

        Raises:
            HardwareFault: no such table can be what the camera shows; see `refuse_misplaced`.
        """
        plane = _plane(frame, workspace)
        refuse_misplaced(frame, workspace, plane)
        if plane is None:
            return frame
        known = self._known.get(frame.camera.name)
        if known is None or known[0] is not frame.camera or not _alike(known[1], plane, workspace):
            known = (frame.camera, plane, _levelled(frame.camera, plane))
            self._known[frame.camera.name] = known
        return replace(frame, camera=known[2])


def _plane(frame: Frame, workspace: Workspace) -> NDArray[np.float64] | None:
    """(3,) a, b, c of the table z = a x + b y + c as the camera shows it; None when it shows too little of it."""
    xyz = _sparse(frame)
    (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
    on = (np.abs(xyz[:, 2]) < _REACH) & (xyz[:, 0] > x0) & (xyz[:, 0] < x1) & (xyz[:, 1] > y0) & (xyz[:, 1] < y1)
    xyz = xyz[on]
    if len(xyz) < 200:
        return None
    A = np.column_stack([xyz[:, :2], np.ones(len(xyz), np.float32)])
    # the lowest of the common heights: the floors of boxes and plates are common too, and higher
    step = 2 * _REACH / _BINS
    counts = np.bincount(((xyz[:, 2] + _REACH) / step).astype(np.intp), minlength=_BINS)
    common = np.convolve(counts, np.ones(3), mode="same")
    lowest = int(np.argmax(common > 0.4 * common.max()))
    peak = lowest + int(np.argmax(common[lowest : lowest + 4]))
    plane = np.array([0.0, 0.0, (peak + 0.5) * step - _REACH])
    # ever closer, so that in the end plates and the floors of boxes, 7 mm high, do not count as the table
    for width in (0.005, 0.004, 0.003, 0.0, 0.0):
        off = np.abs(xyz[:, 2] - A @ plane)
        spread = 1.48 * median(off[off < 0.005]) if (off < 0.005).any() else 0.0
        near = off < max(width, 0.002, min(0.005, 3.0 * spread))
        if near.sum() < 200:
            return None
        B = A[near].astype(np.float64)
        plane = np.asarray(np.linalg.solve(B.T @ B + 1e-9 * np.eye(3), B.T @ xyz[near, 2]), dtype=np.float64)
    return plane


def _sparse(frame: Frame) -> NDArray[np.float32]:
    """(N, 3) m, base frame: where the rays of some pixels end."""
    K = frame.camera.K.copy()
    K[:2] /= _STRIDE
    depth = frame.depth[::_STRIDE, ::_STRIDE]
    return base_points(depth, K, frame.camera.T_base_camera)[depth > 0]


def _alike(a: NDArray[np.float64], b: NDArray[np.float64], workspace: Workspace) -> bool:
    """Whether two planes differ nowhere in the workspace by more than noise."""
    (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
    corners = np.array([(x, y, 1.0) for x in (x0, x1) for y in (y0, y1)])
    return bool(np.all(np.abs(corners @ (a - b)) < _TOLERANCE))


def _levelled(camera: CameraInfo, plane: NDArray[np.float64]) -> CameraInfo:
    """`camera` moved so that `plane` becomes z = 0, turned about the point of the table below it."""
    a, b, c = (float(v) for v in plane)
    normal = np.array([-a, -b, 1.0]) / np.sqrt(a * a + b * b + 1.0)
    axis = np.cross(normal, (0.0, 0.0, 1.0))
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    turn = np.eye(3) + cross + cross @ cross / (1.0 + normal[2])
    # the point that stays in place along the table: where the camera looks, not where it hangs
    eye, ahead = camera.T_base_camera[:3, 3], camera.T_base_camera[:3, 2]
    target = eye + ahead * (-eye[2] / ahead[2]) if ahead[2] < -0.1 else eye * np.array([1.0, 1.0, 0.0])
    pivot = np.array([target[0], target[1], a * target[0] + b * target[1] + c])
    pose = np.eye(4)
    pose[:3, :3] = turn
    pose[:3, 3] = pivot * np.array([1.0, 1.0, 0.0]) - turn @ pivot
    return replace(camera, T_base_camera=pose @ camera.T_base_camera)
