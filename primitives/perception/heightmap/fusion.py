"""The points of all cameras put into one view from above."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import classes
from primitives.perception.heightmap.cell_maxima import highest
from primitives.perception.heightmap.grid import Grid
from primitives.perception.heightmap.topview import LAYER, Ground, Points, Sight, TopView

_ENOUGH = 5
"""Known neighbours, of eight, from which a gap takes their mean."""
_NOISY = 0.0004
"""m; heights with more noise than this are smoothed."""


def fuse(
    points: Sequence[tuple[NDArray[np.float32], NDArray[np.uint8]]],
    grounds: Sequence[Ground],
    sights: Sequence[Sight],
    grid: Grid,
    noise: float,
) -> TopView:
    """The view from above of `points`, one entry (xyz, rgb) per camera, over the table that `grounds` show."""
    rows, columns = grid.shape
    xyz = np.concatenate([p for p, _ in points])
    rgb = np.concatenate([c for _, c in points])
    index = grid.index(xyz)
    z = np.ascontiguousarray(xyz[:, 2])
    top = np.flatnonzero(z > highest(index, z, rows * columns)[index] - LAYER)
    count = np.bincount(index[top], minlength=rows * columns)
    known = count > 0
    cells, number = _numbered(known)
    mean = _means(number[index[top]], [z[top], *rgb[top].T], count[cells])
    height = np.zeros(rows * columns, np.float32)
    color = np.zeros((rows * columns, 3), np.uint8)
    height[cells], color[cells] = mean[:, 0], mean[:, 1:]
    full = _without_gaps(known.reshape(rows, columns), height, color)
    height = height.reshape(rows, columns)
    if noise > _NOISY:
        height = np.where(full, cv2.medianBlur(height, 3), np.float32(0))
        full = full & (height > 0)
    kind = np.zeros(rows * columns, np.uint8)
    cells = np.flatnonzero(full)
    kind[cells] = classes(color[cells])
    return TopView(
        grid=grid,
        height=height,
        rgb=color.reshape(rows, columns, 3),
        kind=kind.reshape(rows, columns),
        raised=full,
        bare=np.logical_or.reduce([g.bare for g in grounds]) & ~full,
        points=Points(xyz, rgb, index),
        ground=tuple(grounds),
        sights=tuple(sights),
        noise=noise,
    )


def _numbered(known: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Flat indices (C,) of the `known` (N,) cells, and the number (N,) of each among them."""
    cells = np.flatnonzero(known)
    number = np.zeros(len(known), np.intp)
    number[cells] = np.arange(len(cells))
    return cells, number


def _means(
    number: NDArray[np.intp], values: Sequence[NDArray[np.float32] | NDArray[np.uint8]], count: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(C, K) means of K `values` (N,) over the cells whose `number` (N,) they have; `count` (C,) each has."""
    return np.column_stack([np.bincount(number, v, minlength=len(count)) for v in values]) / count[:, None]


def _without_gaps(known: NDArray[np.bool_], height: NDArray[np.float32], color: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Let cells between pixels take the mean of their neighbours when at least five of eight are known.

    Args:
        known: (R, C) cells with a surface.
        height: (R * C,) m, filled in place.
        color: (R * C, 3) sRGB, filled in place.

    Returns:
        (R, C) cells with a surface now.
    """
    around = cv2.boxFilter(known.view(np.uint8), -1, (3, 3), normalize=False)
    gap = ~known & (around >= _ENOUGH)
    gap[[0, -1]] = gap[:, [0, -1]] = False
    cells = np.flatnonzero(gap)
    if not len(cells):
        return known
    columns = known.shape[1]
    near = cells[:, None] + np.array([r * columns + c for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c])
    share = known.ravel()[near].sum(axis=1)
    height[cells] = height[near].sum(axis=1) / share
    color[cells] = color[near].sum(axis=1) / share[:, None]
    return known | gap
