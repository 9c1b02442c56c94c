"""What stands under a top face: the layers of a stack, read off its sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import ALBEDO, nearest
from primitives.perception.geometry.circles import beside, least_squares_circle
from primitives.perception.geometry.quantiles import median
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.color_bands import THINNEST, bands
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.square_fits import REACH, axes, footprint, settled

_MOST_POINTS = 2500
"""More points than this on the sides of a stack say nothing new."""
_BENT = 0.0012
"""m; median distance within which points lie on a cylinder."""
_ALIKE = 0.0025
"""m; blocks that differ less are equally wide."""
_BETTER = 0.1
"""Quality by which one layer must fit better than several that would be as wide as the top."""
_PLAIN = 25
"""Points on the side of a storey from which it is known where that is."""
_WIDE = 0.6
"""Part of its width that must show of a side, which else is seen too flat."""
_IN_LINE, _TURNED = 0.0003, 0.015
"""m and rad by which the sides of one block seem to differ from storey to storey."""
_TALL = 0.03
"""m; lower things than this are looked at no further."""
_CUBE = 0.15
"""Relative deviation of extents within which a block is a cube."""
_TYPICAL_SIDE = 0.75
"""Brightness of a side against the top face, where the top block shows none of that side."""


def layers_below(view: TopView, top: Detection, support: float, color: NDArray[np.float64]) -> list[Detection]:
    """The blocks between `support` and the bottom of `top`, highest first; empty when their sides are out of sight.

    Args:
        view: the scene from above, with all points.
        top: the block on top of the stack.
        support: height in m of what the stack stands on.
        color: (3,) sRGB that its top face shows.
    """
    if top.bottom - support < THINNEST:
        return []
    xyz, rgb, side = _sides(view, top, support)
    below = xyz[:, 2] < top.bottom - 0.001
    if below.sum() < 12:
        return []
    shade = _shades(xyz, rgb, side, top, color)
    lit = rgb / np.maximum(shade[side], 0.2)[:, None]
    edge = sum(top.size) / 2
    result: list[Detection] = []
    kinds = nearest(lit)
    for high, low, kind in bands(xyz[below, 2], kinds[below], top.bottom, support):
        between = (xyz[:, 2] < high - 0.002) & (xyz[:, 2] > low + 0.002)
        above = (result or [top])[-1]
        if (drum := _drum(xyz[between, :2], above, high, low)) is not None:
            drum.color = _lit(lit, between & (kinds == kind), kind)
            result.append(drum)
            continue
        count = max(1, round((high - low) / edge))
        if abs(high - low - count * edge) > 0.3 * edge or _one(xyz[between, :2], high - low, count, above):
            count = 1
        step = (high - low) / count
        for i in range(count):
            upper, lower = high - i * step, high - (i + 1) * step
            mine = (xyz[:, 2] < upper - 0.002) & (xyz[:, 2] > lower + 0.002)
            width = step if abs(step - edge) > _ALIKE else edge
            center, yaw, quality = footprint(xyz[mine, :2], width, (result or [top])[-1])
            shown = _lit(lit, mine & (kinds == kind), kind)
            result.append(
                Detection("block", center, lower, upper, (width, width), yaw, np.zeros_like(top.cells), quality, shown)
            )
    return result


def one_piece(view: TopView, top: Detection, layers: Sequence[Detection]) -> bool:
    """Whether `top` and the `layers` under it, all of one colour, are one tall block: cubes that somebody stacked are
    never in line to half a millimetre and a degree."""
    xyz, _, side = _sides(view, top, layers[-1].bottom)
    local = (xyz[:, :2] - np.array(top.center)) @ axes(top.yaw)
    compared = 0
    for i in range(4):
        axis = i % 2
        out, along = np.abs(local[:, axis]), local[:, 1 - axis]
        fits: list[tuple[float, float]] = []
        for storey in (top, *layers):
            mine = (side == i) & (xyz[:, 2] < storey.top - 0.003) & (xyz[:, 2] > storey.bottom + 0.003)
            if mine.sum() < _PLAIN or float(np.ptp(along[mine])) < _WIDE * min(top.size):
                break
            centered = along[mine] - along[mine].mean()
            slope = float(centered @ (out[mine] - out[mine].mean())) / max(float(centered @ centered), 1e-9)
            fits.append((median(out[mine]), slope))
        else:
            compared += 1
            offsets, slopes = zip(*fits, strict=True)
            if max(offsets) - min(offsets) > _IN_LINE + view.noise / 8 or max(slopes) - min(slopes) > _TURNED:
                return False
    return compared > 0


def reach_down(view: TopView, thing: Detection, base: float, color: NDArray[np.float64]) -> None:
    """Let a thing that is no cube end where the colour of its sides does.

    Args:
        view: the scene from above.
        thing: whose `bottom` may move up.
        base: height in m of the ground under it, to which it was thought to reach.
        color: (3,) sRGB that its top face shows.
    """
    extents = (*thing.size, thing.height)
    cube = thing.category == "block" and max(extents) - min(extents) < _CUBE * max(extents)
    if thing.category not in ("block", "cylinder") or cube or thing.height < _TALL:
        return
    base = max(base, thing.bottom)
    cap = replace(thing, bottom=thing.top - THINNEST)
    xyz, rgb, side = _sides(view, cap, base)
    below = xyz[:, 2] < cap.bottom
    if below.sum() < 12:
        return
    shade = _shades(xyz, rgb, side, cap, color)
    kinds = nearest(rgb[below] / np.maximum(shade[side[below]], 0.2)[:, None])
    first, *others = bands(xyz[below, 2], kinds, cap.bottom, base) or [(0.0, 0.0, -1)]
    if others and first[2] == int(nearest(color[None])[0]):
        thing.bottom = first[1]


def _lit(colors: NDArray[np.float64], which: NDArray[np.bool_], kind: int) -> NDArray[np.float64]:
    """(3,) sRGB that a layer of a colour class would show from above."""
    return np.median(colors[which], axis=0) if which.sum() >= 3 else ALBEDO[kind]


def _drum(xy: NDArray[np.float32], above: Detection, high: float, low: float) -> Detection | None:
    """The cylinder whose visible sides the points `xy` (N, 2) lie on, or None when they do not bend like one."""
    if len(xy) < 40:
        return None
    points = xy.astype(np.float64)
    center, radius = least_squares_circle(points)
    off = beside(points, center, radius)
    for _ in range(2):
        near = off < max(0.001, 2.5 * median(off))
        center, radius = least_squares_circle(points[near])
        off = beside(points, center, radius)
    away = math.hypot(center[0] - above.center[0], center[1] - above.center[1])
    if not 0.01 < radius < 0.06 or away > radius + max(above.size) / 2:
        return None
    error = median(off)
    angle = np.arctan2(points[:, 1] - center[1], points[:, 0] - center[0])
    arc = np.count_nonzero(np.bincount(((angle + math.pi) / (2 * math.pi) * 24).astype(int) % 24) >= 3) / 24
    _, _, straight = footprint(xy, 2 * radius * 0.95, above)
    if arc < 0.3 or error > _BENT or math.exp(-error / 0.004) * 0.95 < straight:
        return None
    size = (2 * radius, 2 * radius)
    cells = np.zeros_like(above.cells)
    spot = (float(center[0]), float(center[1]))
    return Detection("cylinder", spot, low, high, size, 0.0, cells, math.exp(-error / 0.004) * 0.9)


def _sides(
    view: TopView, top: Detection, support: float
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.intp]]:
    """Points on the sides of the stack: position, colour, and which of the four sides they are on."""
    points = view.points
    half = max(top.size) / 2
    near = np.all(np.abs(points.xyz[:, :2] - np.array(top.center, np.float32)) < half * 1.45 + REACH, axis=1)
    near &= (points.xyz[:, 2] > support + 0.003) & (points.xyz[:, 2] < top.top - 0.004)
    index = np.flatnonzero(near)
    index = index[:: max(1, len(index) // _MOST_POINTS)]
    local = (points.xyz[index, :2] - np.array(top.center)) @ axes(top.yaw)
    out = np.abs(local) - np.array(top.size) / 2
    beyond = out.max(axis=1)
    axis = out.argmax(axis=1)
    on = (beyond > -REACH) & (beyond < REACH) & (out.min(axis=1) < 0.004)
    side = axis + 2 * (local[np.arange(len(local)), axis] < 0)
    return points.xyz[index[on]], points.rgb[index[on]].astype(np.float64), side[on]


def _shades(
    xyz: NDArray[np.float32],
    rgb: NDArray[np.float64],
    side: NDArray[np.intp],
    top: Detection,
    color: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(4,) brightness of each side against the top face, measured on the top block."""
    own = xyz[:, 2] > top.bottom + 0.003
    shade = np.full(4, _TYPICAL_SIDE)
    for i in range(4):
        mine = own & (side == i)
        if mine.sum() >= 8:
            shade[i] = float(np.median(rgb[mine].mean(axis=1)) / max(float(color.mean()), 1.0))
    return shade


def _one(xy: NDArray[np.float32], height: float, count: int, above: Detection) -> bool:
    """Whether the sides `xy` (N, 2) of a band fit one cube of its `height` rather than `count` smaller ones."""
    # turned as they are above: a wide square turned at will fits two narrow ones that are not in line
    fits = [settled(xy, height / n, above, above.yaw)[2] for n in (1, count)]
    return fits[0] > fits[1] + _BETTER
