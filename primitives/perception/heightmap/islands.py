"""The raised parts of the view from above that are looked at one by one, since nothing joins them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.topview import TopView

GAP = 0.012
"""m; raised cells closer than this belong to one island."""
AROUND = 0.06
"""m of its surroundings that an island keeps: as far as something hidden may reach."""
_SMALLEST = 8
"""Cells; less is noise."""


def islands(view: TopView) -> Iterator[TopView]:
    """Each group of raised cells as a view of its own."""
    reach = max(1, round(GAP / view.cell / 2))
    grown = cv2.dilate(view.raised.view(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    # what has grown by so much is not lost between every so manieth cell
    _, components, areas, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(grown[::reach, ::reach]))
    labels, stats = np.asarray(components, dtype=np.int32), np.asarray(areas, dtype=np.int32)
    boxes = stats[:, [cv2.CC_STAT_TOP, cv2.CC_STAT_LEFT, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]] * reach
    boxes[:, 2:] += boxes[:, :2]
    group = _overlapping(boxes)
    rows, columns = view.raised.shape
    number_of = group[labels].repeat(reach, axis=0).repeat(reach, axis=1)[:rows, :columns]
    of_point = number_of.ravel()[view.points.cell]
    pad = math.ceil(AROUND / view.cell)
    for number in np.unique(group[1:]):
        mine = boxes[group == number]
        (r0, c0), (r1, c1) = mine[:, :2].min(axis=0), mine[:, 2:].max(axis=0)
        box = (slice(max(0, r0 - pad), min(rows, r1 + pad)), slice(max(0, c0 - pad), min(columns, c1 + pad)))
        cells = view.raised[box] & (number_of[box] == number)
        if cv2.countNonZero(cells.view(np.uint8)) >= _SMALLEST:
            yield view.part(box, cells, np.flatnonzero(of_point == number))


def _overlapping(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    """(N,) number of the group of each box (N, 4) (row, column, end row, end column); box 0, the table, is alone.

    Boxes that overlap are one group: of a face that something hides in the middle both ends are in one view.
    """
    group = np.arange(len(boxes), dtype=np.int32)
    apart = (boxes[:, None, 2:] <= boxes[None, :, :2]).any(axis=2)
    touching = ~(apart | apart.T).astype(bool)
    for i in range(1, len(boxes)):
        for j in range(i + 1, len(boxes)):
            if touching[i, j] and group[i] != group[j]:
                group[group == group[j]] = group[i]
    return group
