"""Bowls, plates, mugs and boxes: things with a rim, found by their outline whatever lies in them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.circles import fit_circle
from primitives.perception.found import Found, Mask, surrounding
from primitives.perception.outlines import border_width, borders, half_turn, outline
from primitives.perception.peaks import highest
from primitives.perception.quantile import median, quantile
from primitives.perception.rectangles import fit_rectangle
from primitives.perception.topview import TopView

SMALLEST = 0.045
"""m; no hollow thing is narrower."""
PLATE_HEIGHT = 0.024
"""m; a round thing with a rim lower than this is a plate."""
PLATE_WIDTH = 0.07
"""m; no plate is narrower."""
HANDLE, HANDLE_WIDTH = 0.06, 0.02
"""m; how far the handle of a mug stands out at most, and how wide it is."""
_HANDLE_AREA = 4e-5
"""m²; less beside a mug is noise."""
_FRINGE = 0.006
"""m around the round body of a mug within which cells may show its wall, where cameras disagree."""
_CORE, _DEPTH, _LOWER = 0.006, 0.011, 0.04
"""m inside the outline of a thing where most of its top is no rim; m below the top that is not hollow yet; and the part
of the cells there which may be lower."""
_SECTORS = 32
_SQUARE = 0.86
"""`_fill` from which an outline may be a rectangle."""
_BRIDGE = 0.015
"""m; gaps in a rim, where noise hides a thin wall, that are bridged."""
_WALL = 0.01
"""m; narrower things in a box are its wall, where the fit is loose."""
_GAP = 0.1
"""Part of the rim of a box where the table may be seen instead."""
_LEANS, _LEANING = 0.006, 0.3
"""m over the rim in most directions from which a surface is no part of it, and part of the directions where one is."""
COVERAGE = 0.6
"""Part of the circumference that must be seen."""


@dataclass(frozen=True, slots=True)
class Container:
    """A hollow thing and the cells in it that show something else."""

    found: Found
    contents: Mask
    level: NDArray[np.float32]
    """(R, C) m: height of its own surface where it is empty; below the table where it is not."""


def containers(view: TopView) -> list[Container]:
    """Every hollow thing and plate in view."""
    result: list[Container] = []
    taken = np.zeros_like(view.raised)
    smallest = int(0.5 * (SMALLEST / view.cell) ** 2 * 0.3)
    for kind in np.unique(view.kind[view.raised]):
        rest = view.raised & (view.kind == kind) & ~taken
        parts = list(pieces(rest, smallest=smallest, bridge=_BRIDGE / view.cell))
        if len(parts) > 1 and _rectangular(view, rest) is not None:
            # a box whose rim is cut in pieces by what hides it
            parts = [rest]
        for piece in parts:
            remaining = piece
            while _may_be_hollow(view, remaining):
                hit = _rectangular(view, remaining) or _round(view, remaining, rest)
                if hit is None:
                    break
                result.append(hit)
                taken |= hit.found.cells | hit.contents
                remaining = remaining & ~hit.found.cells & ~hit.contents
                if remaining.sum() * view.cell**2 < 0.3 * SMALLEST**2:
                    break
    return result


def _may_be_hollow(view: TopView, piece: Mask) -> bool:
    """False for what is plainly a top face: within its outline nothing lies lower, and it is too small for a plate."""
    box = surrounding(piece, 0)
    part, level = piece[box], view.height[box]
    top = quantile(level[part], 0.95)
    if max(part.shape) * view.cell > PLATE_WIDTH and top < PLATE_HEIGHT + 0.004:
        return True
    full = np.zeros(part.shape, np.uint8)
    cv2.fillConvexPoly(full, _hull(part)[:, ::-1].astype(np.int32), 1)
    width = 2 * round(_CORE / view.cell) + 1
    core = cv2.erode(full, np.ones((width, width), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0).view(bool)
    lower = core & ~(part & (level > top - _DEPTH))
    return cv2.countNonZero(lower.view(np.uint8)) > _LOWER * cv2.countNonZero(core.view(np.uint8))


def pieces(mask: Mask, *, smallest: int, bridge: float = 3.0) -> Iterator[Mask]:
    """The connected parts of `mask` with at least `smallest` cells, gaps narrower than `bridge` cells bridged."""
    if cv2.countNonZero(mask.view(np.uint8)) < smallest:
        return
    box = surrounding(mask, 0)
    part = np.ascontiguousarray(mask[box])
    width = 2 * int(bridge / 2) + 1
    closed = cv2.morphologyEx(part.view(np.uint8), cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] >= smallest:
            piece = np.zeros_like(mask)
            piece[box] = (labels == i) & part
            yield piece


def _round(view: TopView, piece: Mask, alike: Mask) -> Container | None:
    closed = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool)
    line = borders(closed)
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
    around_it = _highest(height, ring, middle_of)
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
        if view.open(below, entry).sum() < 0.25 * middle.sum():
            return None
        floor = below
    band = mine & (distance > circle.radius - 0.010) & (distance < circle.radius + view.cell)
    if _rim_around(level, band, middle_of, rim, floor) < COVERAGE:
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
    contents[box] = _solid_parts(tall | foreign, view.cell)
    cells = np.zeros_like(piece)
    cells[box] = within
    x, y = view.xy(cx, cy)
    quality = min(1.0, circle.coverage) * math.exp(-circle.error / (2 * view.cell))
    found = Found(category, (x, y), 0.0, rim, (diameter, diameter), 0.0, cells & ~contents, quality)
    if category == "mug":
        _add_handle(view, found, alike & ~contents, (cx, cy))
    return Container(found, contents, _level(piece.shape, box, np.where(within, profile, -1.0)))


def _add_handle(view: TopView, mug: Found, alike: Mask, center: tuple[float, float]) -> None:
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


def _fill(line: NDArray[np.float64]) -> float:
    """Area within an outline over the area of the smallest rectangle around it: 1 for a rectangle, 0.79 for a disc."""
    points = line.astype(np.float32)
    _, (width, height), _ = cv2.minAreaRect(points)
    return float(cv2.contourArea(points)) / max(width * height, 1e-9)


def _hull(mask: Mask) -> NDArray[np.float64]:
    """(N, 2) corners (row, column) of the smallest convex outline around all of `mask`."""
    line = borders(mask)
    if len(line) < 3:
        return line
    return cv2.convexHull(line.astype(np.float32))[:, 0].astype(np.float64)


def _rectangular(view: TopView, piece: Mask) -> Container | None:
    closed = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool)
    line = outline(closed)
    if _fill(line) < _SQUARE:
        # where something in it hides the rim from every camera, the outline crosses the gap
        line = _hull(closed)
    if len(line) < 4 or len(outline(closed)) < SMALLEST / view.cell or _fill(line) < _SQUARE:
        return None
    full = np.zeros(piece.shape, np.uint8)
    cv2.fillPoly(full, [line[:, ::-1].astype(np.int32)], 1)
    filled = full.astype(bool)
    rectangle = fit_rectangle(filled, np.zeros_like(filled), view.cell, border=border_width(view.noise))
    if rectangle is None or min(rectangle.size) < SMALLEST or not 0.93 < rectangle.fill < 1.07:
        return None
    width = max(3, round(0.008 / view.cell))
    core = cv2.erode(full, np.ones((2 * width + 1, 2 * width + 1), np.uint8)).astype(bool)
    level = np.where(view.raised, view.height, 0.0)
    edge = filled & ~cv2.erode(full, np.ones((3, 3), np.uint8)).astype(bool) & piece
    own = core & (piece | view.bare)
    if edge.sum() < 20 or own.sum() < 0.1 * core.sum():
        return None
    rim, floor = quantile(level[edge], 0.85), quantile(level[own], 0.15)
    if rim - floor < max(0.012, 0.3 * rim):
        return None
    band = filled & ~core & piece
    if _rim_around(level, band, rectangle.center, rim, floor) < COVERAGE:
        return None
    wall = cv2.erode(full, np.ones((3, 3), np.uint8)).astype(bool)
    around = wall & ~cv2.erode(full, np.ones((7, 7), np.uint8)).astype(bool)
    if (around & view.bare).sum() > _GAP * around.sum():
        return None
    tall = (core & view.raised & (level > floor + 0.009)) | (wall & (level > rim + 0.009))
    foreign = wall & view.raised & ~piece & (level > floor + 0.004)
    contents = _solid_parts(tall | foreign, view.cell, narrowest=_WALL)
    x, y = view.xy(*rectangle.center)
    (sx, sy), yaw = rectangle.size, rectangle.yaw
    if sy > sx:
        sx, sy, yaw = sy, sx, yaw + math.pi / 2
    quality = math.exp(-rectangle.error / (2 * view.cell))
    found = Found("box", (x, y), 0.0, rim, (sx, sy), half_turn(yaw), filled & ~contents, quality)
    everywhere = slice(0, piece.shape[0]), slice(0, piece.shape[1])
    inside = np.where(filled, np.where(core, floor, rim), -1.0)
    return Container(found, contents, _level(piece.shape, everywhere, inside))


def _level(shape: tuple[int, ...], box: tuple[slice, slice], values: NDArray[np.float64]) -> NDArray[np.float32]:
    """(R, C) `values` in the `box`, below the table elsewhere."""
    level = np.full(shape, -1.0, np.float32)
    level[box] = values
    return level


def _rim_around(level: NDArray[np.float32], band: Mask, center: tuple[float, float], rim: float, floor: float) -> float:
    """Fraction of the directions from `center` (row, column) in which the `band` reaches up to the rim."""
    reach = _highest(level, band, center)
    return float((reach > rim - 0.3 * (rim - floor)).mean()) if len(reach) else 0.0


def _highest(level: NDArray[np.float32], band: Mask, center: tuple[float, float]) -> NDArray[np.float32]:
    """(N,) m: how high the `band` reaches in each of the directions from `center` (row, column) in which it shows."""
    rows, columns = np.nonzero(band)
    angle = np.arctan2(rows - center[0], columns - center[1])
    sector = ((angle + math.pi) / (2 * math.pi) * _SECTORS).astype(int) % _SECTORS
    reach = highest(sector, level[rows, columns], _SECTORS, least=-1.0)
    return reach[np.bincount(sector, minlength=_SECTORS) > 0]


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


def _solid_parts(mask: Mask, cell: float, *, narrowest: float = 0.0) -> Mask:
    """`mask` without specks and slivers, and without what is narrower than `narrowest` m."""
    width = max(3, round(narrowest / cell) | 1)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    kept = np.zeros_like(mask)
    for piece in pieces(opened.astype(bool), smallest=int(1.2e-4 / cell**2)):
        kept |= piece
    return kept
