"""Bowls, plates and mugs: round things with a rim, found by their outline whatever lies in them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.circles import fit_circle
from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import border_width, borders
from primitives.perception.geometry.quantiles import median, quantile
from primitives.perception.heightmap.connected_components import pieces, solid_parts
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.rims import (
    BRIDGE,
    COVERAGE,
    SMALLEST,
    Container,
    highest_around,
    level_in,
    rim_around,
)

PLATE_HEIGHT = 0.024
"""m; a round thing with a rim lower than this is a plate."""
PLATE_FLOOR = 0.5
"""Height of the surface that things stand on, over that of the rim."""
_STANDS, _COVERED = 0.004, 0.5
"""m below the rim of a plate that the floor of a bowl on it may be; part of its middle that must be under something."""
PLATE_WIDTH = 0.07
"""m; no plate is narrower."""
HANDLE, HANDLE_WIDTH = 0.06, 0.02
"""m; how far the handle of a mug stands out at most, and how wide it is."""
_HANDLE_AREA = 4e-5
"""m²; less beside a mug is noise."""
_FRINGE = 0.006
"""m around the round body of a mug within which cells may show its wall, where cameras disagree."""
_LEANS, _LEANING = 0.006, 0.3
"""m over the rim in most directions from which a surface is no part of it, and part of the directions where one is."""


def round_container(view: TopView, piece: Mask, alike: Mask) -> Container | None:
    """The bowl, plate or mug whose rim is in `piece`; None when there is none.

    Args:
        view: the scene from above.
        piece: connected cells of one colour.
        alike: all cells of that colour, among them the handle of a mug.
    """
    # the outline of a rim with a gap in it runs inside the rim, too: then with the gap bridged
    for width in (3, 2 * int(BRIDGE / view.cell / 2) + 1):
        closed = cv2.morphologyEx(piece.view(np.uint8), cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
        found = _along(view, piece, alike, borders(closed.view(bool)))
        if found is not None:
            return found
    return None


def _along(view: TopView, piece: Mask, alike: Mask, line: NDArray[np.float64]) -> Container | None:
    """See `round_container`; `line` (N, 2) in cells is the outline in which the rim is looked for."""
    circle = fit_circle(line * view.cell, view.cell, border=border_width(view.noise))
    if circle is None or 2 * circle.radius < SMALLEST or circle.coverage < COVERAGE / 2:
        return None
    cx, cy = circle.center[0] / view.cell, circle.center[1] / view.cell
    box, distance = _around(view, (cx, cy), circle.radius)
    height, mine = view.height[box], piece[box]
    ring = mine & (distance > circle.radius - 0.006) & (distance < circle.radius + view.cell)
    if ring.sum() < 8:
        return None
    middle_of = (cx - box[0].start, cy - box[1].start)
    around_it = highest_around(height, ring, middle_of)
    usual = median(around_it)
    if (around_it > usual + _LEANS).mean() > _LEANING:
        return None  # a step, not a rim
    # what leans on the rim stands out over it in some directions, not in most
    rim = quantile(height[ring & (height < usual + _LEANS)], 0.85)
    within = distance <= circle.radius + 0.5 * view.cell
    if circle.coverage < COVERAGE:
        # part of the rim may be behind the arm or something else high
        disc = np.zeros_like(piece)
        disc[box] = within
        veiled = view.hidden(rim, disc & piece, 2 * circle.radius)[box]
        edge = np.abs(distance - circle.radius) < view.cell
        if circle.coverage < COVERAGE * (1 - float(veiled[edge].mean())):
            return None
    inner = within & (distance < circle.radius - 0.008)
    own = inner & (mine | view.bare[box])
    plate = rim < PLATE_HEIGHT
    middle = distance < 0.7 * circle.radius
    around = (distance > circle.radius - 0.005) & (distance < circle.radius - 0.5 * view.cell)
    if (mine & around).sum() < COVERAGE * around.sum():
        return None
    level = np.where(view.raised[box], height, 0.0)
    if (own & middle).sum() > 0.15 * middle.sum():
        floor = quantile(level[own & middle], 0.15)
    else:
        # of a deep thing far away the floor is out of sight, but not the way in
        entry = np.zeros_like(piece)
        entry[box] = middle
        below = 0.65 * rim
        if plate and (view.raised[box] & ~mine & middle & (height > rim - _STANDS)).sum() > _COVERED * middle.sum():
            below = PLATE_FLOOR * rim  # a plate with a bowl or a mug on it
        elif view.open(below, entry).sum() < 0.25 * middle.sum():
            return None
        floor = below
    band = mine & (distance > circle.radius - 0.010) & (distance < circle.radius + view.cell)
    if rim_around(level, band, middle_of, rim, floor) < COVERAGE:
        return None
    diameter = 2 * circle.radius
    if not plate and (rim - floor < max(0.012, 0.3 * rim) or rim > 2.0 * diameter):
        return None
    if plate and diameter < PLATE_WIDTH:
        return None
    category = "plate" if plate else "mug" if rim > 0.62 * diameter else "bowl"
    # what stands out over the bare profile, or has another colour, lies in it
    profile = _profile(level, distance, own, circle.radius, rim)
    tall = within & view.raised[box] & (level > profile + 0.009)
    foreign = inner & view.raised[box] & ~mine & (level > profile + 0.004)
    contents = np.zeros_like(piece)
    contents[box] = solid_parts(tall | foreign, view.cell)
    cells = np.zeros_like(piece)
    cells[box] = within
    x, y = view.xy(cx, cy)
    quality = min(1.0, circle.coverage) * math.exp(-circle.error / (2 * view.cell))
    found = Detection(category, (x, y), 0.0, rim, (diameter, diameter), 0.0, cells & ~contents, quality)
    if category == "mug":
        _add_handle(view, found, alike & ~contents, (cx, cy))
    return Container(found, contents, level_in(piece.shape, box, np.where(within, profile, -1.0)))


def _add_handle(view: TopView, mug: Detection, alike: Mask, center: tuple[float, float]) -> None:
    """Let the extent, centre and yaw of `mug` take in the handle, where one stands out from its round body."""
    radius = mug.size[0] / 2
    rows, columns = np.nonzero(alike & ~mug.cells)
    offset = np.stack([rows - center[0], columns - center[1]], axis=1) * view.cell
    distance = np.linalg.norm(offset, axis=1)
    beyond = np.zeros_like(alike)
    beyond[rows, columns] = (distance > radius + _FRINGE) & (distance < radius + HANDLE)
    for part in pieces(beyond, smallest=math.ceil(_HANDLE_AREA / view.cell**2), bridge=1.0):
        out = (np.argwhere(part) - center) * view.cell
        ahead = out.mean(axis=0) / np.linalg.norm(out.mean(axis=0))
        if quantile(np.abs(out @ np.array([-ahead[1], ahead[0]])), 0.9) > HANDLE_WIDTH / 2:
            continue
        away = np.linalg.norm(out, axis=1)
        if away.min() > radius + 2 * _FRINGE:
            continue
        reach = quantile(away, 0.97) + view.cell / 2
        lateral = np.abs(offset @ np.array([-ahead[1], ahead[0]]))
        own = (distance <= radius + _FRINGE) | ((offset @ ahead > 0) & (lateral < HANDLE_WIDTH / 2))
        own &= distance < radius + HANDLE
        mug.cells[rows[own], columns[own]] = True
        mug.yaw = math.atan2(ahead[1], ahead[0])
        shift = (reach - radius) / 2
        mug.center = (mug.center[0] + shift * float(ahead[0]), mug.center[1] + shift * float(ahead[1]))
        mug.size = (radius + reach, 2 * radius)
        return


def _around(
    view: TopView, center: tuple[float, float], radius: float
) -> tuple[tuple[slice, slice], NDArray[np.float64]]:
    """The part of the grid around a circle, and the distance in m of its cells from the centre."""
    reach = radius / view.cell + 3
    r0, c0 = (max(0, int(v - reach)) for v in center)
    r1, c1 = (min(n, int(v + reach) + 2) for v, n in zip(center, view.raised.shape, strict=True))
    rows, columns = np.ogrid[r0:r1, c0:c1]
    return (slice(r0, r1), slice(c0, c1)), np.hypot(rows - center[0], columns - center[1]) * view.cell


def _profile(
    level: NDArray[np.float32], distance: NDArray[np.float64], own: Mask, radius: float, rim: float
) -> NDArray[np.float64]:
    """Height in m of the bare inside at each cell: low in the middle, never falling towards the rim."""
    bins = max(4, int(radius / 0.005))
    which = np.minimum((distance / radius * bins).astype(int), bins)
    lows = np.full(bins + 1, rim)
    for i in range(bins):
        here = level[own & (which == i)]
        if len(here) >= 4:
            lows[i] = quantile(here, 0.3)
    rising = np.minimum.accumulate(lows[::-1])[::-1]
    # half a bin inwards is lower than the bin's middle; the wall is steep, so look one bin outwards
    outward = np.append(rising[1:], rim)
    return np.maximum(rising, outward)[which]
