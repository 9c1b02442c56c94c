"""What carries a long thing: pillars that stand apart under it, told apart along its length."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import nearest
from primitives.perception.geometry.quantiles import median, quantile
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.color_bands import THINNEST, bands
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.square_fits import REACH, axes, footprint

_LONG = 1.8
"""Length over width from which a thing may lie on several others."""
_BIN, _GAP = 0.002, 0.008
"""m along its length; and the gap between two pillars from which they are two."""
_NARROWEST = 0.012
"""m; of what is narrower only a face is seen."""
_ENOUGH = 40
"""Points; fewer on a pillar are stray ones."""
_SHADED = 0.75
"""Brightness of a side against a top face."""
_CUBE = 0.15
"""Relative deviation of extents within which a pillar is a cube."""


def pillars_below(view: TopView, beam: Detection, support: float, color: NDArray[np.float64]) -> list[Detection]:
    """The things that stand apart under `beam`, whose `bottom` moves to where they end; empty where there are not two.

    Args:
        view: the scene from above, with all points.
        beam: a thing with a level top.
        support: height in m of what they stand on.
        color: (3,) sRGB that the top face of `beam` shows.
    """
    if beam.category not in ("block", "object") or max(beam.size) < _LONG * min(beam.size):
        return []
    xyz, kinds, along = _under(view, beam, support)
    own = int(nearest(color[None])[0])
    spans = _spans(along[kinds != own])
    sides = xyz[kinds == own, 2]
    edge = quantile(sides, 0.05) if len(sides) >= _ENOUGH else 0.0
    found: list[Detection] = []
    at_end = False
    for low, high in spans:
        mine = (along > low) & (along < high)
        runs = [b for b in bands(xyz[mine, 2], kinds[mine], beam.top - THINNEST, support) if b[2] != own]
        if len(runs) != 1 or runs[0][0] - runs[0][1] < THINNEST:
            continue
        top, foot, kind = runs[0]
        # the overhang hides where a pillar ends, not where the sides of the beam do
        top = max(top, edge)
        side = mine & (kinds == kind) & (xyz[:, 2] < top - 0.002)
        width, middle = high - low, (low + high) / 2
        if width < _NARROWEST:
            if abs(middle) < max(beam.size) / 4:
                continue
            # all that shows is the end face, behind which the pillar goes on under the beam
            width, at_end = top - foot, True
            middle -= math.copysign(width / 2, middle)
        if abs(width - (top - foot)) < _CUBE * (top - foot):
            width = top - foot
        above = _over(beam, middle, width)
        center, yaw, quality = footprint(xyz[side, :2], width, above)
        lit = np.median(view.points.rgb[_indices(view, beam, support)][side].astype(np.float64), axis=0) / _SHADED
        cells = np.zeros_like(beam.cells)
        found.append(Detection("block", center, foot, top, (width, width), yaw, cells, quality, np.minimum(lit, 255)))
    if len(found) < 2 and not at_end:
        return []
    beam.bottom = median(np.array([f.top for f in found]))
    return found


def _indices(view: TopView, beam: Detection, support: float) -> NDArray[np.intp]:
    """The points below the top of `beam`, within its outline or just beside it."""
    xyz = view.points.xyz
    local = (xyz[:, :2] - np.array(beam.center, np.float32)) @ axes(beam.yaw).astype(np.float32)
    near = np.all(np.abs(local) < np.array(beam.size, np.float32) / 2 + np.float32(REACH), axis=1)
    return np.flatnonzero(near & (xyz[:, 2] > support + 0.003) & (xyz[:, 2] < beam.top - 0.004))


def _under(
    view: TopView, beam: Detection, support: float
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.float64]]:
    """Those points, their colour classes, and where they are along `beam`, m from its middle."""
    index = _indices(view, beam, support)
    xyz = view.points.xyz[index]
    kinds = nearest(view.points.rgb[index] / _SHADED)
    axis = axes(beam.yaw)[:, int(beam.size[1] > beam.size[0])]
    return xyz, kinds, (xyz[:, :2] - np.array(beam.center)) @ axis


def _spans(along: NDArray[np.float64]) -> list[tuple[float, float]]:
    """(low, high) m of each stretch that the points `along` (N,) cover without a gap."""
    if len(along) < 20:
        return []
    start = float(along.min())
    count = np.bincount(((along - start) / _BIN).astype(int))
    filled = np.flatnonzero(count >= max(2, 0.05 * float(np.median(count[count > 0]))))
    groups = np.split(filled, np.flatnonzero(np.diff(filled) * _BIN > _GAP) + 1)
    spans: list[tuple[float, float]] = []
    for group in groups:
        mine = along[(along >= start + group[0] * _BIN) & (along < start + (group[-1] + 1) * _BIN)]
        low, high = quantile(mine, 0.01), quantile(mine, 0.99)
        if len(mine) >= _ENOUGH:
            spans.append((low, high))
    return spans


def _over(beam: Detection, along: float, width: float) -> Detection:
    """A square of `width` m as it would lie over a pillar, `along` m from the middle of `beam`."""
    x, y = np.array(beam.center) + along * axes(beam.yaw)[:, int(beam.size[1] > beam.size[0])]
    return Detection("block", (float(x), float(y)), beam.bottom, beam.top, (width, width), beam.yaw, beam.cells, 1.0)
