"""Open boxes: rectangular things with a rim."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import border_width, half_turn, hull, outline
from primitives.perception.geometry.quantiles import quantile
from primitives.perception.geometry.rectangles import fit_rectangle
from primitives.perception.heightmap.connected_components import solid_parts
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.rims import COVERAGE, SMALLEST, Container, level_in, rim_around

_SQUARE = 0.86
"""`_fill` from which an outline may be a rectangle."""
_WALL = 0.01
"""m; narrower things in a box are its wall, where the fit is loose."""
_GAP = 0.1
"""Part of the rim of a box where the table may be seen instead."""


def open_box(view: TopView, piece: Mask) -> Container | None:
    """The box whose rim is `piece`, connected cells of one colour; None when it is none."""
    closed = cv2.morphologyEx(piece.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool)
    line = outline(closed)
    if _fill(line) < _SQUARE:
        # where something in it hides the rim from every camera, the outline crosses the gap
        line = hull(closed)
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
    if rim_around(level, band, rectangle.center, rim, floor) < COVERAGE:
        return None
    wall = cv2.erode(full, np.ones((3, 3), np.uint8)).astype(bool)
    around = wall & ~cv2.erode(full, np.ones((7, 7), np.uint8)).astype(bool)
    if (around & view.bare).sum() > _GAP * around.sum():
        return None
    tall = (core & view.raised & (level > floor + 0.009)) | (wall & (level > rim + 0.009))
    foreign = wall & view.raised & ~piece & (level > floor + 0.004)
    contents = solid_parts(tall | foreign, view.cell, narrowest=_WALL)
    x, y = view.xy(*rectangle.center)
    (sx, sy), yaw = rectangle.size, rectangle.yaw
    if sy > sx:
        sx, sy, yaw = sy, sx, yaw + math.pi / 2
    quality = math.exp(-rectangle.error / (2 * view.cell))
    found = Detection("box", (x, y), 0.0, rim, (sx, sy), half_turn(yaw), filled & ~contents, quality)
    everywhere = slice(0, piece.shape[0]), slice(0, piece.shape[1])
    inside = np.where(filled, np.where(core, floor, rim), -1.0)
    return Container(found, contents, level_in(piece.shape, everywhere, inside))


def _fill(line: NDArray[np.float64]) -> float:
    """Area within an outline over the area of the smallest rectangle around it: 1 for a rectangle, 0.79 for a disc."""
    points = line.astype(np.float32)
    _, (width, height), _ = cv2.minAreaRect(points)
    return float(cv2.contourArea(points)) / max(width * height, 1e-9)
