"""Solid things with a top face: blocks, cylinders, balls and what is none of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from primitives.perception.geometry.circles import fit_circle
from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.moments import moments, thickness
from primitives.perception.geometry.outlines import border_width, half_turn, outline, square_yaw
from primitives.perception.geometry.quantiles import median, quantile
from primitives.perception.geometry.rectangles import FittedRectangle, fit_rectangle, sides
from primitives.perception.geometry.square_tiling import squares
from primitives.perception.heightmap.plateaus import terraces
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.balls import ball
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.seams import pieces, regular, seams

SMALLEST_AREA = 1.0e-4
"""m²; smaller patches are noise."""
SLIVER = 0.011
"""m; a narrower strip beside something higher is the top of a layer of that stack, and is read off its sides,
unless three of its own sides are plain to see."""
ROUND = 0.2
"""Squareness, see `moments`, below which a top face is a disc."""
_FINE = 13.0
"""Cells across a top face below which its corners are blurred."""
_SIDE = 0.0015
"""m under the top from which a cell shows a side rather than the top face, noise aside."""
_AS_HIGH = 0.6
"""Misfit of a disc over that of a square up to which a blurred face is a disc although the square makes a cube."""
_STANDS = 0.01
"""m above the lowest floor from which on a thing stands on its neighbours."""
_STRAIGHT = 0.8
"""Misfit of a rectangle above which it may rather be several squares that are not quite in line."""
_WIDE = 0.05
"""m; a wider top is looked at for seams though it may be that of one cube."""
_SHOWS = 0.8
"""Part of a face that shows, below which something stands on it."""
CUBE = 0.12
"""Relative deviation of extents within which a block counts as a cube."""


def patches(view: TopView, cells: Mask) -> list[Mask]:
    """`cells` split where the colour class changes or the height jumps; the highest patch first."""
    step = 0.0025 + 0.8 * view.noise
    picture = np.zeros((*cells.shape, 3), np.float32)
    picture[..., 0] = np.where(cells, view.height / step, -100.0)
    picture[..., 1] = np.where(cells, view.kind * 4.0, -100.0)
    smallest = SMALLEST_AREA / view.cell**2
    blocked = np.ones((cells.shape[0] + 2, cells.shape[1] + 2), np.uint8)
    blocked[1:-1, 1:-1] = ~cells
    found: list[tuple[float, Mask]] = []
    flat, at = blocked.ravel(), 0
    while True:
        at += int(np.argmin(flat[at:]))
        if flat[at]:
            break
        r, c = divmod(at, blocked.shape[1])
        _, _, _, (c0, r0, w, h) = cv2.floodFill(
            picture,
            blocked,
            (c - 1, r - 1),
            (0, 0, 0),
            (1, 0.5, 1),
            (1, 0.5, 1),
            4 | (2 << 8) | cv2.FLOODFILL_MASK_ONLY,
        )
        window = blocked[r0 + 1 : r0 + h + 1, c0 + 1 : c0 + w + 1]
        fresh = window == 2
        window[fresh] = 3
        if fresh.sum() >= smallest:
            mask = np.zeros_like(cells)
            mask[r0 : r0 + h, c0 : c0 + w] = fresh
            found += ((median(view.height[m]), m) for m in terraces(view, mask, smallest=smallest))
    return [m for _, m in sorted(found, key=lambda f: -f[0])]


def one_face(view: TopView, parts: Sequence[Mask], floors: Sequence[float]) -> bool:
    """Whether `parts`, equally high and divided by something higher, can be the top face of one cube."""
    rows, columns = np.nonzero(np.logical_or.reduce(parts))
    _, reach = cv2.minEnclosingCircle(np.stack([rows, columns], axis=1).astype(np.float32))
    top = float(np.median(view.height[rows, columns]))
    return any(math.sqrt(2) * reach * view.cell < (top - f) * (1 + CUBE) for f in floors)


def solid(view: TopView, patch: Mask, floors: Sequence[float]) -> list[Detection]:
    """The things whose top face is `patch`; several when blocks of one colour touch.

    Args:
        view: the scene from above.
        patch: connected cells of one colour without steps.
        floors: heights in m on which it may stand, most likely first.
    """
    top = quantile(view.height[patch], 0.6)
    width = thickness(patch)
    sliver = width * view.cell < SLIVER and _beside_higher(view, patch, top)
    if not sliver and (dome := ball(view, patch)) is not None:
        return [dome]
    hidden = view.hidden(top, patch, 0.06)
    rectangle = fit_rectangle(
        patch, hidden, view.cell, border=border_width(view.noise), edges=[top - f for f in floors]
    )
    if rectangle is None:
        return []
    whole = rectangle.visible > 0.9
    straight = rectangle.error / view.cell + (8 if whole else 4) * abs(1 - rectangle.fill)
    cube = _is_square(rectangle) and _floor(top, sum(rectangle.size) / 2, floors) is not None
    plain = cube and rectangle.sides >= 3 and straight < 1.3
    if sliver and not plain:
        return []
    shape, elongation = moments(patch)
    # close to the limit between disc and square it may be either
    sure = min(1.0, 0.5 + abs(shape - ROUND) / 0.2) if whole else 1.0
    # noise that neighbours share rounds corners however large the face is; then as high as wide is a cube
    sharp = width > _FINE and not (cube and view.blotchy)
    round_at_most = math.inf if whole and sharp else straight * (_AS_HIGH if cube else 1.0)
    possible = not whole or (shape < ROUND and elongation < 1.3)
    if possible and (disc := _disc(view, patch, round_at_most, floors)) is not None:
        disc.quality *= sure
        return [disc]
    fit = sure * max(0.0, 1 - straight / 3)
    edge = _edge(rectangle, top, floors)
    # a square that stands nowhere as a cube is rather a block that leans than four small ones on top of its neighbours
    leaning = edge is not None and _is_square(rectangle) and top - edge > min(floors) + _STANDS
    several = edge is not None and not leaning and _fits_evenly(rectangle, edge) and max(rectangle.size) > 1.5 * edge
    evenly = edge if several else None
    wide = max(rectangle.size) > _WIDE and not _is_divided(patch, rectangle, view.cell)
    if straight < 1.3 and (several or wide) and _is_flat(view, patch, top):
        plain, parts = _parted(view, rectangle, evenly, top, floors)
        if len(parts) > 1 and not (evenly and all(max(p.size) < evenly * (1 + CUBE) for p in parts)):
            return _in_pieces(view, patch, parts, top, fit, floors)
        if len(parts) == 1 and plain and straight < _STRAIGHT:
            return [_block(view, patch, rectangle, top, fit, floors)]
    if not several and straight < (1.3 if whole or not cube else 2.0) and _is_square(rectangle):
        return [_block(view, patch, rectangle, top, fit, floors)]
    if not _is_flat(view, patch, top):
        return [_unknown(view, patch, rectangle, top, floors)]
    if edge is not None and (straight > _STRAIGHT or several):
        # of the cells at the edge that show the sides it is not known to which square they belong
        face = patch & (view.height > top - _SIDE - view.noise)
        tiles = squares(face, hidden | (patch & ~face), edge / view.cell)
        if tiles:
            return [_tile(view, patch & t.cells, (t.row, t.column), t.yaw, edge, top, t.quality, floors) for t in tiles]
    if several and edge is not None and _is_divided(patch, rectangle, view.cell):
        parts = [
            replace(p, size=(edge, edge)) for p in pieces(view, rectangle, *(regular(s, edge) for s in rectangle.size))
        ]
        return _in_pieces(view, patch, parts, top, fit, floors)
    if straight < 1.3:
        return [_block(view, patch, rectangle, top, fit, floors)]
    return [_unknown(view, patch, rectangle, top, floors)]


def _is_divided(patch: Mask, rectangle: FittedRectangle, cell: float) -> bool:
    """Whether something on it hides a good part of the face."""
    return float(patch.sum()) * cell**2 < _SHOWS * rectangle.size[0] * rectangle.size[1]


def _parted(
    view: TopView, rectangle: FittedRectangle, edge: float | None, top: float, floors: Sequence[float]
) -> tuple[bool, list[FittedRectangle]]:
    """Whether all seams would be seen that cubes of `edge` m, if any, had between them; what the seams leave."""
    lines = seams(
        view, rectangle, top, top - edge if edge else max((f for f in floors if f < top - _WIDE), default=0.0)
    )
    plain = edge is None or all(
        line.plain(at) for line, size in zip(lines, rectangle.size, strict=True) for at in regular(size, edge)
    )
    return plain, pieces(view, rectangle, lines[0].at, lines[1].at)


def _in_pieces(
    view: TopView,
    patch: Mask,
    parts: Sequence[FittedRectangle],
    top: float,
    quality: float,
    floors: Sequence[float],
) -> list[Detection]:
    """The blocks side by side whose outlines are `parts`."""
    rows, columns = np.nonzero(patch)
    line = np.stack([rows, columns], axis=1).astype(np.float64)
    beyond = [sides(line, np.array(p.center), np.array(p.size) / 2 / view.cell, p.yaw)[2] for p in parts]
    nearest = np.argmin(beyond, axis=0)
    found: list[Detection] = []
    for number, part in enumerate(parts):
        cells = np.zeros_like(patch)
        cells[rows[nearest == number], columns[nearest == number]] = True
        found.append(_block(view, cells, part, top, quality, floors))
    return found


def _disc(view: TopView, patch: Mask, limit: float, floors: Sequence[float]) -> Detection | None:
    """The cylinder whose top face is `patch`, or None when it is not round.

    Args:
        view: the scene from above.
        patch: its cells.
        limit: misfit up to which it is round: that of the best rectangle where not all of the face is in plain view.
        floors: heights in m on which it may stand.
    """
    border = border_width(view.noise)
    circle = fit_circle(outline(patch) * view.cell, view.cell, border=border)
    if circle is None or circle.coverage < 0.7:
        return None
    area = math.pi * (circle.radius / view.cell + (1 - border) / 2) ** 2
    curved = circle.error / view.cell + 8 * abs(1 - float(patch.sum()) / area)
    if curved > limit:
        return None
    return _round(view, patch, circle.center, circle.radius, curved, floors)


def _is_flat(view: TopView, patch: Mask, top: float) -> bool:
    """Whether most of `patch` is as high as its top: a slope is no face of a block."""
    return float((np.abs(view.height[patch] - top) < 0.003 + view.noise).mean()) > 0.7


def _unknown(view: TopView, patch: Mask, rectangle: FittedRectangle, top: float, floors: Sequence[float]) -> Detection:
    unknown = _block(view, patch, rectangle, top, 0.4, floors)
    unknown.category = "object"
    return unknown


def _beside_higher(view: TopView, patch: Mask, top: float) -> bool:
    """Whether something higher stands within 8 mm of `patch`."""
    width = 2 * max(1, round(0.008 / view.cell)) + 1
    near = cv2.dilate(patch.astype(np.uint8), np.ones((width, width), np.uint8)).astype(bool)
    return bool((view.height[near] > top + 0.008).any())


def _floor(top: float, edge: float, floors: Sequence[float]) -> float | None:
    """The floor on which a cube of this edge stands with its top at `top`."""
    fitting = [f for f in floors if abs(top - f - edge) < max(0.004, CUBE * edge)]
    return min(fitting, key=lambda f: abs(top - f - edge)) if fitting else None


def _is_square(rectangle: FittedRectangle) -> bool:
    """Whether its sides are equal, as far as can be seen."""
    short, long = sorted(rectangle.size)
    return long - short < max(0.005, CUBE * (short + long) / 2)


def _edge(rectangle: FittedRectangle, top: float, floors: Sequence[float]) -> float | None:
    """Edge in m of the cubes that the patch may consist of: the largest that fits into it."""
    possible = [top - f for f in floors if 0.012 < top - f < min(rectangle.size) * (1 + CUBE)]
    return max(possible) if possible else None


def _fits_evenly(rectangle: FittedRectangle, edge: float) -> bool:
    """Whether both sides are whole multiples of `edge`, narrow gaps between cubes included."""
    return all(-CUBE < s / edge - round(s / edge) < 2 * CUBE for s in rectangle.size)


def _block(
    view: TopView, patch: Mask, rectangle: FittedRectangle, top: float, quality: float, floors: Sequence[float]
) -> Detection:
    x, y = view.xy(*rectangle.center)
    (sx, sy), yaw = rectangle.size, rectangle.yaw
    edge = (sx + sy) / 2
    if _is_square(rectangle):
        yaw, sx, sy = square_yaw(yaw), edge, edge
        floor = _floor(top, edge, floors)
        bottom = floor if floor is not None else top - edge
        if floor is not None:
            # of a cube the height is the sharpest measurement
            sx = sy = top - floor
    else:
        if sy > sx:
            sx, sy, yaw = sy, sx, yaw + math.pi / 2
        yaw = half_turn(yaw)
        bottom = max((f for f in floors if f < top - 0.008), default=0.0)
    return Detection("block", (x, y), max(0.0, bottom), top, (sx, sy), yaw, patch, quality)


def _tile(
    view: TopView,
    cells: Mask,
    center: tuple[float, float],
    yaw: float,
    edge: float,
    top: float,
    quality: float,
    floors: Sequence[float],
) -> Detection:
    x, y = view.xy(center[0], center[1])
    floor = _floor(top, edge, floors)
    bottom = floor if floor is not None else top - edge
    return Detection("block", (x, y), bottom, top, (edge, edge), square_yaw(yaw), cells, quality)


def _round(
    view: TopView, patch: Mask, center: tuple[float, float], radius: float, misfit: float, floors: Sequence[float]
) -> Detection:
    x, y = view.xy(center[0] / view.cell, center[1] / view.cell)
    top = median(view.height[patch])
    bottom = max((f for f in floors if f < top - 0.004), default=0.0)
    quality, diameter = max(0.0, 1 - misfit / 3), 2 * radius
    return Detection("cylinder", (x, y), bottom, top, (diameter, diameter), 0.0, patch, quality)
