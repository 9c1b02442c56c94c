"""What stands under a top face: the layers of a stack, read off its sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.perception.circles import beside, least_squares_circle
from primitives.perception.coloring import ALBEDO, nearest
from primitives.perception.found import Found
from primitives.perception.outlines import square_yaw
from primitives.perception.quantile import median, quantile
from primitives.perception.rectangles import sides
from primitives.perception.topview import TopView

_BIN = 0.002
"""m; resolution in height."""
_THINNEST = 0.012
"""m; thinner bands of another colour are mixed pixels."""
_REACH = 0.012
"""m by which a layer may stand out from, or back behind, the one above it."""
_MOST_POINTS = 2500
"""More points than this on the sides of a stack say nothing new."""
_BENT = 0.0012
"""m; median distance within which points lie on a cylinder."""
_SHOWN = 0.4
"""Part of the height of a layer at which its sides must be seen; less is the lower edge of a tilted thing above."""
_BETTER = 0.1
"""Quality by which one layer must fit better than several that would be as wide as the top."""
_TALL = 0.03
"""m; lower things than this are looked at no further."""
_CUBE = 0.15
"""Relative deviation of extents within which a block is a cube."""
_TURNS, _GOOD, _TURNED = (0.5, -0.5, math.pi / 4), 0.8, 0.04
"""rad against the layer above from which a fit starts anew, while none is of this quality, and how much better it must
then be."""
_TYPICAL_SIDE = 0.75
"""Brightness of a side against the top face, where the top block shows none of that side."""


def layers_below(view: TopView, top: Found, support: float, color: NDArray[np.float64]) -> list[Found]:
    """The blocks between `support` and the bottom of `top`, highest first; empty when their sides are out of sight.

    Args:
        view: the scene from above, with all points.
        top: the block on top of the stack.
        support: height in m of what the stack stands on.
        color: (3,) sRGB that its top face shows.
    """
    if top.bottom - support < _THINNEST:
        return []
    xyz, rgb, side = _sides(view, top, support)
    below = xyz[:, 2] < top.bottom - 0.001
    if below.sum() < 12:
        return []
    shade = _shades(xyz, rgb, side, top, color)
    lit = rgb / np.maximum(shade[side], 0.2)[:, None]
    edge = sum(top.size) / 2
    result: list[Found] = []
    kinds = nearest(lit)
    for high, low, kind in _bands(xyz[below, 2], kinds[below], top.bottom, support):
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
            width = step if abs(step - edge) > 0.004 else edge
            center, yaw, quality = _footprint(xyz[mine, :2], width, (result or [top])[-1])
            shown = _lit(lit, mine & (kinds == kind), kind)
            result.append(
                Found("block", center, lower, upper, (width, width), yaw, np.zeros_like(top.cells), quality, shown)
            )
    return result


def reach_down(view: TopView, thing: Found, base: float, color: NDArray[np.float64]) -> None:
    """Let a thing that is no cube end where the colour of its sides does, when nothing else says how far it reaches.

    Args:
        view: the scene from above.
        thing: whose `bottom` may move up.
        base: height in m of the ground under it, to which it was thought to reach.
        color: (3,) sRGB that its top face shows.
    """
    extents = (*thing.size, thing.height)
    cube = thing.category == "block" and max(extents) - min(extents) < _CUBE * max(extents)
    if thing.category not in ("block", "cylinder") or cube or thing.bottom - base > 0.002 or thing.height < _TALL:
        return
    cap = replace(thing, bottom=thing.top - _THINNEST)
    xyz, rgb, side = _sides(view, cap, base)
    below = xyz[:, 2] < cap.bottom
    if below.sum() < 12:
        return
    shade = _shades(xyz, rgb, side, cap, color)
    kinds = nearest(rgb[below] / np.maximum(shade[side[below]], 0.2)[:, None])
    first, *others = _bands(xyz[below, 2], kinds, cap.bottom, base) or [(0.0, 0.0, -1)]
    if others and first[2] == int(nearest(color[None])[0]):
        thing.bottom = first[1]


def _lit(colors: NDArray[np.float64], which: NDArray[np.bool_], kind: int) -> NDArray[np.float64]:
    """(3,) sRGB that a layer of a colour class would show from above."""
    return np.median(colors[which], axis=0) if which.sum() >= 3 else ALBEDO[kind]


def _drum(xy: NDArray[np.float32], above: Found, high: float, low: float) -> Found | None:
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
    _, _, straight = _footprint(xy, 2 * radius * 0.95, above)
    if arc < 0.3 or error > _BENT or math.exp(-error / 0.004) * 0.95 < straight:
        return None
    size = (2 * radius, 2 * radius)
    cells = np.zeros_like(above.cells)
    spot = (float(center[0]), float(center[1]))
    return Found("cylinder", spot, low, high, size, 0.0, cells, math.exp(-error / 0.004) * 0.9)


def _sides(
    view: TopView, top: Found, support: float
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.intp]]:
    """Points on the sides of the stack: position, colour, and which of the four sides they are on."""
    points = view.points
    half = max(top.size) / 2
    near = np.all(np.abs(points.xyz[:, :2] - np.array(top.center, np.float32)) < half * 1.45 + _REACH, axis=1)
    near &= (points.xyz[:, 2] > support + 0.003) & (points.xyz[:, 2] < top.top - 0.004)
    index = np.flatnonzero(near)
    index = index[:: max(1, len(index) // _MOST_POINTS)]
    local = (points.xyz[index, :2] - np.array(top.center)) @ _axes(top.yaw)
    out = np.abs(local) - np.array(top.size) / 2
    beyond = out.max(axis=1)
    axis = out.argmax(axis=1)
    on = (beyond > -_REACH) & (beyond < _REACH) & (out.min(axis=1) < 0.004)
    side = axis + 2 * (local[np.arange(len(local)), axis] < 0)
    return points.xyz[index[on]], points.rgb[index[on]].astype(np.float64), side[on]


def _shades(
    xyz: NDArray[np.float32], rgb: NDArray[np.float64], side: NDArray[np.intp], top: Found, color: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(4,) brightness of each side against the top face, measured on the top block."""
    own = xyz[:, 2] > top.bottom + 0.003
    shade = np.full(4, _TYPICAL_SIDE)
    for i in range(4):
        mine = own & (side == i)
        if mine.sum() >= 8:
            shade[i] = float(np.median(rgb[mine].mean(axis=1)) / max(float(color.mean()), 1.0))
    return shade


