"""All cameras fused into one view from straight above: height and colour of the highest surface in each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.coloring import classes
from primitives.perception.grid import MARGIN, Grid
from primitives.robot import CameraInfo, Frame
from primitives.scene import Workspace

RAISED = 0.005
"""m above the table from which a surface belongs to a thing."""
_NO_MAP: NDArray[np.float32] = np.empty(0, np.float32)
"""OpenCV's second map, which nearest neighbours do not need."""
LAYER = 0.006
"""m below the highest point of a cell within which points belong to the same surface."""


@dataclass(frozen=True, slots=True)
class Points:
    """Raised points of all cameras, none of the robot."""

    xyz: NDArray[np.float32]
    """(N, 3) m, base frame."""
    rgb: NDArray[np.uint8]
    """(N, 3)."""
    camera: NDArray[np.uint8]
    """(N,) index of the frame."""
    cell: NDArray[np.intp]
    """(N,) flat index into the grids."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The table as one camera sees it."""

    bare: NDArray[np.bool_]
    """(R, C) where it sees down to the table."""
    rgb: NDArray[np.uint8]
    """(R, C, 3) its colour there."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How high the surface is that each pixel of a camera shows."""

    camera: CameraInfo
    z: NDArray[np.float32]
    """(H, W) m above the table, NaN where unknown."""


