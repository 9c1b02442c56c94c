"""Rectangles, squares and circles fitted to the outlines of patches in the view from above. Lengths in m."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.quantile import median

Mask = NDArray[np.bool_]

_TRIPLES: NDArray[np.float64] = np.random.default_rng(0).random((60, 3))
"""Where on an outline, in [0, 1), the three points lie through which circles are laid."""


def border_width(noise: float) -> float:
    """Cells by which a thing is wider than the distance between its opposite border cells.

    Less than one, since a cell counts as soon as one of its pixels does; ever less as noise, in m, spreads the pixels.
    """
    return 0.25 - 150.0 * min(noise, 0.003)


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle and how well the outline follows it."""

    center: tuple[float, float]
    radius: float
    coverage: float
    """Fraction of the circumference that has outline on it."""
    error: float
    """Median distance of the outline on it, m."""


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


def outline(mask: Mask) -> NDArray[np.float64]:
    """(N, 2) cells (row, column) along the outer border of the largest piece of `mask`."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    longest = max(contours, key=len)
    return longest[:, 0, ::-1].astype(np.float64)


def fit_circle(line: NDArray[np.float64], cell: float, *, border: float) -> Circle | None:
    """The circle that most of `line` lies on.

    Args:
        line: (N, 2) in m, one point per border cell.
        cell: edge of a cell in m.
        border: see `border_width`.
    """
    if len(line) < 8:
        return None
    tolerance = 1.0 * cell
    centers, radii = _through(line[(_TRIPLES * len(line)).astype(np.intp)])
    usable = np.isfinite(radii) & (radii < 0.25)
    if not usable.any():
        return None
    centers, radii = centers[usable], radii[usable]
    sample = line[:: max(1, len(line) // 80)]
    dx = sample[None, :, 0] - centers[:, :1]
    dy = sample[None, :, 1] - centers[:, 1:]
    distance = np.abs(np.sqrt(dx * dx + dy * dy) - radii[:, None])
    best = int(np.argmax((distance < tolerance).sum(axis=1)))
    center, radius = centers[best], float(radii[best])
    off = _beside(line, center, radius)
    for _ in range(3):
        on = off < 1.5 * tolerance
        if np.count_nonzero(on) < 6:
            return None
        center, radius = _least_squares_circle(line[on])
        off = _beside(line, center, radius)
    on = off < 1.5 * tolerance
    angles = np.arctan2(line[on, 1] - center[1], line[on, 0] - center[0])
    bins = max(12, min(72, int(2 * math.pi * radius / (2.5 * cell))))
    which = ((angles + math.pi) / (2 * math.pi) * bins).astype(int) % bins
    covered = np.count_nonzero(np.bincount(which))
    error = median(off[on]) if on.any() else math.inf
    return Circle((float(center[0]), float(center[1])), radius + border * cell / 2, covered / bins, error)


def fit_rectangle(
    mask: Mask, hidden: Mask, cell: float, *, border: float, edge: float | None = None
) -> Rectangle | None:
    """The rectangle around `mask`; its centre in cells, its size in m.

    Args:
        mask: what is seen of it.
        hidden: cells in which something higher covers it; along them it is not trusted to end.
        cell: edge of a cell in m.
        border: see `border_width`.
        edge: extent in m along an axis of which only one end is seen.
    """
    line = outline(mask)
    if len(line) < 8:
        return None
    (r, c), (w, h), angle = cv2.minAreaRect(line.astype(np.float32))
    center, yaw = np.array([r, c]), math.radians(angle)
    half = np.array([w, h]) / 2
    near = cv2.dilate(hidden.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    index = line.astype(int)
    free = ~near[index[:, 0], index[:, 1]]
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
    )


def square_yaw(yaw: float) -> float:
    """`yaw` in [-pi/4, pi/4)."""
    return (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4


def half_turn(yaw: float) -> float:
    """`yaw` in [-pi/2, pi/2)."""
    return (yaw + math.pi / 2) % math.pi - math.pi / 2


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


def _through(triples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres (N, 2) and radii (N,) of the circles through (N, 3, 2) points; NaN where they lie on a line."""
    a, b, c = triples[:, 0], triples[:, 1], triples[:, 2]
    ab, ac = b - a, c - a
    cross = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    cross[np.abs(cross) < 1e-9] = np.nan
    bb, cc = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    offset = np.stack([ac[:, 1] * bb - ab[:, 1] * cc, ab[:, 0] * cc - ac[:, 0] * bb], axis=1) / cross[:, None]
    return a + offset, np.linalg.norm(offset, axis=1)


def _beside(line: NDArray[np.float64], center: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """(N,) distance of points (N, 2) from a circle."""
    x, y = line[:, 0] - center[0], line[:, 1] - center[1]
    return np.abs(np.sqrt(x * x + y * y) - radius)


def _least_squares_circle(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The circle of smallest algebraic distance (Kåsa, 1976)."""
    middle = points.sum(axis=0) / len(points)
    x, y = points[:, 0] - middle[0], points[:, 1] - middle[1]
    square = x * x + y * y
    xx, xy, yy = (float(v) for v in (x @ x, x @ y, y @ y))
    px, py = float(x @ square) / 2, float(y @ square) / 2
    scale = max(xx * yy - xy * xy, 1e-18)
    cx, cy = (px * yy - py * xy) / scale, (py * xx - px * xy) / scale
    return np.array([cx, cy]) + middle, math.sqrt((xx + yy) / len(points) + cx * cx + cy * cy)