def _bands(z: NDArray[np.float32], kind: NDArray[np.intp], high: float, low: float) -> list[tuple[float, float, int]]:
    """(upper, lower, colour) of each band of one colour between `high` and `low`, from above."""
    count = max(1, math.ceil((high - low) / _BIN))
    which = np.clip(((high - z) / _BIN).astype(int), 0, count - 1)
    labels: list[int] = []
    for i in range(count):
        here = kind[np.abs(which - i) <= 1]
        labels.append(int(np.bincount(here).argmax()) if len(here) >= 4 else -1)
    runs: list[list[int]] = []  # [label, length in bins]
    for label in labels:
        if runs and label in (runs[-1][0], -1):
            runs[-1][1] += 1
        else:
            runs.append([label, 1])
    thin = round(_THINNEST / _BIN)
    while len(runs) > 1 and min(r[1] for r in runs) < thin:
        i = min(range(len(runs)), key=lambda j: runs[j][1])
        neighbours = [j for j in (i - 1, i + 1) if 0 <= j < len(runs)]
        into = max(neighbours, key=lambda j: runs[j][1])
        runs[into][1] += runs[i][1]
        del runs[i]
        runs = _merged(runs)
    bands: list[tuple[float, float, int]] = []
    upper, begin = high, 0
    for number, (label, length) in enumerate(runs):
        lower = low if number == len(runs) - 1 else upper - length * _BIN
        shown = sum(value >= 0 for value in labels[begin : begin + length])
        begin += length
        if label >= 0 and shown >= _SHOWN * length:
            bands.append((upper, lower, label))
        upper = lower
    for i in range(1, len(bands)):
        (first, end, label), (start, last, other) = bands[i - 1], bands[i]
        if end == start:
            change = _change(z, kind, end, label, other)
            bands[i - 1], bands[i] = (first, change, label), (change, last, other)
    return bands


