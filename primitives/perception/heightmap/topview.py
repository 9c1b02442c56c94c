"""All cameras fused into one view from straight above: height and colour of the highest surface in each cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import surrounding
from primitives.perception.heightmap.grid import Grid
from primitives.robot import CameraInfo

RAISED = 0.005
"""m above the table from which a surface belongs to a thing."""
LAYER = 0.006
"""m below the highest point of a cell within which points belong to the same surface."""
_NEAREST = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP


@dataclass(frozen=True, slots=True)
class Points:
    """Raised points of all cameras, none of the robot."""

    xyz: NDArray[np.float32]
    """(N, 3) m, base frame."""
    rgb: NDArray[np.uint8]
    """(N, 3)."""
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

    def level(self, grid: Grid, height: float) -> NDArray[np.float32]:
        """(R, C) m: height of what shows where one looks at `height` m above each cell; NaN where that is unknown."""
        return np.asarray(_seen(self.z, grid, self.camera, height, math.nan), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TopView:
    """Grids over the table, or over a part of it."""

    grid: Grid
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
    blotchy: bool = False
    """Whether neighbouring pixels share that noise, as where stereo measures depth."""

    @property
    def cell(self) -> float:
        """Edge of a cell in m."""
        return self.grid.cell

    def xy(self, row: float, column: float) -> tuple[float, float]:
        """(x, y) in m, base frame, of a position in (fractional) cells."""
        return self.grid.xy(row, column)

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
            seen |= sight.level(grid, height) < height + LAYER
        # the edge of what hides is a cell or two wide in the depth image
        result = np.zeros_like(around)
        result[box] = cv2.dilate((~seen).view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
        return result & ~around

    def open(self, height: float, around: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(R, C) which cells of `around` a camera looks through, at `height` m, on to something lower."""
        box, grid = self._part(around, 0.0)
        through = np.zeros(grid.shape, bool)
        for sight in self.sights:
            through |= sight.level(grid, height) < height - LAYER
        result = np.zeros_like(around)
        result[box] = through
        return result & around

    def part(self, box: tuple[slice, slice], cells: NDArray[np.bool_], points: NDArray[np.intp]) -> TopView:
        """The view of what `cells` show, alone.

        Args:
            box: rows and columns of the part.
            cells: (r, c) which of the raised cells in the box are kept; the rest is neither raised nor bare.
            points: (n,) which points lie in them.
        """
        grid = self.grid.part(box)
        index = self.points.cell[points]
        row = index // self.grid.shape[1]
        index = index - row * (self.grid.shape[1] - grid.shape[1]) - box[0].start * grid.shape[1] - box[1].start
        return replace(
            self,
            grid=grid,
            height=self.height[box],
            rgb=self.rgb[box],
            kind=self.kind[box],
            raised=cells,
            bare=self.bare[box],
            points=Points(self.points.xyz.take(points, axis=0), self.points.rgb.take(points, axis=0), index),
            ground=(),
        )

    def without(self, points: NDArray[np.bool_]) -> TopView:
        """The same view without some of the `points` (N,)."""
        kept, known = np.flatnonzero(~points), self.points
        return replace(
            self, points=Points(known.xyz.take(kept, axis=0), known.rgb.take(kept, axis=0), known.cell[kept])
        )

    def _part(self, around: NDArray[np.bool_], reach: float) -> tuple[tuple[slice, slice], Grid]:
        """The part of the grid within `reach` m of the cells `around`."""
        box = surrounding(around, math.ceil(reach / self.cell))
        return box, self.grid.part(box)


def ground(camera: CameraInfo, rgb: NDArray[np.uint8], z: NDArray[np.float32], grid: Grid) -> Ground:
    """The table as a camera's `rgb` (H, W, 3) and heights `z` (H, W) m show it."""
    level = _seen(z, grid, camera, 0.0, math.nan)
    shown = _seen(rgb, grid, camera, 0.0, 0)
    return Ground(np.asarray(np.abs(level) < RAISED, dtype=np.bool_), np.asarray(shown, dtype=np.uint8))


def _seen(
    image: NDArray[np.float32] | NDArray[np.uint8], grid: Grid, camera: CameraInfo, height: float, nothing: float
) -> cv2.typing.MatLike:
    """(R, C[, 3]) what `image` (H, W[, 3]) of a camera shows at `height` m above each cell, or `nothing`."""
    homography = grid.homography(camera, height)
    rows, columns = grid.shape
    seen = cv2.warpPerspective(image, homography, (columns, rows), flags=_NEAREST, borderValue=(nothing,) * 4)
    behind = grid.behind(homography)
    if behind is not None:
        seen[behind] = nothing
    return seen
