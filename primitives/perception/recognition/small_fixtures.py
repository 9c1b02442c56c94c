"""Buttons, pegs and nuts: a disc in a housing, a post on a plate, a square ring."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from primitives.categories import BUTTON_CAP, NUT_HEIGHT
from primitives.perception.color_classes import classes
from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.outlines import square_yaw
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.part_extents import (
    Extent,
    disc,
    filled_piece,
    filled_rectangle,
    kind_of,
    measured_along,
    rectangle_in,
)

_POST = 0.023
"""m; no peg is wider."""
_PLATE_SEEN = 0.5
"""Part of a peg's plate that must show of what the post, and a nut on it, do not hide."""
_ON_TABLE, _WALL = 0.022, 0.5
"""m above the table from which a surface is no plate of a peg; and points of a wall for each cell of the rim above."""


def button(view: TopView, cap: Detection, things: list[Detection]) -> list[Detection]:
    """`things` with `cap` and the housing around it made a button, if they are one."""
    radius = max(cap.size) / 2
    around = disc(view, cap.center, radius + 0.014) & ~disc(view, cap.center, radius + 0.004)
    beside = view.kind[around & view.raised]
    if len(beside) < 20:
        return things
    kind = int(np.bincount(beside).argmax())
    housing = view.raised & (view.kind == kind) & disc(view, cap.center, 0.09)
    level = float(np.median(view.height[around & housing]))
    housing &= np.abs(view.height - level) < 0.004 + view.noise
    stands_out = cap.top - level
    if kind == kind_of(view, cap) or not 0.005 < stands_out < BUTTON_CAP + 0.008 or level < 0.015:
        return things
    if float((around & housing).sum()) < 0.7 * around.sum():
        return things
    fitted = filled_rectangle(view, housing | cap.cells)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.06 < min(size) <= max(size) < 0.13 or math.dist(center, cap.center) > 0.008:
        return things
    edge, pressed = (size[0] + size[1]) / 2, min(max(BUTTON_CAP - stands_out, 0.0), BUTTON_CAP)
    cells = housing | cap.cells
    whole = Detection(
        "button", center, 0.0, cap.top, (edge, edge), square_yaw(yaw), cells, cap.quality, cap.color, pressed
    )
    outline = Extent.of(whole, margin=0.004)
    kept = [t for t in things if t is not cap and not (outline.contains(t.center) and kind_of(view, t) in (kind, -1))]
    return [*kept, whole]


def peg(view: TopView, post: Detection, things: list[Detection]) -> list[Detection]:
    """`things` with `post` and the plate under it made a peg, if they are one."""
    kind = kind_of(view, post)
    near = disc(view, post.center, 0.075)
    plate = near & (view.kind == kind) & view.raised & (view.height < _ON_TABLE)
    # the post and what it goes through hide a part of the plate
    veiled = disc(view, post.center, 0.038) & view.raised
    fitted = filled_rectangle(view, plate | veiled, least=0.65)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.06 < min(size) <= max(size) < 0.11 or math.dist(center, post.center) > 0.012:
        return things
    out, across = measured_along(view, near & ~veiled, center, yaw)
    within = (np.abs(out) < size[0] / 2) & (np.abs(across) < size[1] / 2)
    if float(plate[near & ~veiled][within].mean()) < _PLATE_SEEN:
        return things  # a post in a mug, whose plate would be made of what the post is thought to hide
    edge = (size[0] + size[1]) / 2
    x, y = post.center
    whole = Detection(
        "peg", (x, y), 0.0, post.top, (edge, edge), square_yaw(yaw), plate | post.cells, post.quality, post.color
    )
    outline = Extent.of(whole, margin=0.004)
    kept = [t for t in things if t is not post and not (outline.contains(t.center) and kind_of(view, t) in (kind, -1))]
    # a nut on it of the peg's own colour was taken for a part of the plate or of the post
    over = disc(view, post.center, 0.030) & ~disc(view, post.center, 0.018) & (view.kind == kind)
    over &= view.raised & (view.height > 0.026) & (view.height < post.top - 0.008)
    together = [*kept, whole]
    if int(over.sum()) < 20:
        return together
    return nut(view, replace(post, top=float(np.median(view.height[over]))), together)


def nut(view: TopView, part: Detection, things: list[Detection]) -> list[Detection]:
    """`things` with the ring of which `part` is seen made a nut, if it is one."""
    kind = kind_of(view, part)
    own = view.raised & (view.kind == kind) & (np.abs(view.height - part.top) < 0.004 + view.noise)
    ring = own & disc(view, part.center, 0.055)
    filled = filled_piece(view, ring)
    if filled is None or not 0.45 * filled.sum() < ring.sum() < 0.92 * filled.sum():
        return things
    fitted = rectangle_in(view, filled)
    if fitted is None:
        return things
    center, size, yaw = fitted
    if not 0.042 < min(size) <= max(size) < 0.078 or max(size) - min(size) > 0.010:
        return things
    hole = disc(view, center, 0.16 * min(size))
    if float((ring & hole).sum()) > 0.2 * hole.sum():
        return things
    # a box of that size has a floor in its own colour; what is higher is a peg
    floor = view.raised & (view.kind == kind) & (view.height < part.top) & hole
    if float(floor.sum()) > 0.3 * hole.sum():
        return things
    if any(_fills(t, center, part) for t in things):
        return things  # the top of a block around what stands on it
    if _has_wall(view, kind, ring, part.top - NUT_HEIGHT):
        return things  # the rim of a mug too deep, or too full, to see its floor
    edge = (size[0] + size[1]) / 2
    bottom = 0.0 if part.top < NUT_HEIGHT + 0.008 else part.top - NUT_HEIGHT
    whole = Detection("nut", center, bottom, part.top, (edge, edge), square_yaw(yaw), ring, part.quality, part.color)
    outline = Extent.of(whole, margin=0.006)
    kept = [
        t for t in things if t.category == "peg" or not (outline.contains(t.center) and kind_of(view, t) in (kind, -1))
    ]
    return [*kept, whole]


def _has_wall(view: TopView, kind: int, ring: Mask, bottom: float) -> bool:
    """Whether below `bottom` m the colour of a `ring` is seen under it: a mug goes on there, a nut on a peg ends."""
    z = view.points.xyz[:, 2]
    under = (z > _ON_TABLE) & (z < bottom - 0.008) & ring.ravel()[view.points.cell]
    return int((classes(view.points.rgb[under]) == kind).sum()) > _WALL * int(ring.sum())


def _fills(thing: Detection, center: tuple[float, float], ring: Detection) -> bool:
    """Whether `thing` stands on the middle of a ring, too wide to go through it."""
    over = thing.top > ring.top + 0.008 and math.dist(thing.center, center) < 0.4 * _POST
    return thing is not ring and over and thing.category != "peg" and min(thing.size) > _POST
