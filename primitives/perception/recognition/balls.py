"""Balls, by the curvature of what is seen of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.quantiles import median, quantile
from primitives.perception.heightmap.topview import LAYER, TopView
from primitives.perception.recognition.detection import Detection

_SUNK = 0.3
"""Part of its radius by which a ball may seem to reach below the table: of a cap the radius is not known better."""

_STRAY, _STRAYING = 0.003, 0.07
"""m from its surface, in quiet images, and the part of the points that may be farther from it than that."""
_INNER = 0.8
"""Part of its radius within which the upper side of a ball is steep for no camera."""
_MISSING = 0.25
"""Part of that side which may be seen to be missing."""


def ball(view: TopView, patch: Mask) -> Detection | None:
    """The ball of which `patch` is the upper side, or None when the patch is flat or shaped otherwise."""
    level = view.height[patch]
    summit = quantile(level, 0.98)
    if float((level > summit - 0.002 - 0.4 * view.noise).mean()) > 0.5:
        return None
    mine = np.flatnonzero(patch.ravel()[view.points.cell])
    # the cells at its edge also show what is below it
    own = view.points.xyz[mine, 2] > view.height.ravel()[view.points.cell[mine]] - LAYER
    points = view.points.xyz[mine[own]].astype(np.float64)
    if len(points) < 30:
        return None
    center, radius = _sphere(points)
    for _ in range(2):
        off = _beside(points, center, radius)
        near = off < max(0.0015, 2.5 * median(off))
        center, radius = _sphere(points[near])
    off = _beside(points, center, radius)
    error = median(off)
    if not 0.004 < radius < 0.10 or error > 0.0008 + 0.5 * view.noise or abs(center[2] + radius - summit) > 0.005:
        return None
    x, y, z = (float(v) for v in center)
    if z - radius < -_SUNK * radius:
        return None  # the tilted top of a block that leans on a wall bends a little, like a ball too large to lie here
    if float((off > _STRAY + view.noise).mean()) > _STRAYING:
        return None  # the end of a tilted cylinder
    if _missing(view, patch, (x, y, z), radius) > _MISSING:
        return None
    size = (2 * radius, 2 * radius)
    return Detection("ball", (x, y), max(0.0, z - radius), z + radius, size, 0.0, patch, math.exp(-error / 0.004))


def _missing(view: TopView, patch: Mask, center: tuple[float, float, float], radius: float) -> float:
    """Fraction of a ball's inner upper side where something lower is seen than the ball would show."""
    rows, columns = np.ogrid[: view.raised.shape[0], : view.raised.shape[1]]
    x, y = (float(v) for v in view.xy(0.0, 0.0))
    square = (rows * view.cell + (x - center[0])) ** 2 + (columns * view.cell + (y - center[1])) ** 2
    inner = square < (_INNER * radius) ** 2
    surface = center[2] + np.sqrt(np.maximum(radius**2 - square, 0.0))
    lower = (view.raised & (view.height < surface - LAYER)) | view.bare
    return float((inner & lower & ~patch).sum()) / max(1, int(inner.sum()))


def _beside(points: NDArray[np.float64], center: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """(N,) distance of points (N, 3) from a sphere."""
    x, y, z = (points - center).T
    return np.abs(np.sqrt(x * x + y * y + z * z) - radius)


def _sphere(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Centre (3,) and radius of the sphere of smallest algebraic distance to (N, 3) points."""
    middle = points.mean(axis=0)
    p = points - middle
    A = np.column_stack([2 * p, np.ones(len(p))])
    solution = np.asarray(np.linalg.solve(A.T @ A + 1e-12 * np.eye(4), A.T @ (p**2).sum(axis=1)), dtype=np.float64)
    x, y, z, rest = (float(v) for v in solution)
    return np.array([x, y, z]) + middle, math.sqrt(max(rest + x * x + y * y + z * z, 0.0))
