"""Frames in which the table cannot be where the calibration says: a camera that was moved, turned, or measures badly.

Such a frame shows no empty table, nor things as high as the table is too high: it is refused, and says what was seen.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from primitives.failures import HardwareFault
from primitives.perception.geometry.quantiles import median
from primitives.perception.heightmap.point_cloud import base_points
from primitives.robot import Frame
from primitives.scene import Workspace

_STRIDE = 8
_OFF, _TILTED = 0.022, 2.5
"""m and deg by which a table may be off."""
_SHOWN = 0.06
"""Part of the camera's depth pixels that must be on the table, or hidden things could be all that is seen."""
_FEWEST = 400
"""Pixels, of every eighth of every eighth row, with depth; fewer say nothing."""
_TRIES, _NEAR = 60, 0.006
"""Planes laid through three points each, and m within which points are on one."""
_LARGE = 0.35
"""Part of the points from which a plane is the table."""


def refuse_misplaced(frame: Frame, workspace: Workspace, plane: NDArray[np.float64] | None) -> None:
    """Raise HardwareFault where the table of the workspace is not what the camera shows.

    Args:
        frame: of one camera.
        workspace: where the table is expected, at z = 0.
        plane: (3,) a, b, c of the table z = a x + b y + c that was found near there, if any.
    """
    name = frame.camera.name
    if plane is not None:
        middle = [(a + b) / 2 for a, b in zip(workspace.low[:2], workspace.high[:2], strict=True)]
        off = float(plane[0] * middle[0] + plane[1] * middle[1] + plane[2])
        tilt = math.degrees(math.atan(math.hypot(float(plane[0]), float(plane[1]))))
        if abs(off) <= _OFF and tilt <= _TILTED and _is_largest(frame, plane):
            return
    K = frame.camera.K.copy()
    K[:2] /= _STRIDE
    depth = frame.depth[::_STRIDE, ::_STRIDE]
    points = base_points(depth, K, frame.camera.T_base_camera)[depth > 0].astype(np.float64)
    if len(points) < _FEWEST:
        raise HardwareFault(
            f"camera {name!r} measures no depth: {len(points) * _STRIDE**2} of {frame.depth.size} pixels have any",
            hint="is it covered, too near, or its projector off?",
        )
    found = _largest_plane(points)
    if found is None:
        if plane is None and _on_table(points, workspace) < _SHOWN * len(points):
            raise HardwareFault(
                f"camera {name!r} shows no table: {_on_table(points, workspace) / len(points):.0%} of what it measures "
                "is within 25 mm of where the table should be",
                hint="is something in front of it, or was it moved? codepolicy calibrate finds where it is",
            )
        return
    normal, distance, share = found
    tilt = math.degrees(math.acos(min(1.0, abs(float(normal[2])))))
    x, y = ((a + b) / 2 for a, b in zip(workspace.low[:2], workspace.high[:2], strict=True))
    level = float((distance - normal[0] * x - normal[1] * y) / normal[2]) if abs(normal[2]) > 0.2 else math.inf
    if abs(level) <= _OFF and tilt <= _TILTED:
        return
    where = (
        f"{abs(level) * 1e3:.0f} mm {'above' if level > 0 else 'below'}" if math.isfinite(level) else "upright beside"
    )
    eye = float(frame.camera.T_base_camera[2, 3])
    hint = "the camera was moved or its calibration is of another one: codepolicy calibrate finds where it is"
    if tilt <= _TILTED and abs(level) < 0.25 * eye:
        scale = (eye - level) / eye
        hint = f"either the calibration is off, or depths are {scale:.3f} times what they should be; {hint}"
    raise HardwareFault(
        f"camera {name!r} cannot be where its calibration says: the table that it shows is {where} the one that it "
        f"should, tilted by {tilt:.1f} deg",
        expected=f"a table within {_OFF * 1e3:.0f} mm and {_TILTED:g} deg of z = 0",
        measured=f"{level * 1e3:.0f} mm, {tilt:.1f} deg, {share:.0%} of what it measures",
        hint=hint,
    )


def _is_largest(frame: Frame, plane: NDArray[np.float64]) -> bool:
    """Whether a good part of all that the camera measures lies on `plane`, so that no other can be the table."""
    K = frame.camera.K.copy()
    K[:2] /= 2 * _STRIDE
    depth = frame.depth[:: 2 * _STRIDE, :: 2 * _STRIDE]
    points = base_points(depth, K, frame.camera.T_base_camera)[depth > 0]
    off = np.abs(points[:, 2] - points[:, :2] @ plane[:2].astype(np.float32) - np.float32(plane[2]))
    return float((off < 2 * _NEAR).mean()) > _LARGE


def _on_table(points: NDArray[np.float64], workspace: Workspace) -> int:
    (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
    x, y, z = points.T
    return int(((np.abs(z) < 0.025) & (x > x0) & (x < x1) & (y > y0) & (y < y1)).sum())


def _largest_plane(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float] | None:
    """Unit normal (3,), distance from the origin in m, and part of the `points` (N, 3) of the plane that most lie on
    (RANSAC; Fischler and Bolles, 1981); None where none is large. The same points give the same plane."""
    rng = np.random.default_rng(0)
    best, most = None, 0
    for _ in range(_TRIES):
        a, b, c = points[rng.integers(len(points), size=3)]
        normal = np.cross(b - a, c - a)
        length = float(np.linalg.norm(normal))
        if length < 1e-4:
            continue
        normal = normal / length
        count = int((np.abs((points - a) @ normal) < _NEAR).sum())
        if count > most:
            best, most = (normal, a), count
    if best is None or most < _LARGE * len(points):
        return None
    normal, on = best
    near = points[np.abs((points - on) @ normal) < _NEAR]
    middle = near.mean(axis=0)
    normal = np.linalg.svd(near[:: max(1, len(near) // 500)] - middle, full_matrices=False)[2][2]
    normal = normal * (1.0 if normal[2] > 0 else -1.0)
    return normal, float(median(near @ normal)), len(near) / len(points)
