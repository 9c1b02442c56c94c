"""Zones: flat patches that only their colour tells from the table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.categories import ZONE_HEIGHT
from primitives.perception.color_classes import classes, unlike
from primitives.perception.geometry.circles import fit_circle
from primitives.perception.geometry.masks import Mask, surrounding
from primitives.perception.geometry.outlines import half_turn, outline, square_yaw
from primitives.perception.geometry.quantiles import middle
from primitives.perception.geometry.rectangles import fit_rectangle
from primitives.perception.heightmap.connected_components import pieces
from primitives.perception.heightmap.grid import Grid
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection

SMALLEST = 0.025
"""m; narrower patches are stains or the edges of things."""
_BORDER = 1.0
"""Cells; the outline of a colour is as sharp as the cells."""
_SAME = 6.0
"""sRGB; channels closer than this to the table's show the table."""
_STRIDE = 5
"""Every fifth cell of every fifth row says what colour the table is."""
_DIFFERENT = 10.0
"""sRGB distance to the nearest shade of the table."""
_AROUND = 0.15
"""m around what shows of a zone to which it may reach under something that lies on it."""
_WHOLE = 0.95
"""Part of a rectangle that shows its colour, or is hidden, from which what shows are parts of one zone."""
_SHADES = (0.82, 1.10)
"""Range of brightness against the table within which the same hue is the same table."""


def zones(view: TopView) -> list[Detection]:
    """Every flat patch of another colour than the table's."""
    rgb, bare = _table(view)
    sample = rgb[::_STRIDE, ::_STRIDE][bare[::_STRIDE, ::_STRIDE]]
    if len(sample) < 30:
        return []
    table = middle(sample, most=2000)
    # most cells are plainly the table; the rest are looked at closely
    plain = cv2.inRange(rgb, np.maximum(table - _SAME, 0), np.minimum(table + _SAME, 255))
    width = max(3, round(0.008 / view.cell) | 1)
    square = np.ones((width, width), np.uint8)
    doubtful = cv2.morphologyEx((bare & (plain == 0)).view(np.uint8), cv2.MORPH_OPEN, square)
    cells = np.flatnonzero(doubtful)
    if not len(cells):
        return []
    apart, shade = unlike(rgb.reshape(-1, 3)[cells].astype(np.float64), table)
    foreign = np.zeros_like(doubtful)
    foreign.ravel()[cells] = (apart > _DIFFERENT) | (shade < _SHADES[0]) | (shade > _SHADES[1])
    core = cv2.morphologyEx(foreign, cv2.MORPH_OPEN, square).view(bool)
    kind = np.full(core.shape, 255, np.uint8)
    kind[core] = classes(rgb[core])
    pad = round(_AROUND / view.cell)
    found: list[Detection] = []
    for number in np.unique(kind[core]):
        parts = list(pieces(kind == number, smallest=int((SMALLEST / view.cell) ** 2)))
        for piece in _wholes(parts, ~bare, view.cell):
            box = surrounding(piece, pad)
            zone = _zone(view.grid.part(box), piece[box], ~bare[box], rgb[box])
            if zone is not None:
                found.append(zone)
    return found


def _table(view: TopView) -> tuple[NDArray[np.uint8], Mask]:
    """(R, C, 3) colour of the table in the first camera that sees it, and where one does."""
    first, *others = view.ground
    rgb, bare = first.rgb.copy(), first.bare
    for other in others:
        cv2.copyTo(other.rgb, (other.bare & ~bare).view(np.uint8), rgb)
        bare = bare | other.bare
    return rgb, bare & ~view.raised


def _wholes(parts: Sequence[Mask], hidden: Mask, cell: float) -> list[Mask]:
    """`parts` of one colour, those put together between which things lie that hide the rest of one rectangle."""
    wholes: list[Mask] = []
    for part in sorted(parts, key=np.count_nonzero, reverse=True):
        for i, whole in enumerate(wholes):
            both = whole | part
            rectangle = fit_rectangle(both, hidden, cell, border=_BORDER)
            if rectangle is not None and rectangle.fill > _WHOLE and rectangle.error < cell:
                wholes[i] = both
                break
        else:
            wholes.append(part)
    return wholes


def _zone(grid: Grid, piece: Mask, hidden: Mask, rgb: NDArray[np.uint8]) -> Detection | None:
    closed = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)
    closed &= ~hidden
    rectangle = fit_rectangle(closed, hidden, grid.cell, border=_BORDER)
    if rectangle is None or min(rectangle.size) < SMALLEST:
        return None
    if rectangle.sides < 4:
        # the side that something on it hides is where that of a square would be, if it can be
        edges = [max(rectangle.size)]
        square = fit_rectangle(closed, hidden, grid.cell, border=_BORDER, edges=edges)
        rectangle = square if square is not None and square.fill > _WHOLE else rectangle
    circle = fit_circle(outline(closed) * grid.cell, grid.cell, border=_BORDER)
    color = middle(rgb[piece])
    if circle is not None and circle.coverage > 0.85 and circle.error < rectangle.error and rectangle.fill < 0.85:
        x, y = grid.xy(circle.center[0] / grid.cell, circle.center[1] / grid.cell)
        size, yaw, quality = (2 * circle.radius, 2 * circle.radius), 0.0, circle.coverage
    elif rectangle.fill > 0.8:
        x, y = grid.xy(*rectangle.center)
        size, yaw, quality = rectangle.size, rectangle.yaw, min(1.0, rectangle.fill)
        if abs(size[0] - size[1]) < 0.05 * max(size):
            yaw = square_yaw(yaw)
        else:
            if size[1] > size[0]:
                size, yaw = (size[1], size[0]), yaw + math.pi / 2
            yaw = half_turn(yaw)
    else:
        return None
    return Detection("zone", (x, y), 0.0, ZONE_HEIGHT, size, yaw, piece, quality, color)
