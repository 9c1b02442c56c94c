"""Furniture, pegs and nuts: what several plain things found together are parts of.

A drawer or a sliding door is a low cupboard with a handle of another colour in front of one side; a button a disc in
the middle of a square housing; a peg a thin round post on a square plate; a nut a thick square ring. What they are
made of stays the same from one to the next, so sizes that a camera cannot see are assumed, as for bowls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.found import Found, Mask
from primitives.perception.outlines import border_width, square_yaw
from primitives.perception.rectangles import fit_rectangle
from primitives.perception.topview import TopView

GRIP = (0.045, 0.024, 0.020)
"""Extent of a handle in m; x stands out from the front."""
BOARD = 0.010
"""Thickness of the front of a drawer in m, which is lower than the top."""
PROTRUSION = 0.030
"""How far a button that nobody has pressed stands out of its housing, in m."""
NUT_HEIGHT = 0.020
"""m."""
ELONGATED = 1.6
"""Width over depth from which a cupboard has a sliding door instead of a drawer."""
_PLATE_SEEN = 0.5
"""Part of a peg's plate that must show of what the post, and a nut on it, do not hide."""
_CAPS = frozenset({"cylinder", "ball", "object", "block"})
_PARTS = frozenset({"block", "box", "object", "cylinder", "plate", "bowl", "ball", "mug"})
"""Categories that the cap of a button, and part of a nut, may have been taken for."""


def furniture(view: TopView, found: Sequence[Found]) -> list[Found]:
    """`found` with the parts of furniture, pegs and nuts put together."""
    things = list(found)
    for body in sorted(found, key=lambda f: -f.size[0] * f.size[1]):
        if not any(body is t for t in things):
            continue
        if body.top > 0.06 and min(body.size) > 0.075 and max(body.size) > 0.11:
            things = _cupboard(view, body, things)
    for cap in [t for t in things if t.category in _CAPS and 0.03 < t.top < 0.1 and 0.035 < max(t.size) < 0.075]:
        if any(cap is t for t in things):
            things = _button(view, cap, things)
    for post in [t for t in things if t.category in ("cylinder", "block") and t.top > 0.04 and max(t.size) < 0.032]:
        things = _peg(view, post, things)
    for ring in [t for t in things if t.category in _PARTS and max(t.size) < 0.085 and t.top < 0.12]:
        if any(ring is t for t in things):
            things = _nut(view, ring, things)
    return things


def _cupboard(view: TopView, body: Found, things: list[Found]) -> list[Found]:
    kind = _kind(view, body)
    grips = [
        t
        for t in things
        if t is not body
        and max(t.size) <= 0.12
        and body.top - 0.06 < t.top < body.top - 0.005
        and _kind(view, t) != kind
    ]
    if not grips:
        return things
    top = _filled_rectangle(view, body.cells & (view.height > body.top - 0.006))  # without an open drawer
    if top is None:
        return things
    # as measured: what is nearly square may have been taken for a cube
    measured = replace(body, center=top[0], size=top[1], yaw=top[2])
    for grip in grips:
        for side in range(4):
            whole = _with_handle(view, measured, kind, grip, side)
            if whole is None:
                continue
            cupboard, handle = whole
            swept = _Extent.of(cupboard, front=GRIP[0] + (cupboard.joint or 0.0), margin=0.012)
            kept = [
                t
                for t in things
                if t is not body
                and t is not grip
                and not (swept.contains(t.center) and t.bottom < body.top - 0.01 and _kind(view, t) in (kind, -1))
            ]
            return [*kept, cupboard, handle]
    return things


