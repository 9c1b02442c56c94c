"""The hollow things in view, and which patches may be one."""

from __future__ import annotations

import math

import cv2
import numpy as np

from primitives.perception.geometry.masks import Mask, surrounding
from primitives.perception.geometry.outlines import hull
from primitives.perception.geometry.quantiles import quantile
from primitives.perception.heightmap.connected_components import pieces
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.bowls import PLATE_FLOOR, PLATE_HEIGHT, PLATE_WIDTH, round_container
from primitives.perception.recognition.boxes import open_box
from primitives.perception.recognition.rims import BRIDGE, SMALLEST, Container

_CORE, _DEPTH, _LOWER = 0.006, 0.011, 0.04
"""m inside the outline of a thing where most of its top is no rim; m below the top that is not hollow yet; and the part
of the cells there which may be lower."""


def containers(view: TopView) -> list[Container]:
    """Every hollow thing and plate in view, what stands on another after that."""
    result: list[Container] = []
    taken = np.zeros_like(view.raised)
    smallest = int(0.5 * (SMALLEST / view.cell) ** 2 * 0.3)
    for kind in np.unique(view.kind[view.raised]):
        rest = view.raised & (view.kind == kind) & ~taken
        parts = list(pieces(rest, smallest=smallest, bridge=BRIDGE / view.cell))
        if len(parts) > 1 and open_box(view, rest) is not None:
            # a box whose rim is cut in pieces by what hides it
            parts = [rest]
        for piece in parts:
            remaining = piece
            while _may_be_hollow(view, remaining):
                hit = open_box(view, remaining) or round_container(view, remaining, rest)
                if hit is None:
                    break
                result.append(hit)
                # what stands on a plate may be hollow itself
                taken |= hit.found.cells if hit.found.category == "plate" else hit.found.cells | hit.contents
                remaining = remaining & ~hit.found.cells & ~hit.contents
                if remaining.sum() * view.cell**2 < 0.3 * SMALLEST**2:
                    break
    result.sort(key=lambda c: -max(c.found.size))
    for plate in [c.found for c in result if c.found.category == "plate"]:
        for other in [c.found for c in result if c.found is not plate]:
            if max(other.size) < max(plate.size) and math.dist(other.center, plate.center) < max(plate.size) / 2:
                other.bottom = min(PLATE_FLOOR * plate.top, other.top / 2)
    return result


def _may_be_hollow(view: TopView, piece: Mask) -> bool:
    """False for what is plainly a top face: within its outline nothing lies lower, and it is too small for a plate."""
    box = surrounding(piece, 0)
    part, level = piece[box], view.height[box]
    top = quantile(level[part], 0.95)
    if max(part.shape) * view.cell > PLATE_WIDTH and top < PLATE_HEIGHT + 0.004:
        return True
    full = np.zeros(part.shape, np.uint8)
    cv2.fillConvexPoly(full, hull(part)[:, ::-1].astype(np.int32), 1)
    width = 2 * round(_CORE / view.cell) + 1
    core = cv2.erode(full, np.ones((width, width), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0).view(bool)
    lower = core & ~(part & (level > top - _DEPTH))
    return cv2.countNonZero(lower.view(np.uint8)) > _LOWER * cv2.countNonZero(core.view(np.uint8))
