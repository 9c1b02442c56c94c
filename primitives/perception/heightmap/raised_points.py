"""From one RGB-D image to heights above the table, and to the points that stand out of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.quantiles import median
from primitives.perception.heightmap.grid import MARGIN
from primitives.robot import Frame
from primitives.scene import Workspace

_QUIET, ROUGH = 0.0004, 0.0012
SHARED = 0.0011
"""m; noise from which depth is smoothed over 3, and over 5 pixels; and noise left after that which neighbours share."""
_SAMPLE = 5
"""Every fifth pixel of every fifth row says how noisy the table is."""
_TABLE = 0.008
"""m from the table's plane within which a height is one of the table."""


def heights(frame: Frame) -> tuple[NDArray[np.float32], float, float]:
    """(H, W) float32 m above the table, NaN where unknown, smoothed as the noise asks for; and the noise in m before
    and after that."""
    depth = frame.depth
    missing = depth <= 0
    gaps = bool(missing.any())
    if gaps:
        # single missing pixels take a neighbour's value; larger holes stay unknown
        depth = depth.copy()
        cv2.copyTo(cv2.dilate(frame.depth, np.ones((3, 3), np.uint8)), missing.view(np.uint8), depth)
    noise = _table_noise(_z(depth, frame, step=_SAMPLE))
    if noise > _QUIET:
        depth = np.asarray(cv2.medianBlur(depth, 5 if noise > ROUGH else 3), dtype=np.float32)
    z = _z(depth, frame)
    if gaps:
        np.copyto(z, np.nan, where=depth <= 0)
    return z, noise, _table_noise(_levelled(z[::_SAMPLE, ::_SAMPLE])) if noise > ROUGH else 0.0


def _table_noise(z: NDArray[np.float32]) -> float:
    """Standard deviation in m of the heights that belong to the table."""
    near = z[np.abs(z) < _TABLE]
    return 1.4826 * median(np.abs(near)) if len(near) > 100 else 0.0


def _levelled(z: NDArray[np.float32]) -> NDArray[np.float32]:
    """Heights (R, C) above the plane through those of the table: a camera that leans a little is no noise."""
    rows, columns = np.nonzero(np.abs(z) < _TABLE)
    if len(rows) <= 100:
        return z
    plane = np.stack([np.ones(len(rows)), rows, columns], axis=1)
    a, b, c = np.linalg.lstsq(plane, z[rows, columns].astype(np.float64), rcond=None)[0]
    r, k = np.ogrid[: z.shape[0], : z.shape[1]]
    return np.asarray(z - (a + b * r + c * k), dtype=np.float32)


def raised_points(
    frame: Frame, z: NDArray[np.float32], workspace: Workspace, lowest: float
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """(N, 3) m and (N, 3) sRGB of everything above `lowest` m over the workspace and its margin."""
    high = cv2.inRange(z, np.array(lowest), np.array(workspace.high[2]))
    if not cv2.countNonZero(high):
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint8)
    u, v = np.asarray(cv2.findNonZero(high), dtype=np.int32)[:, 0].T
    pixel = v * frame.camera.width + u
    level = z.ravel()[pixel]
    x, y = _xy(level, u.astype(np.float32), v.astype(np.float32), frame)
    (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
    inside = np.flatnonzero((x > x0 - MARGIN) & (x < x1 + MARGIN) & (y > y0 - MARGIN) & (y < y1 + MARGIN))
    xyz = np.stack([x[inside], y[inside], level[inside]], axis=1)
    return xyz, np.take(frame.rgb.reshape(-1, 3), pixel[inside], axis=0)


def _z(depth: NDArray[np.float32], frame: Frame, step: int = 1) -> NDArray[np.float32]:
    """(H, W) m: heights of what the pixels see, every `step` of them."""
    K = frame.camera.K
    right, down, forward, origin = (float(value) for value in frame.camera.T_base_camera[2])
    u = (np.arange(0, depth.shape[1], step, dtype=np.float32) - float(K[0, 2])) / float(K[0, 0])
    v = (np.arange(0, depth.shape[0], step, dtype=np.float32) - float(K[1, 2])) / float(K[1, 1])
    z = np.asarray((down * v)[:, None] + (right * u + forward)[None, :], dtype=np.float32)
    z *= depth[::step, ::step]
    z += np.float32(origin)
    return z


def _xy(
    z: NDArray[np.float32], u: NDArray[np.float32], v: NDArray[np.float32], frame: Frame
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N,) x and (N,) y in m: where the rays of pixels (u, v) reach the heights `z` (N,)."""
    K, T = frame.camera.K, frame.camera.T_base_camera
    across = (u - K[0, 2].astype(np.float32)) / K[0, 0].astype(np.float32)
    along = (v - K[1, 2].astype(np.float32)) / K[1, 1].astype(np.float32)
    (ax, bx, cx, ox), (ay, by, cy, oy), (az, bz, cz, oz) = T[:3].astype(np.float32)
    scale = (z - oz) / (across * az + along * bz + cz)
    return (across * ax + along * bx + cx) * scale + ox, (across * ay + along * by + cy) * scale + oy