@dataclass(frozen=True, slots=True)
class TopView:
    """Grids over the table; rows grow with x, columns with y."""

    cell: float
    """Edge of a cell in m."""
    origin: tuple[float, float]
    """(x, y) in m of the centre of cell (0, 0)."""
    height: NDArray[np.float32]
    """(R, C) m of the highest surface; 0 where it is the table, or unknown."""
    rgb: NDArray[np.uint8]
    """(R, C, 3) its colour, 0 where there is no raised surface."""
    kind: NDArray[np.uint8]
    """(R, C) its colour class."""
    raised: NDArray[np.bool_]
    """(R, C)."""
    bare: NDArray[np.bool_]
    """(R, C) where a camera sees down to the table."""
    points: Points
    ground: tuple[Ground, ...]
    """The table, one entry per camera."""
    sights: tuple[Sight, ...]
    noise: float
    """Standard deviation of heights in m, measured on the table."""

    def xy(self, row: float, column: float) -> tuple[float, float]:
        """(x, y) in m, base frame, of a position in (fractional) cells."""
        return row * self.cell + self.origin[0], column * self.cell + self.origin[1]

    def hidden(self, height: float, around: NDArray[np.bool_], reach: float) -> NDArray[np.bool_]:
        """(R, C) where something higher hides a surface at `height` m from every camera.

        Args:
            height: m above the table.
            around: (R, C) cells near which it matters; in and far from them the answer is False.
            reach: how far around them, in m.
        """
        box, grid = self._part(around, reach)
        seen = np.zeros(grid.shape, bool)
        for sight in self.sights:
            pixels = grid.pixels(sight.camera, height)
            seen |= (pixels >= 0) & (sight.z.ravel()[pixels] < height + LAYER)
        # the edge of what hides is a cell or two wide in the depth image
        result = np.zeros_like(around)
        result[box] = cv2.dilate((~seen).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
        return result & ~around

    def open(self, height: float, around: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(R, C) which cells of `around` a camera looks through, at `height` m, on to something lower."""
        box, grid = self._part(around, 0.0)
        through = np.zeros(grid.shape, bool)
        for sight in self.sights:
            pixels = grid.pixels(sight.camera, height)
            through |= (pixels >= 0) & (sight.z.ravel()[pixels] < height - LAYER)
        result = np.zeros_like(around)
        result[box] = through
        return result & around

    def _part(self, around: NDArray[np.bool_], reach: float) -> tuple[tuple[slice, slice], Grid]:
        """The part of the grid within `reach` m of the cells `around`."""
        rows, columns = np.nonzero(around.any(axis=1))[0], np.nonzero(around.any(axis=0))[0]
        pad = math.ceil(reach / self.cell)
        r0, r1 = max(0, int(rows[0]) - pad), min(around.shape[0], int(rows[-1]) + pad + 1)
        c0, c1 = max(0, int(columns[0]) - pad), min(around.shape[1], int(columns[-1]) + pad + 1)
        origin = (self.origin[0] + r0 * self.cell, self.origin[1] + c0 * self.cell)
        return (slice(r0, r1), slice(c0, c1)), Grid(self.cell, origin, (r1 - r0, c1 - c0))


def table_noise(z: NDArray[np.float32]) -> float:
    """Standard deviation in m of the heights that belong to the table."""
    sample = z.ravel()[::17]
    near = sample[np.abs(sample) < 0.008]
    return float(1.4826 * np.median(np.abs(near))) if len(near) > 100 else 0.0


def heights(frame: Frame) -> tuple[NDArray[np.float32], float]:
    """(H, W) float32 m above the table, NaN where unknown, smoothed as the noise asks for; and the noise in m."""
    depth = frame.depth
    missing = depth <= 0
    if missing.any():
        # single missing pixels take a neighbour's value; larger holes stay unknown
        grown = cv2.dilate(depth, np.ones((3, 3), np.uint8))
        depth = np.where(missing, grown, depth).astype(np.float32)
    z = _z(depth, frame)
    noise = table_noise(z)
    if noise > 0.0004:
        depth = np.asarray(cv2.medianBlur(depth, 5 if noise > 0.0012 else 3), dtype=np.float32)
        z = _z(depth, frame)
    z[depth <= 0] = np.nan
    return z, noise


def _z(depth: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    K = frame.camera.K
    right, down, forward, origin = (float(value) for value in frame.camera.T_base_camera[2])
    height, width = depth.shape
    u = (np.arange(width, dtype=np.float32) - float(K[0, 2])) / float(K[0, 0])
    v = (np.arange(height, dtype=np.float32) - float(K[1, 2])) / float(K[1, 1])
    return np.asarray(((right * u + forward)[None, :] + (down * v)[:, None]) * depth + origin, dtype=np.float32)


def _xy(z: NDArray[np.float32], v: NDArray[np.intp], u: NDArray[np.intp], frame: Frame) -> NDArray[np.float32]:
    """(N, 3) m: where the rays of pixels (v, u) reach the heights `z` (N,)."""
    K, T = frame.camera.K, frame.camera.T_base_camera
    rays = np.stack([(u - K[0, 2]) / K[0, 0], (v - K[1, 2]) / K[1, 1], np.ones(len(u))], axis=-1) @ T[:3, :3].T
    scale = (z - T[2, 3]) / rays[:, 2]
    xyz = rays * scale[:, None] + T[:3, 3]
    return xyz.astype(np.float32)


def raised_points(
    frame: Frame, z: NDArray[np.float32], workspace: Workspace, lowest: float
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """(N, 3) m and (N, 3) sRGB of everything above `lowest` m over the workspace and its margin."""
    v, u = np.nonzero((z > lowest) & (z < workspace.high[2]))
    xyz = _xy(z[v, u], v, u, frame)
    (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
    inside = (
        (xyz[:, 0] > x0 - MARGIN) & (xyz[:, 0] < x1 + MARGIN) & (xyz[:, 1] > y0 - MARGIN) & (xyz[:, 1] < y1 + MARGIN)
    )
    return xyz[inside], frame.rgb[v[inside], u[inside]]


def ground(frame: Frame, z: NDArray[np.float32], pixels: NDArray[np.int16]) -> Ground:
    """The table as `frame` shows it.

    Args:
        frame: the image.
        z: (H, W) m above the table.
        pixels: (R, C, 2) column and row of the pixel that shows the table in each cell, -1 where none does.
    """
    unseen = (pixels[..., 0] < 0).astype(bool)
    level = np.asarray(cv2.remap(z, pixels, _NO_MAP, cv2.INTER_NEAREST), dtype=np.float32)
    rgb = np.asarray(cv2.remap(frame.rgb, pixels, _NO_MAP, cv2.INTER_NEAREST), dtype=np.uint8)
    return Ground(~unseen & (np.abs(level) < RAISED), rgb)


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
    camera = np.repeat(np.arange(len(points), dtype=np.uint8), [len(p) for p, _ in points])
    index = grid.index(xyz)
    size = rows * columns
    highest = np.zeros(size, np.float32)
    order = np.argsort(xyz[:, 2])
    highest[index[order]] = xyz[order, 2]
    top = np.flatnonzero(xyz[:, 2] > highest[index] - LAYER)
    cells = index[top]
    count = np.bincount(cells, minlength=size)
    share = np.maximum(count, 1)
    height = np.bincount(cells, xyz[top, 2], minlength=size) / share
    color = np.stack([np.bincount(cells, rgb[top, i], minlength=size) / share for i in range(3)], axis=-1)
    full, filled_height, filled_color = _without_gaps(
        (count > 0).reshape(rows, columns),
        height.astype(np.float32).reshape(rows, columns),
        color.astype(np.float32).reshape(rows, columns, 3),
    )
    if noise > 0.0004:
        filled_height = np.where(full, cv2.medianBlur(filled_height, 3), 0).astype(np.float32)
        full = full & (filled_height > 0)
    shown = filled_color.astype(np.uint8)
    return TopView(
        cell=grid.cell,
        origin=grid.origin,
        height=filled_height,
        rgb=shown,
        kind=classes(shown),
        raised=full,
        bare=np.logical_or.reduce([g.bare for g in grounds]) & ~full,
        points=Points(xyz, rgb, camera, index),
        ground=tuple(grounds),
        sights=tuple(sights),
        noise=noise,
    )


def _without_gaps(
    known: NDArray[np.bool_], height: NDArray[np.float32], color: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.float32]]:
    """Cells between pixels take the mean of their neighbours when at least five of eight are known."""
    ones = known.astype(np.float32)
    around = cv2.boxFilter(ones, -1, (3, 3), normalize=False)
    gap = ~known & (around >= 5)
    if gap.any():
        share = np.maximum(around[gap], 1)
        height = height.copy()
        color = color.copy()
        height[gap] = cv2.boxFilter(height * ones, -1, (3, 3), normalize=False)[gap] / share
        color[gap] = cv2.boxFilter(color * ones[..., None], -1, (3, 3), normalize=False)[gap] / share[:, None]
    return known | gap, height, color
