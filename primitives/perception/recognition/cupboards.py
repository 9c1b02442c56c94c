"""Drawers and sliding doors: a low cupboard with a handle of another colour in front of one side."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from primitives.categories import BOARD, HANDLE, HANDLE_DROP
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.part_extents import Extent, filled_rectangle, kind_of, measured_along

ELONGATED = 1.6
"""Width over depth from which a cupboard has a sliding door instead of a drawer."""

_LEVEL = 0.009
"""How far in m the upper side of a handle may seem from its height; what lies in a drawer is mostly lower."""


def cupboard(view: TopView, body: Detection, things: list[Detection]) -> list[Detection]:
    """`things` with `body`, the handle in front and other parts seen of it made a drawer or door, if they are one."""
    kind = kind_of(view, body)
    grips = [
        t
        for t in things
        if t is not body
        and max(t.size) <= 0.12
        and abs(t.top - (body.top - HANDLE_DROP + HANDLE[2] / 2)) < _LEVEL
        and kind_of(view, t) != kind
    ]
    if not grips:
        return things
    top = filled_rectangle(view, body.cells & (view.height > body.top - 0.006))  # without an open drawer
    if top is None:
        return things
    # as measured: what is nearly square may have been taken for a cube
    measured = replace(body, center=top[0], size=top[1], yaw=top[2])
    found = [
        (whole, grip)
        for grip in grips
        for side in range(4)
        if (whole := _with_handle(view, measured, kind, grip, side))
    ]
    if not found:
        return things
    # what lies in an open drawer can look like a handle, nearer to the cupboard than its own
    (cupboard, handle), grip = max(found, key=lambda pair: pair[0][0].joint or 0.0)
    swept = Extent.of(cupboard, front=HANDLE[0] + (cupboard.joint or 0.0), margin=0.012)
    kept = [
        t
        for t in things
        if t is not body
        and t is not grip
        and not (swept.contains(t.center) and t.bottom < body.top - 0.01 and kind_of(view, t) in (kind, -1))
    ]
    return [*kept, cupboard, handle]


def _with_handle(
    view: TopView, body: Detection, kind: int, grip: Detection, side: int
) -> tuple[Detection, Detection] | None:
    """The cupboard whose front is side number `side` of `body`, and its handle; None where the front is elsewhere."""
    yaw = body.yaw + side * math.pi / 2
    depth, width = body.size[side % 2], body.size[(side + 1) % 2]
    out, across = measured_along(view, grip.cells, body.center, yaw)
    if len(out) < 8:
        return None
    aside = float(np.median(across))
    reach = float(np.percentile(out, 98)) + view.cell / 2 - depth / 2
    root = float(np.percentile(out, 2)) - depth / 2
    if root < -0.012 or float(np.percentile(across, 95) - np.percentile(across, 5)) > HANDLE[1] + 0.01:
        return None
    if width > ELONGATED * depth:
        opening, shift, category = reach - HANDLE[0], 0.0, "door"
        if abs(opening) > 0.012 or abs(aside) > width / 4 + 0.008:
            return None
        joint = min(max(aside + width / 4 - BOARD, 0.0), width / 2 - 2 * BOARD)
    else:
        opening, shift, category = reach - HANDLE[0] - BOARD, BOARD / 2, "drawer"
        if abs(aside) > 0.015 or not -0.01 < opening < 0.8 * depth:
            return None
        # the front of the drawer, lower than the top and of the body's colour, stands at the handle's root
        front, beside = measured_along(view, view.raised & (view.kind == kind), body.center, yaw)
        at = np.abs(front - depth / 2 - max(opening, 0.0) - BOARD / 2) < BOARD
        if int((at & (np.abs(beside) < width / 2)).sum()) * view.cell**2 < 0.4 * BOARD * width:
            return None
        joint = max(opening, 0.0)
        aside = 0.0
    c, s = math.cos(yaw), math.sin(yaw)
    stands = depth / 2 + max(opening, 0.0) + (BOARD if category == "drawer" else 0.0) + HANDLE[0] / 2
    x, y = body.center
    turned = math.atan2(s, c)
    handle = Detection(
        "handle",
        (x + c * stands - s * aside, y + s * stands + c * aside),
        grip.top - HANDLE[2],
        grip.top,
        (HANDLE[0], HANDLE[1]),
        turned,
        grip.cells,
        grip.quality,
        grip.color,
    )
    center = (x + c * shift, y + s * shift)
    size = (depth + 2 * shift, width)
    whole = Detection(category, center, 0.0, body.top, size, turned, body.cells, body.quality, body.color, joint)
    return whole, handle