def _change(z: NDArray[np.float32], kind: NDArray[np.intp], about: float, label: int, other: int) -> float:
    """The height near `about` m above which most points are of kind `label`, below it `other`.

    The ledge of a wider layer shows many points just below the sides of the one on it, so that a count by bins says
    that its colour begins too high.
    """
    index = np.flatnonzero((np.abs(z - about) < 2 * _BIN) & ((kind == label) | (kind == other)))
    if len(index) < 8:
        return about
    index = index[np.argsort(z[index])]
    above = kind[index] == label
    wrong = np.concatenate([[0], np.cumsum(above)]) + np.concatenate([np.cumsum(~above[::-1])[::-1], [0]])
    least = np.flatnonzero(wrong == wrong.min())
    cut = int(least[len(least) // 2])
    return float(z[index[max(0, cut - 1) : cut + 1]].mean())


def _merged(runs: Sequence[list[int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for label, length in runs:
        if merged and merged[-1][0] == label:
            merged[-1][1] += length
        else:
            merged.append([label, length])
    return merged


def _one(xy: NDArray[np.float32], height: float, count: int, above: Found) -> bool:
    """Whether the sides `xy` (N, 2) of a band fit one cube of its `height` rather than `count` smaller ones."""
    fits = [_footprint(xy, height / n, above)[2] for n in (1, count)]
    return fits[0] > fits[1] + _BETTER


def _footprint(xy: NDArray[np.float32], edge: float, above: Found) -> tuple[tuple[float, float], float, float]:
    """Centre, yaw and quality of the square of `edge` m whose visible sides the points `xy` (N, 2) lie on."""
    best = _settled(xy, edge, above, above.yaw)
    for turn in _TURNS:
        # layers are mostly turned like the one above; else the way there may lead over a worse fit
        if len(xy) >= 8 and best[2] < _GOOD:
            other = _settled(xy, edge, above, above.yaw + turn)
            best = other if other[2] > best[2] + _TURNED else best
    return best


def _settled(
    xy: NDArray[np.float32], edge: float, above: Found, yaw: float
) -> tuple[tuple[float, float], float, float]:
    """Like `_footprint`, from a square under the middle of `above`, turned by `yaw`."""
    center, half = np.array(above.center), np.full(2, edge / 2)
    if len(xy) < 8:
        return above.center, square_yaw(yaw), 0.3
    points = xy.astype(np.float64)
    for _ in range(6):
        side, along, out = sides(points, center, half, yaw)
        near = np.abs(out) < _REACH
        shift, turned, weight = [0.0, 0.0], 0.0, 0.0
        seen: list[int] = []
        for i in range(4):
            mine = np.flatnonzero(near & (side == i))
            if len(mine) < 8:
                continue
            seen.append(i)
            sign, axis = (1 if i < 2 else -1), i % 2
            distance, beside = out[mine], along[mine]
            shift[axis] += sign * median(distance)
            centered = beside - beside.mean()
            turned -= float(centered @ distance)
            weight += float(centered @ centered)
            low, high = quantile(beside, 0.03), quantile(beside, 0.97)
            # a whole side in view also says where its middle is
            if high - low > 0.85 * edge and not any(j % 2 != axis for j in seen):
                shift[1 - axis] = (low + high) / 2 * (sign if axis == 0 else -sign)
        if not seen:
            return above.center, square_yaw(yaw), 0.3
        center = center + _axes(yaw) @ np.array(shift)
        turned = min(max(turned / weight, -0.2), 0.2) if weight > 0 else 0.0
        yaw += turned
        if max(map(abs, shift)) < 1e-5 and abs(turned) < 1e-4:
            break
    _, _, out = sides(points, center, half, yaw)
    quality = math.exp(-median(np.abs(out)) / 0.004) * 0.95
    return (float(center[0]), float(center[1])), square_yaw(yaw), quality


def _axes(yaw: float) -> NDArray[np.float64]:
    """(2, 2): columns are the axes of a thing turned by `yaw`."""
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s], [s, c]])
