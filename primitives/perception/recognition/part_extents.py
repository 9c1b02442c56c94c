"""Extents of parts, measured in the cells of the view from above, for recognising what is made of several parts."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import border_width
from primitives.perception.geometry.rectangles import fit_rectangle
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection


class Extent:
    """A rectangle on the table."""

    def __init__(self, center: tuple[float, float], yaw: float, low: tuple[float, float], high: tuple[float, float]):
        self._center, self._yaw, self._low, self._high = center, yaw, low, high

    @classmethod
    def of(cls, thing: Detection, *, front: float = 0.0, margin: float = 0.0) -> Extent:
        """The outline of `thing`, `front` m longer along its x axis and `margin` m wider on every side."""
        a, b = thing.size[0] / 2 + margin, thing.size[1] / 2 + margin
        return cls(thing.center, thing.yaw, (-a, -b), (a + front, b))

    def contains(self, point: tuple[float, float]) -> bool:
        """Whether an (x, y) in m lies on it."""
        dx, dy = point[0] - self._center[0], point[1] - self._center[1]
        c, s = math.cos(self._yaw), math.sin(self._yaw)
        u, v = c * dx + s * dy, c * dy - s * dx
        return self._low[0] <= u <= self._high[0] and self._low[1] <= v <= self._high[1]


def filled_rectangle(
    view: TopView, cells: Mask, *, least: float = 0.88
) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """See `filled_piece` and `rectangle_in`."""
    filled = filled_piece(view, cells)
    return None if filled is None else rectangle_in(view, filled, least=least)


def filled_piece(view: TopView, cells: Mask) -> Mask | None:
    """The largest piece of `cells`, its holes closed; None when they are too few."""
    if cv2.countNonZero(cells.view(np.uint8)) * view.cell**2 < 4e-4:
        return None
    closed = cv2.morphologyEx(cells.view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    filled = np.zeros(cells.shape, np.uint8)
    cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return filled.view(bool)


def rectangle_in(
    view: TopView, filled: Mask, *, least: float = 0.88
) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """Centre, size and yaw of the rectangle of which `filled` is at least a fraction `least`."""
    rectangle = fit_rectangle(filled, np.zeros_like(filled), view.cell, border=border_width(view.noise))
    if rectangle is None or not least < rectangle.fill < 1.12:
        return None
    return view.xy(*rectangle.center), rectangle.size, rectangle.yaw


def measured_along(
    view: TopView, cells: Mask, center: tuple[float, float], yaw: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in m of `cells` along the direction `yaw` from `center`, and to the left of it."""
    rows, columns = np.nonzero(cells)
    x, y = view.xy(0.0, 0.0)
    dx, dy = rows * view.cell + x - center[0], columns * view.cell + y - center[1]
    c, s = math.cos(yaw), math.sin(yaw)
    return c * dx + s * dy, c * dy - s * dx


def disc(view: TopView, center: tuple[float, float], reach: float) -> Mask:
    """Cells at most `reach` m from `center`."""
    x, y = view.xy(0.0, 0.0)
    rows, columns = view.raised.shape
    dx = np.arange(rows, dtype=np.float64) * view.cell + (x - center[0])
    dy = np.arange(columns, dtype=np.float64) * view.cell + (y - center[1])
    return np.asarray((dx * dx)[:, None] + dy * dy <= reach * reach, dtype=np.bool_)


def kind_of(view: TopView, thing: Detection) -> int:
    """The colour class that most of its top shows; -1 when none is seen."""
    shown = view.kind[thing.cells & view.raised]
    return int(np.bincount(shown).argmax()) if len(shown) else -1
