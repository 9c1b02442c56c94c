"""Solid things with a top face: blocks, cylinders, balls and what is none of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from primitives.perception.found import Found, Mask
from primitives.perception.outlines import Rectangle, fit_circle, fit_rectangle, half_turn, outline, square_yaw
from primitives.perception.tiling import squares
from primitives.perception.topview import TopView

SMALLEST_AREA = 1.0e-4
"""m²; smaller patches are noise."""
SLIVER = 0.011
"""m; a narrower strip beside something higher is the top of a layer of that stack, and is read off its sides."""
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
    for r, c in np.argwhere(cells):
        if blocked[r + 1, c + 1]:
            continue
        _, _, blocked, (c0, r0, w, h) = cv2.floodFill(
            picture,
            blocked,
            (int(c), int(r)),
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
            found.append((float(np.median(view.height[mask])), mask))
    return [m for _, m in sorted(found, key=lambda f: -f[0])]


def solid(view: TopView, patch: Mask, floors: Sequence[float]) -> list[Found]:
    """The things whose top face is `patch`; several when blocks of one colour touch.

    Args:
        view: the scene from above.
        patch: connected cells of one colour without steps.
        floors: heights in m on which it may stand, most likely first.
    """
    border = outline(patch)
    if len(border) < 8:
        return []
    circle = fit_circle(border * view.cell, view.cell)
    top = float(np.percentile(view.height[patch], 60))
    hidden = view.hidden(top, patch, 0.06) & ~patch
    rectangle = fit_rectangle(patch, hidden, view.cell, edge=top - floors[0])
    if rectangle is None or (rectangle.visible < 0.8 and _thickness(patch) * view.cell < SLIVER):
        return []
    straight = rectangle.error / view.cell + 8 * abs(1 - rectangle.fill)
    if circle is not None and circle.coverage > 0.7:
        curved = circle.error / view.cell + 8 * abs(1 - patch.sum() * view.cell**2 / (math.pi * circle.radius**2))
        if curved < straight:
            return [_round(view, patch, circle.center, circle.radius, curved, floors)]
    fit = max(0.0, 1 - straight / 3)
    if straight < 1.3 and _is_single(rectangle, top, floors):
        return [_block(view, patch, rectangle, top, fit, floors)]
    edge = _edge(rectangle, top, floors)
    if edge is not None:
        tiles = squares(patch, hidden, edge / view.cell)
        if tiles:
            return [_tile(view, patch & t.cells, (t.row, t.column), t.yaw, edge, top, t.quality, floors) for t in tiles]
    if straight < 1.3:
        return [_block(view, patch, rectangle, top, fit, floors)]
    unknown = _block(view, patch, rectangle, top, 0.4, floors)
    unknown.category = "object"
    return [unknown]


def _thickness(patch: Mask) -> float:
    """Width in cells of the widest place."""
    padded = np.pad(patch.astype(np.uint8), 1)
    return 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 3).max()) - 1


def _floor(top: float, edge: float, floors: Sequence[float]) -> float | None:
    """The floor on which a cube of this edge stands with its top at `top`."""
    fitting = [f for f in floors if abs(top - f - edge) < max(0.004, CUBE * edge)]
    return min(fitting, key=lambda f: abs(top - f - edge)) if fitting else None


def _is_single(rectangle: Rectangle, top: float, floors: Sequence[float]) -> bool:
    """Whether the rectangle is better read as one block than as several cubes side by side."""
    short, long = sorted(rectangle.size)
    if long < short * (1 + 2 * CUBE):
        return True
    ratio = long / short
    row_of_cubes = ratio > 1.6 and abs(ratio - round(ratio)) < 0.15 and _floor(top, short, floors) is not None
    return not row_of_cubes


def _edge(rectangle: Rectangle, top: float, floors: Sequence[float]) -> float | None:
    """Edge in m of the cubes that the patch may consist of."""
    possible = [top - f for f in floors if 0.012 < top - f < max(rectangle.size) * 1.1]
    return max(possible) if possible else None


def _block(
    view: TopView, patch: Mask, rectangle: Rectangle, top: float, quality: float, floors: Sequence[float]
) -> Found:
    x, y = view.xy(np.array([rectangle.center[0]]), np.array([rectangle.center[1]]))[0]
    (sx, sy), yaw = rectangle.size, rectangle.yaw
    edge = (sx + sy) / 2
    if abs(sx - sy) < CUBE * edge:
        yaw, sx, sy = square_yaw(yaw), edge, edge
        floor = _floor(top, edge, floors)
        bottom = floor if floor is not None else top - edge
    else:
        if sy > sx:
            sx, sy, yaw = sy, sx, yaw + math.pi / 2
        yaw = half_turn(yaw)
        bottom = max((f for f in floors if f < top - 0.008), default=0.0)
    return Found("block", (float(x), float(y)), max(0.0, bottom), top, (sx, sy), yaw, patch, quality)


def _tile(
    view: TopView,
    cells: Mask,
    center: tuple[float, float],
    yaw: float,
    edge: float,
    top: float,
    quality: float,
    floors: Sequence[float],
) -> Found:
    x, y = view.xy(np.array([center[0]]), np.array([center[1]]))[0]
    floor = _floor(top, edge, floors)
    bottom = floor if floor is not None else top - edge
    return Found("block", (float(x), float(y)), bottom, top, (edge, edge), square_yaw(yaw), cells, quality)


def _round(
    view: TopView, patch: Mask, center: tuple[float, float], radius: float, misfit: float, floors: Sequence[float]
) -> Found:
    row, column = center[0] / view.cell, center[1] / view.cell
    x, y = view.xy(np.array([row]), np.array([column]))[0]
    rows, columns = np.nonzero(patch)
    distance = np.hypot(rows - row, columns - column) * view.cell
    level = view.height[rows, columns]
    middle = float(np.median(level[distance < 0.4 * radius])) if (distance < 0.4 * radius).any() else float(level.max())
    outer = level[(distance > 0.7 * radius) & (distance < 0.9 * radius)]
    sag = middle - float(np.median(outer)) if len(outer) else 0.0
    quality = max(0.0, 1 - misfit / 3)
    diameter = 2 * radius
    if sag > 0.2 * radius:
        return Found("ball", (float(x), float(y)), middle - diameter, middle, (diameter, diameter), 0.0, patch, quality)
    bottom = max((f for f in floors if f < middle - 0.004), default=0.0)
    return Found("cylinder", (float(x), float(y)), bottom, middle, (diameter, diameter), 0.0, patch, quality)