def _with_handle(view: TopView, body: Found, kind: int, grip: Found, side: int) -> tuple[Found, Found] | None:
    """The cupboard whose front is side number `side` of `body`, and its handle; None where the front is elsewhere."""
    yaw = body.yaw + side * math.pi / 2
    depth, width = body.size[side % 2], body.size[(side + 1) % 2]
    out, across = _local(view, grip.cells, body.center, yaw)
    if len(out) < 8:
        return None
    aside = float(np.median(across))
    reach = float(np.percentile(out, 98)) + view.cell / 2 - depth / 2
    root = float(np.percentile(out, 2)) - depth / 2
    if root < -0.012 or float(np.percentile(across, 95) - np.percentile(across, 5)) > GRIP[1] + 0.01:
        return None
    if width > ELONGATED * depth:
        opening, shift, category = reach - GRIP[0], 0.0, "door"
        if abs(opening) > 0.012 or abs(aside) > width / 4 + 0.008:
            return None
        joint = min(max(aside + width / 4 - BOARD, 0.0), width / 2 - 2 * BOARD)
    else:
        opening, shift, category = reach - GRIP[0] - BOARD, BOARD / 2, "drawer"
        if abs(aside) > 0.015 or not -0.01 < opening < 0.8 * depth:
            return None
        # the front of the drawer, lower than the top and of the body's colour, stands at the handle's root
        front, beside = _local(view, view.raised & (view.kind == kind), body.center, yaw)
        at = np.abs(front - depth / 2 - max(opening, 0.0) - BOARD / 2) < BOARD
        if int((at & (np.abs(beside) < width / 2)).sum()) * view.cell**2 < 0.4 * BOARD * width:
            return None
        joint = max(opening, 0.0)
        aside = 0.0
    c, s = math.cos(yaw), math.sin(yaw)
    stands = depth / 2 + max(opening, 0.0) + (BOARD if category == "drawer" else 0.0) + GRIP[0] / 2
    x, y = body.center
    turned = math.atan2(s, c)
    handle = Found(
        "handle",
        (x + c * stands - s * aside, y + s * stands + c * aside),
        grip.top - GRIP[2],
        grip.top,
        (GRIP[0], GRIP[1]),
        turned,
        grip.cells,
        grip.quality,
        grip.color,
    )
    center = (x + c * shift, y + s * shift)
    size = (depth + 2 * shift, width)
    whole = Found(category, center, 0.0, body.top, size, turned, body.cells, body.quality, body.color, joint)
    return whole, handle


def _button(view: TopView, cap: Found, things: list[Found]) -> list[Found]:
    radius = max(cap.size) / 2
    around = _within(view, cap.center, radius + 0.014) & ~_within(view, cap.center, radius + 0.004)
    beside = view.kind[around & view.raised]
    if len(beside) < 20:
        return things
    kind = int(np.bincount(beside).argmax())
    housing = view.raised & (view.kind == kind) & _within(view, cap.center, 0.09)
    level = float(np.median(view.height[around & housing]))
    housing &= np.abs(view.height - level) < 0.004 + view.noise
    stands_out = cap.top - level
    if kind == _kind(view, cap) or not 0.005 < stands_out < PROTRUSION + 0.008 or level < 0.015:
        return things
    if float((around & housing).sum()) < 0.7 * around.sum():
        return things
    fitted = _filled_rectangle(view, housing | cap.cells)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.06 < min(size) <= max(size) < 0.13 or math.dist(center, cap.center) > 0.008:
        return things
    edge, pressed = (size[0] + size[1]) / 2, min(max(PROTRUSION - stands_out, 0.0), PROTRUSION)
    cells = housing | cap.cells
    whole = Found("button", center, 0.0, cap.top, (edge, edge), square_yaw(yaw), cells, cap.quality, cap.color, pressed)
    outline = _Extent.of(whole, margin=0.004)
    kept = [t for t in things if t is not cap and not (outline.contains(t.center) and _kind(view, t) in (kind, -1))]
    return [*kept, whole]


def _peg(view: TopView, post: Found, things: list[Found]) -> list[Found]:
    kind = _kind(view, post)
    near = _within(view, post.center, 0.075)
    plate = near & (view.kind == kind) & view.raised & (view.height < 0.022)
    # the post and what it goes through hide a part of the plate
    veiled = _within(view, post.center, 0.038) & view.raised
    fitted = _filled_rectangle(view, plate | veiled, least=0.65)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.06 < min(size) <= max(size) < 0.11 or math.dist(center, post.center) > 0.012:
        return things
    out, across = _local(view, near & ~veiled, center, yaw)
    within = (np.abs(out) < size[0] / 2) & (np.abs(across) < size[1] / 2)
    if float(plate[near & ~veiled][within].mean()) < _PLATE_SEEN:
        return things  # a post in a mug, whose plate would be made of what the post is thought to hide
    edge = (size[0] + size[1]) / 2
    x, y = post.center
    whole = Found(
        "peg", (x, y), 0.0, post.top, (edge, edge), square_yaw(yaw), plate | post.cells, post.quality, post.color
    )
    outline = _Extent.of(whole, margin=0.004)
    kept = [t for t in things if t is not post and not (outline.contains(t.center) and _kind(view, t) in (kind, -1))]
    # a nut on it of the peg's own colour was taken for a part of the plate or of the post
    over = _within(view, post.center, 0.030) & ~_within(view, post.center, 0.018) & (view.kind == kind)
    over &= view.raised & (view.height > 0.026) & (view.height < post.top - 0.008)
    together = [*kept, whole]
    if int(over.sum()) < 20:
        return together
    return _nut(view, replace(post, top=float(np.median(view.height[over]))), together)


