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
from primitives.perception.recognition.markings import Surroundings, background, goes_on, in_shade, is_cast, is_marking

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
_PATTERN = 5
"""As many patches of one colour as this are a pattern of the cloth."""
_EQUAL = 0.35
"""Part by which the patches of a pattern differ in size; other patches are print on what lies on the table."""
_SHADES = (0.82, 1.10)
"""Range of brightness against the table within which the same hue is the same table."""


def table_color(view: TopView) -> NDArray[np.float64] | None:
    """(3,) what most of the table shows; None when too little of it is seen."""
    first = view.ground[0]
    bare = (first.bare & ~view.raised)[::_STRIDE, ::_STRIDE]
    sample = first.rgb[::_STRIDE, ::_STRIDE][bare]
    return middle(sample, most=2000) if len(sample) >= 30 else None


def zones(view: TopView) -> list[Detection]:
    """Every flat patch that is a marking: of one colour, with a sharp border, and no shadow or pattern."""
    rgb, bare = shown(view)
    look = background(rgb, bare)
    if look is None:
        return []
    table = look.color
    # most cells are plainly the table; the rest are looked at closely
    plain = cv2.inRange(rgb, np.maximum(table - _SAME, 0), np.minimum(table + _SAME, 255))
    width = max(3, round(0.008 / view.cell) | 1)
    square = np.ones((width, width), np.uint8)
    doubtful = cv2.morphologyEx((bare & (plain == 0)).view(np.uint8), cv2.MORPH_OPEN, square)
    cells = np.flatnonzero(doubtful)
    if not len(cells):
        return []
    apart, shade = unlike(rgb.reshape(-1, 3)[cells].astype(np.float64), table)
    low, high = _SHADES[0] - look.rough, _SHADES[1] + look.rough
    foreign = np.zeros_like(doubtful)
    unlikely = max(_DIFFERENT, look.colorful)
    foreign.ravel()[cells] = (apart > unlikely) | (shade < low) | (shade > high)
    core = cv2.morphologyEx(foreign, cv2.MORPH_OPEN, square).view(bool)
    kind = np.full(core.shape, 255, np.uint8)
    kind[core] = classes(rgb[core])
    pad = round(_AROUND / view.cell)
    patches = {
        int(n): list(pieces(kind == n, smallest=int((SMALLEST / view.cell) ** 2))) for n in np.unique(kind[core])
    }
    # what repeats, or goes on beyond what is looked at, is the cloth itself
    cloth = np.zeros_like(bare)
    for parts in patches.values():
        woven = parts if len(parts) >= _PATTERN else [part for part in parts if goes_on(part)]
        sizes = np.array([np.count_nonzero(part) for part in woven])
        alike = len(woven) > 0 and int((np.abs(sizes / np.median(sizes) - 1.0) < _EQUAL).sum()) >= _PATTERN - 1
        for part in woven if alike else ():
            cloth |= cv2.dilate(part.view(np.uint8), square).view(bool)
        parts[:] = [part for part in parts if not any(part is other for other in woven)]
    scene = Surroundings(rgb, bare, view.raised, cloth, table, unlikely, (low, high))
    found: list[tuple[Mask, Detection, bool]] = []
    shadows = False
    for parts in patches.values():
        for piece in _wholes(parts, ~bare, view.cell):
            box = surrounding(piece, pad)
            zone = _zone(view.grid.part(box), piece[box], ~bare[box], rgb[box])
            shady = in_shade(scene, piece)
            shadows |= shady and is_cast(scene, piece, zone)
            if zone is not None:
                found.append((piece, zone, shady))
    return [zone for piece, zone, shady in found if not (shady and shadows) and is_marking(scene, piece, zone)]


def shown(view: TopView) -> tuple[NDArray[np.uint8], Mask]:
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
