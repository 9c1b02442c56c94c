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
        """(N,) flat index of the cells that points (N, 3) fall in, or that are nearest to them at the edge."""
        rows, columns = self.shape
        row = np.rint((xyz[:, 0] - self.origin[0]) / self.cell).clip(0, rows - 1).astype(np.intp)
        return row * columns + np.rint((xyz[:, 1] - self.origin[1]) / self.cell).clip(0, columns - 1).astype(np.intp)

    def xy(self, row: float, column: float) -> tuple[float, float]:
        """(x, y) in m, base frame, of a position in (fractional) cells."""
        return row * self.cell + self.origin[0], column * self.cell + self.origin[1]

    def part(self, box: tuple[slice, slice]) -> Grid:
        """The grid over some rows and columns of this one."""
        (r0, r1), (c0, c1) = ((s.start, s.stop) for s in box)
        origin = (self.origin[0] + r0 * self.cell, self.origin[1] + c0 * self.cell)
        return Grid(self.cell, origin, (r1 - r0, c1 - c0))

    def homography(self, camera: CameraInfo, height: float) -> NDArray[np.float64]:
        """(3, 3), takes (column, row, 1) of a cell, `height` m above the table, to homogeneous pixels (u, v, 1)."""
        (x, y), cell, T = self.origin, self.cell, camera.T_base_camera
        ways = np.array([[0.0, cell, x - T[0, 3]], [cell, 0.0, y - T[1, 3]], [0.0, 0.0, height - T[2, 3]]])
        return camera.K @ np.linalg.inv(T[:3, :3]) @ ways

    def behind(self, homography: NDArray[np.float64]) -> NDArray[np.bool_] | None:
        """(R, C) which cells lie behind the camera of a `homography`; None when none does."""
        rows, columns = self.shape
        across, down, ahead = (float(v) for v in homography[2])
        if min(ahead + across * c + down * r for c in (0, columns - 1) for r in (0, rows - 1)) > 0:
            return None
        return ahead + across * np.arange(columns)[None, :] + down * np.arange(rows)[:, None] <= 0
