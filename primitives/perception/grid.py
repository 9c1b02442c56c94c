"""The cells of the view from above, and the pixels that look at them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo, Frame
from primitives.scene import Workspace

MARGIN = 0.08
"""m around the workspace that is looked at, for things that stand on its edge."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells over the table; rows grow with x, columns with y."""

    cell: float
    """Edge of a cell in m."""
    origin: tuple[float, float]
    """(x, y) in m of the centre of cell (0, 0)."""
    shape: tuple[int, int]

    @classmethod
    def over(cls, workspace: Workspace, frames: Sequence[Frame]) -> Grid:
        """The grid over the workspace and its margin, as fine as the sharpest camera sees, at least 2 mm."""
        (x0, y0, _), (x1, y1, _) = workspace.low, workspace.high
        center = np.array([(x0 + x1) / 2, (y0 + y1) / 2, 0.0])
        sharpest = min(float(np.linalg.norm(f.camera.T_base_camera[:3, 3] - center) / f.camera.K[0, 0]) for f in frames)
        cell = max(0.002, round(1.1 * sharpest, 4))
        shape = (math.ceil((x1 - x0 + 2 * MARGIN) / cell) + 1, math.ceil((y1 - y0 + 2 * MARGIN) / cell) + 1)
        return cls(cell, (x0 - MARGIN, y0 - MARGIN), shape)

    def index(self, xyz: NDArray[np.float32]) -> NDArray[np.intp]:
        """(N,) flat index of the cells that points (N, 3) within the grid fall in."""
        row = np.rint((xyz[:, 0] - self.origin[0]) / self.cell).astype(np.intp)
        return row * self.shape[1] + np.rint((xyz[:, 1] - self.origin[1]) / self.cell).astype(np.intp)

    def pixels(self, camera: CameraInfo, height: float = 0.0) -> NDArray[np.intp]:
        """(R, C) flat index of the pixel on the ray to `height` m above each cell; -1 where there is none."""
        x = self.origin[0] + self.cell * np.arange(self.shape[0], dtype=np.float64)
        y = self.origin[1] + self.cell * np.arange(self.shape[1], dtype=np.float64)
        T = np.linalg.inv(camera.T_base_camera)
        plane = [T[i, 0] * x[:, None] + T[i, 1] * y[None, :] + T[i, 2] * height + T[i, 3] for i in range(3)]
        depth = np.maximum(plane[2], 1e-6)
        u = np.rint(camera.K[0, 0] * plane[0] / depth + camera.K[0, 2]).astype(np.intp)
        v = np.rint(camera.K[1, 1] * plane[1] / depth + camera.K[1, 2]).astype(np.intp)
        within = (plane[2] > 0) & (u >= 0) & (v >= 0) & (u < camera.width) & (v < camera.height)
        return np.where(within, v * camera.width + u, -1)


def as_map(pixels: NDArray[np.intp], width: int) -> NDArray[np.int16]:
    """(..., 2) int16 column and row of flat pixel indices in an image `width` px wide; -1 where the index is."""
    row, column = np.divmod(pixels, width)
    return np.where(pixels[..., None] < 0, -1, np.stack([column, row], axis=-1)).astype(np.int16)
