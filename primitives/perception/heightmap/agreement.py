"""What several cameras say of the same cell, weighed by how noisy each is.

Noise that a neighbourhood shares, as of stereo matching, raises whole patches of a table. It does so in one camera and
not at the same place in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.topview import RAISED, Sight, TopView

_GATE = 4.0
"""Standard deviations within which cameras see the same surface."""
_ALONE = 3.6
"""Standard deviations over the table from which a surface that only one camera sees is believed."""
_SMALLEST = 2e-4
"""m²; a smaller surface is noise."""


def agreed(view: TopView, noises: Sequence[float]) -> TopView:
    """`view` with the heights that all cameras together measure; what is then not above the table is the table.

    Args:
        view: the scene from above.
        noises: of each camera's heights, m.
    """
    cells = np.flatnonzero(view.raised)
    if not len(cells):
        return view
    rows, columns = view.raised.shape
    height = view.height.ravel()[cells].astype(np.float64)
    row, column = np.divmod(cells, columns)
    origin_x, origin_y = view.xy(0.0, 0.0)
    x, y = row * view.cell + origin_x, column * view.cell + origin_y
    total, weight = np.zeros(len(cells)), np.zeros(len(cells))
    worst = max(noises)
    for sight, noise in zip(view.sights, noises, strict=True):
        level = looked_up(sight, np.stack([x, y, height], axis=1))
        near = np.abs(level - height) < _GATE * np.hypot(noise, worst)
        own = near / max(noise, 1e-4) ** 2
        total += np.where(near, level, 0.0) * own
        weight += own
    known = weight > 0
    height[known] = total[known] / weight[known]
    spread = np.where(known, 1.0 / np.sqrt(np.maximum(weight, 1e-9)), worst)
    kept = height > np.maximum(RAISED, _ALONE * spread)
    heights, raised = np.zeros(rows * columns, np.float32), np.zeros(rows * columns, bool)
    heights[cells[kept]], raised[cells[kept]] = height[kept], True
    solid = _without_specks(raised.reshape(rows, columns), view.cell)
    smooth = np.where(solid, cv2.medianBlur(heights.reshape(rows, columns), 5), np.float32(0))
    solid &= smooth > 0
    bare = view.bare | (view.raised & ~solid)
    return replace(view, blotchy=True, height=np.asarray(smooth, np.float32), raised=solid, bare=bare)


def looked_up(sight: Sight, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) m: height of what the camera shows where it looks at `points` (N, 3) m; NaN where that is unknown."""
    T, K = sight.camera.T_base_camera, sight.camera.K
    local = (points - T[:3, 3]) @ T[:3, :3]
    ahead = local[:, 2] > 0.05
    depth = np.where(ahead, local[:, 2], 1.0)
    u = np.rint(local[:, 0] / depth * K[0, 0] + K[0, 2]).astype(np.intp)
    v = np.rint(local[:, 1] / depth * K[1, 1] + K[1, 2]).astype(np.intp)
    rows, columns = sight.z.shape
    inside = ahead & (u >= 0) & (u < columns) & (v >= 0) & (v < rows)
    found = np.full(len(points), np.nan)
    found[inside] = sight.z[v[inside], u[inside]]
    return found


def _without_specks(raised: NDArray[np.bool_], cell: float) -> NDArray[np.bool_]:
    """`raised` without what is too small, or too narrow, to be a thing."""
    opened = cv2.morphologyEx(raised.view(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, components, areas, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    labels, stats = np.asarray(components, dtype=np.intp), np.asarray(areas, dtype=np.int32)
    large = np.asarray(stats[:, cv2.CC_STAT_AREA] * cell**2 >= _SMALLEST, dtype=np.uint8)
    large[0] = 0
    return raised & cv2.dilate(large[labels], np.ones((3, 3), np.uint8)).view(bool)