def _nut(view: TopView, part: Found, things: list[Found]) -> list[Found]:
    kind = _kind(view, part)
    own = view.raised & (view.kind == kind) & (np.abs(view.height - part.top) < 0.004 + view.noise)
    ring = own & _within(view, part.center, 0.055)
    filled = _filled(view, ring)
    if filled is None or not 0.45 * filled.sum() < ring.sum() < 0.92 * filled.sum():
        return things
    fitted = _rectangle(view, filled)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.042 < min(size) <= max(size) < 0.078 or max(size) - min(size) > 0.010:
        return things
    hole = _within(view, center, 0.16 * min(size))
    if float((ring & hole).sum()) > 0.2 * hole.sum():
        return things
    # a box of that size has a floor in its own colour; what is higher is a peg
    floor = view.raised & (view.kind == kind) & (view.height < part.top) & hole
    if float(floor.sum()) > 0.3 * hole.sum():
        return things
    edge = (size[0] + size[1]) / 2
    bottom = 0.0 if part.top < NUT_HEIGHT + 0.008 else part.top - NUT_HEIGHT
    whole = Found("nut", center, bottom, part.top, (edge, edge), square_yaw(yaw), ring, part.quality, part.color)
    outline = _Extent.of(whole, margin=0.006)
    kept = [
        t for t in things if t.category == "peg" or not (outline.contains(t.center) and _kind(view, t) in (kind, -1))
    ]
    return [*kept, whole]


class _Extent:
    """A rectangle on the table."""

    def __init__(self, center: tuple[float, float], yaw: float, low: tuple[float, float], high: tuple[float, float]):
        self._center, self._yaw, self._low, self._high = center, yaw, low, high

    @classmethod
    def of(cls, thing: Found, *, front: float = 0.0, margin: float = 0.0) -> _Extent:
        """The outline of `thing`, `front` m longer along its x axis and `margin` m wider on every side."""
        a, b = thing.size[0] / 2 + margin, thing.size[1] / 2 + margin
        return cls(thing.center, thing.yaw, (-a, -b), (a + front, b))

    def contains(self, point: tuple[float, float]) -> bool:
        dx, dy = point[0] - self._center[0], point[1] - self._center[1]
        c, s = math.cos(self._yaw), math.sin(self._yaw)
        u, v = c * dx + s * dy, c * dy - s * dx
        return self._low[0] <= u <= self._high[0] and self._low[1] <= v <= self._high[1]


def _filled_rectangle(
    view: TopView, cells: Mask, *, least: float = 0.88
) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """See `_filled` and `_rectangle`."""
    filled = _filled(view, cells)
    return None if filled is None else _rectangle(view, filled, least=least)


def _filled(view: TopView, cells: Mask) -> Mask | None:
    """The largest piece of `cells`, its holes closed; None when they are too few."""
    if cv2.countNonZero(cells.view(np.uint8)) * view.cell**2 < 4e-4:
        return None
    closed = cv2.morphologyEx(cells.view(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    filled = np.zeros(cells.shape, np.uint8)
    cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return filled.view(bool)


def _rectangle(
    view: TopView, filled: Mask, *, least: float = 0.88
) -> tuple[tuple[float, float], tuple[float, float], float] | None:
    """Centre, size and yaw of the rectangle of which `filled` is at least a fraction `least`."""
    rectangle = fit_rectangle(filled, np.zeros_like(filled), view.cell, border=border_width(view.noise))
    if rectangle is None or not least < rectangle.fill < 1.12:
        return None
    return view.xy(*rectangle.center), rectangle.size, rectangle.yaw


def _local(
    view: TopView, cells: Mask, center: tuple[float, float], yaw: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in m of `cells` along the direction `yaw` from `center`, and to the left of it."""
    rows, columns = np.nonzero(cells)
    x, y = view.xy(0.0, 0.0)
    dx, dy = rows * view.cell + x - center[0], columns * view.cell + y - center[1]
    c, s = math.cos(yaw), math.sin(yaw)
    return c * dx + s * dy, c * dy - s * dx


def _within(view: TopView, center: tuple[float, float], reach: float) -> Mask:
    """Cells at most `reach` m from `center`."""
    x, y = view.xy(0.0, 0.0)
    rows, columns = view.raised.shape
    dx = np.arange(rows, dtype=np.float64) * view.cell + (x - center[0])
    dy = np.arange(columns, dtype=np.float64) * view.cell + (y - center[1])
    return np.asarray((dx * dx)[:, None] + dy * dy <= reach * reach, dtype=np.bool_)


def _kind(view: TopView, thing: Found) -> int:
    shown = view.kind[thing.cells & view.raised]
    return int(np.bincount(shown).argmax()) if len(shown) else -1
