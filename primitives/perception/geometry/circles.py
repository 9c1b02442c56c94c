"""Circles fitted to the outlines of patches in the view from above. Lengths in m."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.quantiles import median

_TRIPLES: NDArray[np.float64] = np.random.default_rng(0).random((60, 3))
"""Where on an outline, in [0, 1), the three points lie through which circles are laid."""


@dataclass(frozen=True, slots=True)
class FittedCircle:
    """A circle and how well the outline follows it."""

    center: tuple[float, float]
    radius: float
    coverage: float
    """Fraction of the circumference that has outline on it."""
    error: float
    """Median distance of the outline on it, m."""


def fit_circle(line: NDArray[np.float64], cell: float, *, border: float) -> FittedCircle | None:
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
    off = beside(line, center, radius)
    for _ in range(3):
        on = off < 1.5 * tolerance
        if np.count_nonzero(on) < 6:
            return None
        center, radius = least_squares_circle(line[on])
        off = beside(line, center, radius)
    on = off < 1.5 * tolerance
    angles = np.arctan2(line[on, 1] - center[1], line[on, 0] - center[0])
    bins = max(12, min(72, int(2 * math.pi * radius / (2.5 * cell))))
    which = ((angles + math.pi) / (2 * math.pi) * bins).astype(int) % bins
    covered = np.count_nonzero(np.bincount(which))
    error = median(off[on]) if on.any() else math.inf
    return FittedCircle((float(center[0]), float(center[1])), radius + border * cell / 2, covered / bins, error)


def _through(triples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres (N, 2) and radii (N,) of the circles through (N, 3, 2) points; NaN where they lie on a line."""
    a, b, c = triples[:, 0], triples[:, 1], triples[:, 2]
    ab, ac = b - a, c - a
    cross = 2 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    cross[np.abs(cross) < 1e-9] = np.nan
    bb, cc = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    offset = np.stack([ac[:, 1] * bb - ab[:, 1] * cc, ab[:, 0] * cc - ac[:, 0] * bb], axis=1) / cross[:, None]
    return a + offset, np.linalg.norm(offset, axis=1)


def beside(line: NDArray[np.float64], center: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """(N,) distance of points (N, 2) from a circle."""
    x, y = line[:, 0] - center[0], line[:, 1] - center[1]
    return np.abs(np.sqrt(x * x + y * y) - radius)


def least_squares_circle(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The circle of smallest algebraic distance (Kåsa, 1976)."""
    middle = points.sum(axis=0) / len(points)
    x, y = points[:, 0] - middle[0], points[:, 1] - middle[1]
    square = x * x + y * y
    xx, xy, yy = (float(v) for v in (x @ x, x @ y, y @ y))
    px, py = float(x @ square) / 2, float(y @ square) / 2
    scale = max(xx * yy - xy * xy, 1e-18)
    cx, cy = (px * yy - py * xy) / scale, (py * xx - px * xy) / scale
    return np.array([cx, cy]) + middle, math.sqrt((xx + yy) / len(points) + cx * cx + cy * cy)
