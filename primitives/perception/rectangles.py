"""Rectangles fitted to the outlines of patches in the view from above. Lengths in m."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.found import Mask
from primitives.perception.outlines import borders
from primitives.perception.quantile import median


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle turned by `yaw`."""

    center: tuple[float, float]
    yaw: float
    size: tuple[float, float]
    """Along its own x and y axes."""
    fill: float
    """Area of the patch, hidden parts included, over the area of the rectangle."""
    error: float
    """Median distance of the outline to the nearest side, m."""
    visible: float = 1.0
    """Fraction of the outline that is not hidden."""
    sides: int = 4
    """How many of its sides are seen."""


def fit_rectangle(
    mask: Mask, hidden: Mask, cell: float, *, border: float, edges: Sequence[float] = ()
) -> Rectangle | None:
    """The rectangle around `mask`; its centre in cells, its size in m.

    Args:
        mask: what is seen of it.
        hidden: cells in which something higher covers it; along them it is not trusted to end.
        cell: edge of a cell in m.
        border: see `border_width`.
        edges: extents in m that it may have along an axis of which only one end is seen.
    """
    line = borders(mask)
    if len(line) < 8:
        return None
    (r, c), (w, h), angle = cv2.minAreaRect(line.astype(np.float32))
    start = np.array([r, c]), np.array([w, h]) / 2, math.radians(angle)
    _, reach = cv2.minEnclosingCircle(line.astype(np.float32))
    edge = min((e for e in edges if e * math.sqrt(2) > 1.8 * reach * cell), default=None)
    near = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    index = line.astype(int)
    free = ~near[index[:, 0], index[:, 1]]
    center, half, yaw, seen = _settled(line, free, *start)
    if edge is not None and not free.all():
        other = _settled(line, free, *_square_around(line, edge / cell - border))
        if _followed(line[free], *other[:3]) > 1.1 * _followed(line[free], center, half, yaw):
            center, half, yaw, seen = other
    if edge is not None:
        for axis in (0, 1):
            if seen[axis] != seen[axis + 2]:
                grown = max(half[axis], (edge / cell - border) / 2)
                sign = 1.0 if seen[axis] else -1.0
                center = center - _turn(yaw)[:, axis] * sign * (grown - half[axis])
                half[axis] = grown
    local = (line - center) @ _turn(yaw)
    _, _, out = _sides(local, half)
    out = out[free] if free.any() else out
    size = 2 * half + border
    known = cv2.morphologyEx((mask | hidden).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)
    area = float(mask.sum()) + _count_within(known & ~mask, center, yaw, half) if hidden.any() else float(mask.sum())
    return Rectangle(
        (float(center[0]), float(center[1])),
        yaw,
        (float(size[0]) * cell, float(size[1]) * cell),
        area / float((2 * half + 1).prod()),
        median(np.abs(out)) * cell,
        float(free.mean()),
        int(seen.sum()),
    )


def _settled(
    line: NDArray[np.float64],
    free: Mask,
    center: NDArray[np.float64],
    half: NDArray[np.float64],
    yaw: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, Mask]:
    """A rectangle moved so that its sides follow the `free` points of `line`, and which of its sides they show."""
    seen = np.ones(4, bool)
    for _ in range(4):
        side, along, out = _sides((line - center) @ _turn(yaw), half)
        near_side = free & (np.abs(out) < 2.5)
        inner = near_side & (np.abs(along) < half[1 - side % 2] - 1.5)
        # of a short side its corners say where it is, too
        used = np.flatnonzero(np.where(np.bincount(side[inner], minlength=4)[side] >= 3, inner, near_side))
        s, a, o = side[used], along[used], out[used]
        count = np.bincount(s, minlength=4)
        seen = (count >= 3) & (count >= 0.12 * np.bincount(side, minlength=4))
        n = np.maximum(count, 1)
        mean = np.bincount(s, o, minlength=4) / n
        middle = np.bincount(s, a, minlength=4)
        lever = np.bincount(s, a * o, minlength=4) - middle * mean
        spread = np.bincount(s, a * a, minlength=4) - middle * middle / n
        beyond = np.where(seen, mean, 0.0)
        weight = float(spread[seen].sum())
        turned = float(lever[seen].sum()) / weight if weight > 0 else 0.0
        center = center + _turn(yaw) @ (beyond[:2] - beyond[2:]) / 2
        half = np.maximum(half + (beyond[:2] + beyond[2:]) / 2, 0.5)
        yaw -= turned
        if np.abs(beyond).max() < 0.02 and abs(turned) < 0.001:
            break
    return center, half, yaw, seen


def _followed(line: NDArray[np.float64], center: NDArray[np.float64], half: NDArray[np.float64], yaw: float) -> int:
    """How many points of `line` lie on a rectangle."""
    _, _, out = _sides((line - center) @ _turn(yaw), half)
    return int(np.count_nonzero(np.abs(out) < 1.0))


def _square_around(line: NDArray[np.float64], edge: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Centre, half extents and yaw of the rectangle along a side of the hull of `line` that is most like a square.

    Of a square that is partly hidden three corners may be seen, around which two rectangles are equally small.

    Args:
        line: (N, 2) in cells.
        edge: of the square, in cells.
    """
    hull = cv2.approxPolyDP(cv2.convexHull(line.astype(np.float32)), 1.2, closed=True)[:, 0].astype(np.float64)
    best, found = math.inf, (hull.mean(axis=0), np.full(2, edge / 2), 0.0)
    for side in np.roll(hull, -1, axis=0) - hull:
        yaw = math.atan2(float(side[1]), float(side[0]))
        local = hull @ _turn(yaw)
        low, high = local.min(axis=0), local.max(axis=0)
        beyond = high - low - edge
        misfit = float(np.abs(beyond).sum() + 3 * np.maximum(beyond, 0).sum())
        if misfit < best:
            best, found = misfit, (_turn(yaw) @ (low + high) / 2, (high - low) / 2, yaw)
    return found


def _turn(yaw: float) -> NDArray[np.float64]:
    """(2, 2): its columns are the axes of a rectangle turned by `yaw`."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s], [s, c]])


def _sides(
    local: NDArray[np.float64], half: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """For points in the rectangle's frame: nearest side (+x, +y, -x, -y), position along it, distance beyond it."""
    x, y = local[:, 0], local[:, 1]
    out = np.stack([x - half[0], y - half[1], -x - half[0], -y - half[1]], axis=1)
    along = np.stack([y, -x, -y, x], axis=1)
    side = np.argmax(out, axis=1)
    rows = np.arange(len(local))
    return side, along[rows, side], out[rows, side]


def _count_within(cells: Mask, center: NDArray[np.float64], yaw: float, half: NDArray[np.float64]) -> float:
    reach = int(np.ceil(np.hypot(*half))) + 1
    r0, c0 = (max(0, int(v) - reach) for v in center)
    rows, columns = np.nonzero(cells[r0 : int(center[0]) + reach + 1, c0 : int(center[1]) + reach + 1])
    local = (np.stack([rows + r0, columns + c0], axis=1) - center) @ _turn(yaw)
    return float(np.all(np.abs(local) <= half, axis=1).sum())
