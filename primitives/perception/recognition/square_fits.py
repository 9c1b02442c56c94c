"""Squares fitted to the points on the visible sides of an upright block."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.outlines import square_yaw
from primitives.perception.geometry.quantiles import median, quantile
from primitives.perception.geometry.rectangles import sides
from primitives.perception.recognition.detection import Detection

REACH = 0.012
"""m by which a layer may stand out from, or back behind, the one above it."""
_TURNS, _GOOD, _TURNED = (0.5, -0.5, math.pi / 4), 0.8, 0.04
"""rad against the layer above from which a fit starts anew, while none is of this quality, and how much better it must
then be."""


def footprint(xy: NDArray[np.float32], edge: float, above: Detection) -> tuple[tuple[float, float], float, float]:
    """Centre, yaw and quality of the square of `edge` m whose visible sides the points `xy` (N, 2) lie on."""
    best = settled(xy, edge, above, above.yaw)
    for turn in _TURNS:
        # layers are mostly turned like the one above; else the way there may lead over a worse fit
        if len(xy) >= 8 and best[2] < _GOOD:
            other = settled(xy, edge, above, above.yaw + turn)
            best = other if other[2] > best[2] + _TURNED else best
    return best


def settled(
    xy: NDArray[np.float32], edge: float, above: Detection, yaw: float
) -> tuple[tuple[float, float], float, float]:
    """Like `footprint`, from a square under the middle of `above`, turned by `yaw`, alone."""
    center, half = np.array(above.center), np.full(2, edge / 2)
    if len(xy) < 8:
        return above.center, square_yaw(yaw), 0.3
    points = xy.astype(np.float64)
    for _ in range(6):
        side, along, out = sides(points, center, half, yaw)
        near = np.abs(out) < REACH
        shift, turned, weight = [0.0, 0.0], 0.0, 0.0
        seen: list[int] = []
        for i in range(4):
            mine = np.flatnonzero(near & (side == i))
            if len(mine) < 8:
                continue
            seen.append(i)
            sign, axis = (1 if i < 2 else -1), i % 2
            distance, beside = out[mine], along[mine]
            shift[axis] += sign * median(distance)
            centered = beside - beside.mean()
            turned -= float(centered @ distance)
            weight += float(centered @ centered)
            low, high = quantile(beside, 0.03), quantile(beside, 0.97)
            # a whole side in view also says where its middle is
            if high - low > 0.85 * edge and not any(j % 2 != axis for j in seen):
                shift[1 - axis] = (low + high) / 2 * (sign if axis == 0 else -sign)
        if not seen:
            return above.center, square_yaw(yaw), 0.3
        center = center + axes(yaw) @ np.array(shift)
        turned = min(max(turned / weight, -0.2), 0.2) if weight > 0 else 0.0
        yaw += turned
        if max(map(abs, shift)) < 1e-5 and abs(turned) < 1e-4:
            break
    _, _, out = sides(points, center, half, yaw)
    quality = math.exp(-median(np.abs(out)) / 0.004) * 0.95
    return (float(center[0]), float(center[1])), square_yaw(yaw), quality


def axes(yaw: float) -> NDArray[np.float64]:
    """(2, 2): columns are the axes of a thing turned by `yaw`."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s], [s, c]])
