"""Seams between blocks of one colour that stand side by side: narrow dark lines across their common top or sides.

However narrow a gap is, some of the pixels that look at it see into it, where the walls are in the shade.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.quantiles import median
from primitives.perception.geometry.rectangles import FittedRectangle
from primitives.perception.heightmap.topview import TopView

_STEPS = 4
"""Steps across a face that one cell of the view from above takes."""
_LINES, _BESIDE = (1, 3), 6
"""Steps to either side that a line takes, be it as narrow as can be or askew, and how many of the face beside it are
looked at."""
_MARGIN = 0.004
"""m; no seam is nearer to the border of a face, and what is nearer says nothing."""
_NARROWEST = 0.012
"""m between seams, and between a seam and the border."""
_DARKER, _SURE = 0.02, 5.0
"""Part of its brightness by which a face must be darker on a line, and in standard errors."""
_SECTIONS, _MOST = (1, 4), 0.7
"""Sections of a line, and which part of those in sight must be dark: the foot of a thing or its shadow is shorter."""
_SEEN = 0.6
"""Part of a line above which that is seen."""
_PLENTY, _FEW = 8, 4
"""Points that a section of a line should have, and below which it, or the face beside it, says nothing."""
_RISES, _FOOT = 0.004, 0.006
"""m by which what stands on a face is higher, and around it where its foot and its shadow may be."""
_SIDE = 0.003
"""m around the plane of a side, and under the top, within which points are on it."""


@dataclass(frozen=True, slots=True)
class Seams:
    """What is known of lines across a rectangle, at right angles to one of its axes."""

    at: tuple[float, ...]
    """Where the seams are, m along the axis from the middle."""
    step: float
    """m along the axis."""
    known: NDArray[np.bool_]
    """(N,) in which steps along the axis, from one end to the other, enough is seen to say whether a seam is there."""

    def plain(self, position: float) -> bool:
        """Whether all is seen at `position` m from the middle."""
        step = int(np.clip(round(position / self.step + (len(self.known) - 1) / 2), 0, len(self.known) - 1))
        return bool(self.known[step])


def seams(view: TopView, rectangle: FittedRectangle, top: float, bottom: float) -> tuple[Seams, Seams]:
    """The seams across the x axis, and across the y axis, of the block or blocks with this outline.

    Args:
        view: the scene from above, with all points.
        rectangle: the outline of their common top.
        top: its height in m.
        bottom: on what they stand, in m.
    """
    x, y = view.xy(*rectangle.center)
    c, s = math.cos(rectangle.yaw), math.sin(rectangle.yaw)
    (a, b), reach = rectangle.size, math.hypot(*rectangle.size) / 2
    xyz = view.points.xyz
    dx, dy, z = xyz[:, 0] - np.float32(x), xyz[:, 1] - np.float32(y), xyz[:, 2]
    higher = (view.height > top + _RISES + view.noise).view(np.uint8)
    foot = cv2.dilate(higher, np.ones((2 * math.ceil(_FOOT / view.cell) + 1,) * 2, np.uint8)).view(bool)
    within = (np.abs(dx) < reach) & (np.abs(dy) < reach) & (z < top + 0.001 + view.noise) & (z > bottom)
    near = np.flatnonzero(within & ~foot.ravel()[view.points.cell])
    dx, dy, z = dx[near], dy[near], z[near]
    light = view.points.rgb[near].astype(np.float64).sum(axis=1)
    u = np.asarray(c * dx + s * dy, np.float32)
    v = np.asarray(c * dy - s * dx, np.float32)
    step, ends = view.cell / _STEPS, (top, bottom)
    return _across(u, v, z, light, (a, b), ends, step), _across(v, u, z, light, (b, a), ends, step)


def regular(length: float, edge: float) -> tuple[float, ...]:
    """Where the seams would be between things of about `edge` m that together measure `length` m."""
    count = round(length / edge)
    return tuple((i / count - 0.5) * length for i in range(1, count))


def pieces(
    view: TopView, rectangle: FittedRectangle, across: Sequence[float], down: Sequence[float]
) -> list[FittedRectangle]:
    """What `rectangle` is cut into by seams at `across` along its x axis, and at `down` along its y axis, in m from
    the middle."""
    c, s = math.cos(rectangle.yaw), math.sin(rectangle.yaw)
    spans = [
        list(itertools.pairwise((-length / 2, *cuts, length / 2)))
        for length, cuts in zip(rectangle.size, (across, down), strict=True)
    ]
    found: list[FittedRectangle] = []
    for (x0, x1), (y0, y1) in itertools.product(*spans):
        u, v = (x0 + x1) / 2 / view.cell, (y0 + y1) / 2 / view.cell
        center = (rectangle.center[0] + c * u - s * v, rectangle.center[1] + s * u + c * v)
        found.append(replace(rectangle, center=center, size=(x1 - x0, y1 - y0)))
    return found


def _across(
    u: NDArray[np.float32],
    v: NDArray[np.float32],
    z: NDArray[np.float32],
    light: NDArray[np.float64],
    size: tuple[float, float],
    ends: tuple[float, float],
    step: float,
) -> Seams:
    """The seams at right angles to the u axis, along which the rectangle measures `size[0]`."""
    steps = 2 * math.ceil(size[0] / 2 / step) + 1
    dark, known = np.zeros(steps, bool), np.zeros(steps, bool)
    at = (np.arange(steps) - (steps - 1) / 2) * step
    possible = np.abs(at) < size[0] / 2 - _NARROWEST
    for part, along, length in _faces(v, z, size[1], ends):
        looks = [_dark(u[part] / step, along[part] / length, light[part], steps, line) for line in _LINES]
        # what one face shows plainly needs no other
        dark |= np.logical_or.reduce([d for d, _ in looks]) & ~known
        known |= looks[0][1]
        if known[possible].all():
            break
    dark &= possible
    found: list[float] = []
    for run in np.split(np.flatnonzero(dark), np.flatnonzero(np.diff(np.flatnonzero(dark)) > 2) + 1):
        if len(run) and (not found or at[run].mean() - found[-1] > _NARROWEST):
            found.append(float(at[run].mean()))
    return Seams(tuple(found), step, known)


def _faces(
    v: NDArray[np.float32], z: NDArray[np.float32], width: float, ends: tuple[float, float]
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.float64], float]]:
    """The top and the two sides that a seam crosses: their points, how far along the seam those are, and its length."""
    top, bottom = ends
    yield (np.abs(v) < width / 2 - _MARGIN) & (z > top - _SIDE), np.asarray(v + width / 2, np.float64), width
    for side in (-1, 1):
        on = (np.abs(side * v - width / 2) < _SIDE) & (z < top - _SIDE) & (z > bottom + _SIDE)
        yield on, np.asarray(z - bottom, np.float64), top - bottom


def _dark(
    u: NDArray[np.float32], along: NDArray[np.float64], light: NDArray[np.float64], steps: int, half: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(steps,) at which positions a dark line crosses a face, and at which all is seen that would show one.

    Args:
        u: (N,) steps across the line.
        along: (N,) in [0, 1] along it.
        light: (N,) brightness.
        steps: number of positions.
        half: steps to either side that the line takes.
    """
    nothing = np.zeros(steps, bool)
    per_line = len(light) * (2 * half + 1) / steps
    sections = int(np.clip(per_line / _PLENTY, *_SECTIONS))
    if per_line < _FEW:
        return nothing, nothing
    usual = median(light)
    spread = 1.4826 * median(np.abs(light - usual))
    section = np.clip((along * sections).astype(int), 0, sections - 1)
    step = np.clip(np.rint(u).astype(int) + (steps - 1) // 2, 0, steps - 1)
    cell = section * steps + step
    count = np.bincount(cell, minlength=sections * steps).reshape(sections, steps).astype(np.float64)
    total = np.bincount(cell, light, minlength=sections * steps).astype(np.float64).reshape(sections, steps)
    on = range(-half, half + 1)
    before, after = range(-half - _BESIDE, -half), range(half + 1, half + _BESIDE + 1)
    line, left, right = (_around(count, total, offsets) for offsets in (on, before, after))
    seen = np.minimum(np.minimum(line[0], left[0]), right[0]) >= _FEW
    with np.errstate(invalid="ignore"):
        less = np.where(seen, np.minimum(left[1] / left[0], right[1] / right[0]) - line[1] / line[0], 0.0)
    known = seen.mean(axis=0) > _SEEN
    points = np.where(seen, line[0], 0.0)
    number = np.maximum(points.sum(axis=0), 1.0)
    mean = (less * points).sum(axis=0) / number
    lasting = ((less > _DARKER / 2 * usual) & seen).sum(axis=0) >= _MOST * np.maximum(seen.sum(axis=0), 1)
    dark = known & lasting & (mean > np.maximum(_DARKER * usual, _SURE * spread / np.sqrt(number)))
    return dark, known


def _around(
    count: NDArray[np.float64], total: NDArray[np.float64], offsets: range
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`count` and `total` (sections, steps) summed over the steps at `offsets` from each."""
    width = count.shape[1]
    steps = np.arange(width, dtype=np.intp)
    first, last = (np.asarray((steps + o).clip(0, width), np.intp) for o in (offsets.start, offsets.stop))
    number, light = (np.pad(np.cumsum(a, axis=1), ((0, 0), (1, 0))) for a in (count, total))
    return number[:, last] - number[:, first], light[:, last] - light[:, first]
