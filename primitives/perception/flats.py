"""Zones: flat patches that only their colour tells from the table."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.coloring import classes, unlike
from primitives.perception.containers import pieces
from primitives.perception.found import Found, Mask
from primitives.perception.outlines import fit_circle, fit_rectangle, half_turn, outline, square_yaw
from primitives.perception.topview import TopView

SMALLEST = 0.025
"""m; narrower patches are stains or the edges of things."""
THICKNESS = 0.001
"""m; assumed, since a camera cannot measure it."""
_BORDER = 1.0
"""Cells; the outline of a colour is as sharp as the cells."""
_DIFFERENT = 10.0
"""sRGB distance to the nearest shade of the table."""
_SHADES = (0.82, 1.10)
"""Range of brightness against the table within which the same hue is the same table."""


def zones(view: TopView) -> list[Found]:
    """Every flat patch of another colour than the table's."""
    rgb, bare = _table(view)
    if bare.sum() < 100:
        return []
    table = np.median(rgb[bare][::7], axis=0)
    # most cells are plainly the table; the rest are looked at closely
    doubtful = bare & (np.abs(rgb.astype(np.int16) - table.astype(np.int16)) > 6).any(axis=2)
    apart, shade = unlike(rgb[doubtful].astype(np.float64), table)
    foreign = np.zeros_like(bare)
    foreign[doubtful] = (apart > _DIFFERENT) | (shade < _SHADES[0]) | (shade > _SHADES[1])
    if not foreign.any():
        return []
    width = max(3, round(0.008 / view.cell) | 1)
    core = cv2.morphologyEx(foreign.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8)).astype(bool)
    kind = classes(rgb)
    hidden = ~bare
    found: list[Found] = []
    for number in np.unique(kind[core]):
        for piece in pieces(core & (kind == number), smallest=int((SMALLEST / view.cell) ** 2)):
            zone = _zone(view, piece, hidden, rgb)
            if zone is not None:
                found.append(zone)
    return found


def _table(view: TopView) -> tuple[NDArray[np.uint8], Mask]:
    """(R, C, 3) colour of the table in the first camera that sees it, and where one does."""
    first, *others = view.ground
    rgb, bare = first.rgb, first.bare
    for other in others:
        rgb = np.where(bare[..., None], rgb, other.rgb)
        bare = bare | other.bare
    return rgb, bare & ~view.raised


def _zone(view: TopView, piece: Mask, hidden: Mask, rgb: NDArray[np.uint8]) -> Found | None:
    closed = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)
    closed &= ~hidden
    rectangle = fit_rectangle(closed, hidden, view.cell, border=_BORDER)
    if rectangle is None or min(rectangle.size) < SMALLEST:
        return None
    circle = fit_circle(outline(closed) * view.cell, view.cell, border=_BORDER)
    color = np.median(rgb[piece], axis=0)
    if circle is not None and circle.coverage > 0.85 and circle.error < rectangle.error and rectangle.fill < 0.85:
        x, y = view.xy(circle.center[0] / view.cell, circle.center[1] / view.cell)
        size, yaw, quality = (2 * circle.radius, 2 * circle.radius), 0.0, circle.coverage
    elif rectangle.fill > 0.8:
        x, y = view.xy(*rectangle.center)
        size, yaw, quality = rectangle.size, rectangle.yaw, min(1.0, rectangle.fill)
        if abs(size[0] - size[1]) < 0.05 * max(size):
            yaw = square_yaw(yaw)
        else:
            if size[1] > size[0]:
                size, yaw = (size[1], size[0]), yaw + math.pi / 2
            yaw = half_turn(yaw)
    else:
        return None
    return Found("zone", (x, y), 0.0, THICKNESS, size, yaw, piece, quality, color)
