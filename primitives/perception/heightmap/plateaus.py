"""Level faces that one patch holds: of different height, or of one height with a narrow gap between them.

Between such faces lie cells that show a side of a block: a slope, down which a patch grows from one face to the next.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask, surrounding
from primitives.perception.geometry.quantiles import median
from primitives.perception.heightmap.topview import TopView

_STEP = 0.003
"""m; faces whose heights differ less are one."""
_LEVEL = 0.0009
"""m; how far cells of a level face are from its height, noise aside."""
_LEVEL_PART = 0.75
"""Part of the cells of a patch that must be on one of two levels; on a slope or a dome far fewer are."""
_NECK = 0.009
"""m; what is narrower joins no faces."""


def terraces(view: TopView, patch: Mask, *, smallest: float) -> list[Mask]:
    """The level faces of `patch`, each of at least `smallest` cells; `patch` as it is when it is no level one."""
    box = surrounding(patch, 1)
    part, height = patch[box], view.height[box]
    near = _LEVEL + view.noise / 2
    faces: list[Mask] = []
    cores: list[Mask] = []
    for level in _levels(height[part], near, smallest):
        face = part & (np.abs(height - level) < near)
        parts = _cores(face, view.cell, smallest / 2)
        cores += parts
        faces += [face] * len(parts)
    if not cores:
        return [patch]
    # a cell at an edge shows some of the side below it; those beyond show nothing else, and are no part of the face
    away = np.argmin([cv2.distanceTransform(1 - c.view(np.uint8), cv2.DIST_L2, 3) for c in cores], axis=0)
    result: list[Mask] = []
    for i, face in enumerate(faces):
        mine = face & (away == i)
        mask = np.zeros_like(patch)
        mask[box] = cv2.dilate(mine.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool) & part & (away == i)
        result.append(mask)
    return result


def _cores(cells: Mask, cell: float, smallest: float) -> list[Mask]:
    """The parts of `cells` that no neck joins, without what is as narrow as one."""
    width = max(3, 2 * round(_NECK / cell / 2) + 1)
    opened = cv2.morphologyEx(cells.view(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    return [labels == i for i in range(1, len(stats)) if stats[i, cv2.CC_STAT_AREA] >= smallest]


def _levels(values: NDArray[np.float32], near: float, smallest: float) -> list[float]:
    """The heights, `near` m of which nearly all `values` (N,) lie; none when they do not lie on level faces."""
    ordered = np.sort(values).astype(np.float64)
    result: list[float] = []
    parts = [ordered]
    while parts:
        part = parts.pop()
        cut = _best_cut(part) if len(part) >= 2 * smallest else 0
        low, high = median(part[:cut]) if cut else 0.0, median(part[cut:])
        if min(cut, len(part) - cut) < smallest / 2 or high - low < max(_STEP, 3 * near):
            result.append(median(part))
        else:
            parts += [part[:cut], part[cut:]]
    off = np.min([np.abs(ordered - level) for level in result], axis=0)
    return result if float((off < near).mean()) > _LEVEL_PART else []


def _best_cut(ordered: NDArray[np.float64]) -> int:
    """How many of the `ordered` (N,) heights are the lower ones, for the largest variance between both (Otsu, 1979)."""
    below = np.cumsum(ordered)[:-1]
    count = np.arange(1, len(ordered))
    rest = len(ordered) - count
    between = (below / count - (below[-1] + ordered[-1] - below) / rest) ** 2 * count * rest
    return int(np.argmax(between)) + 1
