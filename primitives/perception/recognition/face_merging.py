"""Top faces that belong together: parts of one face that something splits, and steps of one odd thing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from primitives.perception.geometry.outlines import border_width, half_turn
from primitives.perception.geometry.rectangles import fit_rectangle
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection

_SAME_LEVEL = 0.008
"""m; tops closer than this are one face."""
_FOOT = 0.024
"""m; widest gap between the top faces of one thing that its higher part hides."""
_POST = 0.03
"""m; no step of an odd thing is shorter."""
_CUBE = 0.15
"""Relative deviation of extents within which a block is a cube, and no part of an odd thing."""


def without_doubles(solids: Sequence[Detection]) -> list[Detection]:
    """`solids` without those that lie within a larger one of the same height: the rest of a face cut in two."""
    kept: list[Detection] = []
    for solid in sorted(solids, key=lambda f: -f.size[0] * f.size[1]):
        if not any(abs(solid.top - f.top) < _SAME_LEVEL and _within(solid.center, f) for f in kept):
            kept.append(solid)
    return kept


def joined(view: TopView, solids: Sequence[Detection]) -> list[Detection]:
    """`solids` with touching ones of one colour and different heights, none of which is a cube, made one object."""
    groups: list[list[Detection]] = []
    for solid in solids:
        near = [g for g in groups if any(_one_thing(view, solid, f) for f in g)]
        merged = [solid, *(f for g in near for f in g)]
        groups = [g for g in groups if not any(g is n for n in near)] + [merged]
    return [g[0] if len(g) == 1 else _object(view, g) for g in groups]


def _within(point: tuple[float, float], solid: Detection) -> bool:
    dx, dy = point[0] - solid.center[0], point[1] - solid.center[1]
    c, s = math.cos(solid.yaw), math.sin(solid.yaw)
    return abs(c * dx + s * dy) < solid.size[0] / 2 + 0.002 and abs(c * dy - s * dx) < solid.size[1] / 2 + 0.002


def _one_thing(view: TopView, a: Detection, b: Detection) -> bool:
    if not {a.category, b.category} <= {"block", "object"} or _is_cube(a) or _is_cube(b):
        return False
    if max(max(a, b, key=lambda f: f.top).size) < _POST:
        return False  # a peg, whose post noise made a block, on its plate
    if abs(a.top - b.top) < _SAME_LEVEL or _kind(view, a) != _kind(view, b):
        return False
    near = cv2.dilate(a.cells.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    if (near & b.cells).any():
        return True
    # the foot of a step that no camera sees is as wide as the higher part hides
    width = 2 * round(_FOOT / view.cell / 2) + 1
    both = (a.cells | b.cells).astype(np.uint8)
    gap = cv2.morphologyEx(both, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8)).astype(bool) & (both == 0)
    ends = cv2.dilate(gap.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if not (ends & a.cells).any() or not (ends & b.cells).any():
        return False
    # the table, or a plate, that lies open between them is no hidden foot
    seen = gap & (view.bare | (view.raised & (view.height < min(a.top, b.top) + 0.004 + view.noise)))
    return float(seen.sum()) < 0.1 * gap.sum()


def _is_cube(solid: Detection) -> bool:
    extents = (*solid.size, solid.height)
    return max(extents) - min(extents) < _CUBE * max(extents)


def _kind(view: TopView, solid: Detection) -> int:
    return int(np.bincount(view.kind[solid.cells]).argmax()) if solid.cells.any() else -1


def _object(view: TopView, parts: Sequence[Detection]) -> Detection:
    cells = np.logical_or.reduce([p.cells for p in parts])
    whole = cv2.morphologyEx(cells.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)
    rectangle = fit_rectangle(whole, np.zeros_like(whole), view.cell, border=border_width(view.noise))
    bottom, top = min(p.bottom for p in parts), max(p.top for p in parts)
    quality = min(p.quality for p in parts)
    if rectangle is None:
        largest = max(parts, key=lambda p: p.size[0] * p.size[1])
        return Detection("object", largest.center, bottom, top, largest.size, largest.yaw, cells, quality)
    x, y = view.xy(*rectangle.center)
    (sx, sy), yaw = rectangle.size, rectangle.yaw
    if sy > sx:
        sx, sy, yaw = sy, sx, yaw + math.pi / 2
    return Detection("object", (x, y), bottom, top, (sx, sy), half_turn(yaw), cells, quality)
