"""Rectangles fitted to the outlines of patches in the view from above. Lengths in m."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import borders
from primitives.perception.geometry.quantiles import median

Real = TypeVar("Real", np.float32, np.float64)


@dataclass(frozen=True, slots=True)
class FittedRectangle:
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


def covers(
    dx: NDArray[Real], dy: NDArray[Real], yaw: float, size: Sequence[float], *, beside: float
) -> NDArray[np.bool_]:
    """Which points, (dx, dy) m from the centre of a rectangle, lie in it or less than `beside` m beside it.

    Args:
        dx: m along x.
        dy: the same along y.
        yaw: of the rectangle, rad.
        size: its extent in m along its own x and y axes; what follows does not matter.
        beside: m.
    """
    c, s = math.cos(yaw), math.sin(yaw)
    half_x, half_y = size[0] / 2 + beside, size[1] / 2 + beside
    return (np.abs(c * dx + s * dy) < half_x) & (np.abs(c * dy - s * dx) < half_y)


def fit_rectangle(
    mask: Mask, hidden: Mask, cell: float, *, border: float, edges: Sequence[float] = ()
) -> FittedRectangle | None:
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
    veiled = cv2.countNonZero(hidden.view(np.uint8)) > 0
    free = ~_beside(line, hidden) if veiled else np.ones(len(line), bool)
    center, half, yaw, seen = _settled(line, free, *start)
    edge = None if free.all() and seen.all() else _edge(line * cell, edges)
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
    _, _, out = sides(line, center, half, yaw)
    out = out[free] if free.any() else out
    size = 2 * half + border
    area = float(cv2.countNonZero(mask.view(np.uint8)))
    if veiled:
        known = cv2.morphologyEx((mask | hidden).view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        area += _count_within(known.view(bool) & ~mask, center, yaw, half)
    return FittedRectangle(
        (float(center[0]), float(center[1])),
        yaw,
        (float(size[0]) * cell, float(size[1]) * cell),
        area / float((2 * half + 1).prod()),
        median(np.abs(out)) * cell,
        float(free.mean()),
        int(seen.sum()),
    )


def _beside(line: NDArray[np.float64], hidden: Mask) -> Mask:
    """Which of the cells `line` (N, 2) are within two of `hidden` ones."""
    near = cv2.dilate(hidden.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
    index = line.astype(np.intp)
    return near[index[:, 0], index[:, 1]]


def _edge(line: NDArray[np.float64], edges: Sequence[float]) -> float | None:
    """The smallest of `edges` of which a square can be as wide as `line` (N, 2), both in m."""
    if not edges:
        return None
    _, reach = cv2.minEnclosingCircle(line.astype(np.float32))
    return min((e for e in edges if e * math.sqrt(2) > 1.8 * reach), default=None)


def _settled(
    line: NDArray[np.float64],
    free: Mask,
    center: NDArray[np.float64],
    half: NDArray[np.float64],
    yaw: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, Mask]:
    """A rectangle moved so that its sides follow the `free` points of `line`, and which of its sides they show."""
    seen = [True] * 4
    for _ in range(4):
        side, along, out = sides(line, center, half, yaw)
        near_side = free & (np.abs(out) < 2.5)
        inner = near_side & (np.abs(along) < (half[::-1] - 1.5)[side & 1])
        enough = np.bincount(side[inner], minlength=4) >= 3
        # of a short side its corners say where it is, too
        used = np.flatnonzero(inner if enough.all() else np.where(enough[side], inner, near_side))
        s, a, o = side[used], along[used], out[used]
        # four numbers each: plain ones are faster than arrays of four
        whole, count, across, middle, product, square = (
            np.bincount(which, values, minlength=4).tolist()
            for which, values in ((side, None), (s, None), (s, o), (s, a), (s, a * o), (s, a * a))
        )
        seen = [n >= 3 and n >= 0.12 * m for n, m in zip(count, whole, strict=True)]
        beyond, lever, weight = [0.0] * 4, 0.0, 0.0
        for i in (i for i in range(4) if seen[i]):
            beyond[i] = across[i] / count[i]
            lever += product[i] - middle[i] * beyond[i]
            weight += square[i] - middle[i] * middle[i] / count[i]
        turned = lever / weight if weight > 0 else 0.0
        right, up, left, down = beyond
        center = center + _turn(yaw) @ np.array([right - left, up - down]) / 2
        half = np.maximum(half + np.array([right + left, up + down]) / 2, 0.5)
        yaw -= turned
        if max(map(abs, beyond)) < 0.02 and abs(turned) < 0.001:
            break
    return center, half, yaw, np.array(seen)


def _followed(line: NDArray[np.float64], center: NDArray[np.float64], half: NDArray[np.float64], yaw: float) -> int:
    """How many points of `line` lie on a rectangle."""
    _, _, out = sides(line, center, half, yaw)
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


def sides(
    line: NDArray[np.float64], center: NDArray[np.float64], half: NDArray[np.float64], yaw: float
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """For points (N, 2): nearest side of a rectangle (+x, +y, -x, -y), position along it, distance beyond it."""
    c, s = math.cos(yaw), math.sin(yaw)
    dx, dy = line[:, 0] - center[0], line[:, 1] - center[1]
    x, y = c * dx + s * dy, c * dy - s * dx
    beyond_x, beyond_y = np.abs(x) - half[0], np.abs(y) - half[1]
    upright: Mask = np.asarray(beyond_y > beyond_x, dtype=np.bool_)
    behind: Mask = np.asarray(np.where(upright, y, x) < 0, dtype=np.bool_)
    along = np.asarray(np.where(upright, -x, y), dtype=np.float64)
    return (
        upright + 2 * behind.astype(np.intp),
        np.where(behind, -along, along),
        np.maximum(beyond_x, beyond_y),
    )


def _count_within(cells: Mask, center: NDArray[np.float64], yaw: float, half: NDArray[np.float64]) -> float:
    reach = int(np.ceil(np.hypot(*half))) + 1
    r0, c0 = (max(0, int(v) - reach) for v in center)
    rows, columns = np.nonzero(cells[r0 : int(center[0]) + reach + 1, c0 : int(center[1]) + reach + 1])
    local = (np.stack([rows + r0, columns + c0], axis=1) - center) @ _turn(yaw)
    return float(np.all(np.abs(local) <= half, axis=1).sum())
