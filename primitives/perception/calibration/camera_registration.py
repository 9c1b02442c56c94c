"""Cameras moved along the table so that they show the same things in the same places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.heightmap.cell_maxima import highest
from primitives.perception.heightmap.grid import Grid
from primitives.robot import CameraInfo

_CAP = 0.006
"""m below the top of a thing within which its surface is compared."""
_ALIKE = (0.88, 0.75)
"""Smaller over larger area of what two cameras see of a top; below it something hides a part from one of them. The
second where no top comes up to the first."""
_NEGLIGIBLE, _DOUBTFUL = 0.0008, 0.002
"""m; offsets that cells and noise alone make, where several tops agree, and where there is one or they do not."""
_FARTHEST = 0.02
"""m; what is farther apart is not the same thing."""
_LOOKS = 8
"""Looks over which the offset is averaged."""


class CameraRegistration:
    """Remembers by how much each camera must be moved.

    What two cameras show apart is seen twice, wider or with two rims. Each is moved to the middle: which of them is
    right the images do not say, so an offset that all have in common stays.
    """

    def __init__(self) -> None:
        self._cameras: tuple[CameraInfo, ...] = ()
        self._offsets: NDArray[np.float64] = np.zeros((0, 2))
        self._looks = 0

    def offsets(
        self, cameras: Sequence[CameraInfo], points: Sequence[NDArray[np.float32]], grid: Grid
    ) -> NDArray[np.float64]:
        """(K, 2) m along x and y to be added to what each of K cameras shows.

        Args:
            cameras: as they are calibrated; others than before start anew.
            points: (N, 3) m, base frame, raised points of each.
            grid: cells to compare them in.
        """
        if len(cameras) != len(self._cameras) or any(a is not b for a, b in zip(cameras, self._cameras, strict=True)):
            self._cameras, self._offsets, self._looks = tuple(cameras), np.zeros((len(cameras), 2)), 0
        if len(cameras) > 1 and self._looks < _LOOKS:
            measured = _measured(points, grid)
            if measured is not None:
                self._looks += 1
                self._offsets = self._offsets + (measured - self._offsets) / self._looks
        return self._offsets


def moved(camera: CameraInfo, offset: NDArray[np.float64]) -> CameraInfo:
    """`camera` moved by (x, y) m."""
    if not offset.any():
        return camera
    pose = camera.T_base_camera.copy()
    pose[:2, 3] += offset
    return replace(camera, T_base_camera=pose)


def _measured(points: Sequence[NDArray[np.float32]], grid: Grid) -> NDArray[np.float64] | None:
    """(K, 2) m from what each camera shows to the middle of all; None when they show nothing in common."""
    rows, columns = grid.shape
    levels = [highest(grid.index(xyz), np.ascontiguousarray(xyz[:, 2]), rows * columns) for xyz in points]
    union = np.maximum.reduce(levels).reshape(rows, columns)
    count, components = cv2.connectedComponents(cv2.dilate((union > 0).view(np.uint8), np.ones((5, 5), np.uint8)))
    labels = np.asarray(components, dtype=np.int32)
    cells = np.flatnonzero(union)
    tops = highest(labels.ravel()[cells].astype(np.intp), union.ravel()[cells], count)
    least = np.maximum(tops - np.float32(_CAP), 0)[labels]
    measured = [_outlined(level.reshape(rows, columns) > least, labels, count) for level in levels]
    areas, middles = [a for a, _ in measured], [m * grid.cell for _, m in measured]
    area, middle = np.stack(areas), np.stack(middles)
    apart = middle - middle[:1]
    usable = (area.min(axis=0) > 12) & (np.abs(apart).max(axis=(0, 2)) < _FARTHEST)
    ratio = np.where(usable, area.min(axis=0) / np.maximum(area.max(axis=0), 1), 0.0)
    common = ratio > (_ALIKE[0] if ratio.max() > _ALIKE[0] else _ALIKE[1])
    if not common.any():
        return None
    offset = np.median(apart[:, common], axis=1)
    centered = offset.mean(axis=0) - offset
    spread = np.median(np.abs(apart[:, common] - offset[:, None]), axis=1).max()
    several = common.sum() > 1 and ratio.max() > _ALIKE[0] and spread < _NEGLIGIBLE
    least = _NEGLIGIBLE if several else _DOUBTFUL
    return centered if np.abs(centered).max() > least else np.zeros_like(centered)


def _outlined(tops: Mask, labels: NDArray[np.int32], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Area (count,) and middle (count, 2), in cells, of the hulls of the `tops` (R, C) of each of the `labels`.

    What lies within does not count: of a wall or rim each camera sees the inside that is turned to it.
    """
    sums = np.zeros((count, 3))
    contours, _ = cv2.findContours(tops.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    lines: dict[int, list[cv2.typing.MatLike]] = {}
    for contour in contours:
        column, row = contour[0, 0]
        lines.setdefault(int(labels[row, column]), []).append(contour)
    for label, line in lines.items():
        moments = cv2.moments(cv2.convexHull(np.concatenate(line)))
        sums[label] = moments["m00"], moments["m01"], moments["m10"]
    return sums[:, 0], sums[:, 1:] / np.maximum(sums[:, :1], 1)
