"""Things of no known shape: islands of one colour whose surface is not made of the tops of known things."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import half_turn
from primitives.perception.geometry.quantiles import quantile
from primitives.perception.geometry.rectangles import covers
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection

_PLAIN = frozenset({"block", "cylinder", "object", "ball"})
"""Categories that parts of an odd thing are taken for."""
_LEVEL = 0.003
"""m from the top of a thing within which a cell is its top face."""
_SLOPING = 0.4
"""Part of an island that lies on no top face from which it is one odd thing."""
_ONE_COLOR = 0.8
"""Part of its cells that have the commonest colour."""
_SMALLEST, _LARGEST = 4e-4, 0.03
"""m² that it covers."""
_QUALITY = 0.5
_BESIDE, _ABOVE = 0.004, 0.006
"""m around a thing, and over its top, within which a cell is explained by it."""
_LEFT, _OVER = 2.2e-4, 6e-5
"""m² beside all that was found, and over it, from which an island is one thing; beside holes in depth edges fray."""
_AFLOAT = 0.012
"""m between a thing and what is under it from which nothing carries it."""


def as_one(view: TopView, found: Sequence[Detection]) -> list[Detection]:
    """`found` in an island, or one object where its surface is nowhere level enough for what was found."""
    area = float(np.count_nonzero(view.raised)) * view.cell**2
    if not found or not _SMALLEST < area < _LARGEST or any(f.category not in _PLAIN for f in found):
        return list(found)
    if len(found) == 1 and found[0].category in ("ball", "cylinder"):
        return list(found)
    kinds = np.bincount(view.kind[view.raised])
    if kinds.max() < _ONE_COLOR * kinds.sum():
        return list(found)
    level = np.zeros_like(view.raised)
    for thing in found:
        if thing.category != "object":
            level |= thing.cells & (np.abs(view.height - thing.top) < _LEVEL + view.noise)
    inner = cv2.erode(view.raised.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)  # edges show sides
    if not inner.any():
        return list(found)
    sloping = float((inner & ~level).sum()) > _SLOPING * inner.sum()
    left = not view.blotchy and (_unexplained(view, found, inner) or any(_floats(f, found) for f in found))
    if not sloping and not left:  # noise that a neighbourhood shares stands out, too
        return list(found)
    rows, columns = np.nonzero(view.raised)
    (r, c), (h, w), angle = cv2.minAreaRect(np.stack([rows, columns], axis=1).astype(np.float32))
    x, y = view.xy(float(r), float(c))
    size, yaw = ((h + 0.5) * view.cell, (w + 0.5) * view.cell), math.radians(angle)
    if size[1] > size[0]:
        size, yaw = (size[1], size[0]), yaw + math.pi / 2
    top = quantile(view.height[view.raised], 0.98)
    color = found[0].color
    return [Detection("object", (x, y), 0.0, top, size, half_turn(yaw), view.raised.copy(), _QUALITY, color)]


def _unexplained(view: TopView, found: Sequence[Detection], inner: Mask) -> bool:
    """Whether cells of the `inner` part of an island lie beside everything `found`, or stand out over it."""
    rows, columns = np.nonzero(inner)
    x0, y0 = view.xy(0.0, 0.0)
    x, y, height = rows * view.cell + x0, columns * view.cell + y0, view.height[rows, columns]
    covered, explained = np.zeros((2, len(rows)), bool)
    for thing in found:
        dx, dy = x - thing.center[0], y - thing.center[1]
        if thing.category in ("ball", "cylinder"):
            within = np.hypot(dx, dy) < thing.size[0] / 2 + _BESIDE
        else:
            within = covers(dx, dy, thing.yaw, thing.size, beside=_BESIDE)
        covered |= within
        explained |= within & (height < thing.top + _ABOVE + 2 * view.noise)
    area = view.cell**2
    return float((~covered).sum()) * area > _LEFT or float((covered & ~explained).sum()) * area > _OVER


def _floats(thing: Detection, found: Sequence[Detection]) -> bool:
    """Whether nothing `found` carries `thing`."""
    return thing.bottom > _AFLOAT and not any(
        abs(thing.bottom - other.top) < _AFLOAT
        and math.dist(thing.center, other.center) < (math.hypot(*thing.size) + math.hypot(*other.size)) / 2
        for other in found
        if other is not thing
    )
