"""Rectangles, squares and circles fitted to the outlines of patches in the view from above. Lengths in m."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


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


def fit_circle(line: NDArray[np.float64], cell: float, *, border: float, seed: int = 0) -> Circle | None:
    """The circle that most of `line` lies on.

    Args:
        line: (N, 2) in m, one point per border cell.
        cell: edge of a cell in m.
        border: see `border_width`.
        seed: of the random triples.
    """
    if len(line) < 8:
        return None
    tolerance = 1.0 * cell
    rng = np.random.default_rng(seed)
    picks = line[rng.integers(0, len(line), (60, 3))]
    centers, radii = _through(picks)
    usable = np.isfinite(radii) & (radii < 0.25)
    if not usable.any():
        return None
    centers, radii = centers[usable], radii[usable]
    sample = line[:: max(1, len(line) // 120)]
    distance = np.abs(np.linalg.norm(sample[None] - centers[:, None], axis=2) - radii[:, None])
    best = int(np.argmax((distance < tolerance).sum(axis=1)))
    center, radius = centers[best], float(radii[best])
    for _ in range(3):
        on = np.abs(np.linalg.norm(line - center, axis=1) - radius) < 1.5 * tolerance
        if on.sum() < 6:
            return None
        center, radius = _least_squares_circle(line[on])
    off = np.abs(np.linalg.norm(line - center, axis=1) - radius)
    on = off < 1.5 * tolerance
    angles = np.arctan2(line[on, 1] - center[1], line[on, 0] - center[0])
    bins = max(12, min(72, int(2 * math.pi * radius / (2.5 * cell))))
    covered = len(np.unique(((angles + math.pi) / (2 * math.pi) * bins).astype(int) % bins))
    error = float(np.median(off[on])) if on.any() else math.inf
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
    offsets = np.array([half[0], half[1], half[0], half[1]])
    seen = np.ones(4, bool)
    for _ in range(4):
        local = (line - center) @ _turn(yaw)
        side, along, out = _sides(local, half)
        turned = weight = 0.0
        seen = np.zeros(4, bool)
        for i in range(4):
            mine = (side == i) & free & (np.abs(along) < half[(i + 1) % 2] - 1.5) & (np.abs(out) < 2.5)
            if mine.sum() < 3:
                mine = (side == i) & free & (np.abs(out) < 2.5)
            if mine.sum() < 3 or mine.sum() < 0.12 * (side == i).sum():
                continue
            seen[i] = True
            a, o = along[mine], out[mine]
            offsets[i] = float(o.mean()) + half[i % 2]
            centered = a - a.mean()
            turned += float((centered * (o - o.mean())).sum())
            weight += float((centered**2).sum())
        shift = np.array([(offsets[0] - offsets[2]) / 2, (offsets[1] - offsets[3]) / 2])
        center = center + _turn(yaw) @ shift
        half = np.maximum(np.array([(offsets[0] + offsets[2]) / 2, (offsets[1] + offsets[3]) / 2]), 0.5)
        offsets = np.array([half[0], half[1], half[0], half[1]])
        yaw -= turned / weight if weight > 0 else 0.0
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
        float(np.median(np.abs(out))) * cell,
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


def _least_squares_circle(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The circle of smallest algebraic distance (Kåsa, 1976)."""
    middle = points.mean(axis=0)
    p = points - middle
    A = np.column_stack([2 * p, np.ones(len(p))])
    solution = np.asarray(np.linalg.solve(A.T @ A + 1e-12 * np.eye(3), A.T @ (p**2).sum(axis=1)), dtype=np.float64)
    x, y, rest = (float(v) for v in solution)
    return np.array([x, y]) + middle, math.sqrt(max(rest + x * x + y * y, 0.0))
