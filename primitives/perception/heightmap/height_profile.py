"""How high one thing is, cell by cell, and what is around it: what grasps of things of no known shape go by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.rectangles import covers
from primitives.perception.heightmap.topview import TopView
from primitives.scene import SceneObject

AROUND = 0.05
"""m around a thing that its profile shows: as far as open fingers reach."""
_BESIDE = 0.006
"""m beside the rectangle around a thing within which raised cells are its own."""
_COLUMN = 0.016
"""m; edge of the columns that a thing is taken to consist of."""
_LEAST = 12
"""Own cells; fewer are no surface to grasp."""


@dataclass(frozen=True, slots=True)
class HeightProfile:
    """A thing seen from above. Rows grow with x, columns with y."""

    cell: float
    """Edge of a cell in m."""
    origin: tuple[float, float]
    """(x, y) in m, base frame, of the centre of cell (0, 0)."""
    height: NDArray[np.float32]
    """(R, C) m above the table of the highest surface; 0 where it is the table, or unknown."""
    own: NDArray[np.bool_]
    """(R, C) which cells show the thing."""
    unseen: NDArray[np.bool_]
    """(R, C) which cells no camera sees."""

    @property
    def top(self) -> float:
        """Height of its highest point in m, but for single cells."""
        return float(np.quantile(self.height[self.own], 0.99))

    def columns(self, obj: SceneObject) -> list[SceneObject]:
        """Upright boxes of `_COLUMN` m, all called as `obj` is, that cover it from the table up."""
        step = max(1, round(_COLUMN / self.cell))
        boxes: list[SceneObject] = []
        for r in range(0, self.own.shape[0], step):
            for k in range(0, self.own.shape[1], step):
                part = self.own[r : r + step, k : k + step]
                if int(part.sum()) < 3:
                    continue
                rows, columns = np.nonzero(part)
                top = float(self.height[r : r + step, k : k + step][part].max())
                low = (r + rows.min() - 0.5, k + columns.min() - 0.5)
                high = (r + rows.max() + 0.5, k + columns.max() + 0.5)
                x, y = (self.origin[i] + (low[i] + high[i]) / 2 * self.cell for i in (0, 1))
                size = ((high[0] - low[0]) * self.cell, (high[1] - low[1]) * self.cell, top)
                boxes.append(msgspec.structs.replace(obj, position=(x, y, top / 2), yaw=0.0, size=size))
        return boxes


def height_profile(view: TopView, obj: SceneObject, others: Sequence[SceneObject] = ()) -> HeightProfile | None:
    """What `view` shows of `obj` and around it; None where it shows no surface there.

    Args:
        view: the scene from above.
        obj: where it was seen.
        others: what else is there; cells of theirs are not its own.
    """
    grid, reach = view.grid, math.hypot(obj.size[0], obj.size[1]) / 2 + AROUND
    row, column = ((obj.position[k] - grid.origin[k]) / grid.cell for k in (0, 1))
    n = math.ceil(reach / grid.cell)
    rows = slice(max(0, round(row) - n), min(grid.shape[0], round(row) + n + 1))
    columns = slice(max(0, round(column) - n), min(grid.shape[1], round(column) + n + 1))
    raised = view.raised[rows, columns]
    if not raised.any():
        return None
    origin = grid.xy(float(rows.start), float(columns.start))
    r, k = np.ogrid[: raised.shape[0], : raised.shape[1]]
    dx, dy = origin[0] + r * grid.cell - obj.position[0], origin[1] + k * grid.cell - obj.position[1]
    within = covers(dx, dy, obj.yaw, obj.size, beside=_BESIDE)
    for other in others:
        ox, oy = (obj.position[i] - other.position[i] for i in (0, 1))
        theirs = covers(dx + ox, dy + oy, other.yaw, other.size, beside=_BESIDE / 2)
        within &= ~(theirs & (view.height[rows, columns] < other.top + _BESIDE))
    own = _connected(raised & within)
    if int(own.sum()) < _LEAST:
        return None
    height = np.where(raised, view.height[rows, columns], np.float32(0))
    unseen = ~raised & ~view.bare[rows, columns]
    return HeightProfile(grid.cell, origin, height, own, unseen)


def _connected(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`cells` without what lies apart from the largest part."""
    joined = cv2.dilate(cells.view(np.uint8), np.ones((5, 5), np.uint8))
    count, components, areas, _ = cv2.connectedComponentsWithStats(joined)
    if count < 3:
        return cells
    largest = 1 + int(np.argmax(np.asarray(areas)[1:, cv2.CC_STAT_AREA]))
    return cells & (np.asarray(components) == largest)
