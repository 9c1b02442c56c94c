"""The inside of a drawer: where things lie in it, and the open part of its tray as a box."""

from __future__ import annotations

import math

import msgspec

from primitives.categories import BOARD, category
from primitives.scene import SceneObject, Vector2

LEAST_OPEN = 0.03
"""m a drawer must be open for something to be put in or taken out."""
_FLOOR = 2 * BOARD
"""Height of the inside above the underside of the cupboard, in m."""
_SIDES = 4 * BOARD
"""Width of the cupboard over that of the inside, in m."""


def tray(drawer: SceneObject) -> SceneObject | None:
    """The open part of the tray as a box of the drawer's name; None of what is no drawer, or not open enough."""
    out = drawer.joint or 0.0
    if drawer.category != "drawer" or out < LEAST_OPEN:
        return None
    depth, width, height = drawer.size
    box = category("box")
    low, high = _FLOOR - box.floor, height - BOARD
    ahead = (depth + out) / 2 - BOARD
    x, y, z = drawer.position
    return msgspec.structs.replace(
        drawer,
        category="box",
        position=(
            x + ahead * math.cos(drawer.yaw),
            y + ahead * math.sin(drawer.yaw),
            z - height / 2 + (low + high) / 2,
        ),
        size=(out + 2 * box.wall, width - _SIDES + 2 * box.wall, high - low),
        joint=None,
    )


def lies_in(thing: SceneObject, drawer: SceneObject) -> bool:
    """Whether the centre of `thing` is between the sides of the drawer, in the open part or under the top, and its
    lowest point between floor and rim."""
    along, aside = offset(drawer, (thing.position[0], thing.position[1]))
    depth, width, height = drawer.size
    low = thing.position[2] - thing.size[2] / 2 - (drawer.position[2] - height / 2)
    return (
        -depth / 2 < along < depth / 2 + (drawer.joint or 0.0)
        and abs(aside) < (width - _SIDES) / 2
        and BOARD < low < height - 2 * BOARD
    )


def offset(drawer: SceneObject, at: Vector2) -> Vector2:
    """How far `at` is in front of the middle of the closed cupboard and to the left of it, in m."""
    dx, dy = at[0] - drawer.position[0], at[1] - drawer.position[1]
    c, s = math.cos(drawer.yaw), math.sin(drawer.yaw)
    return c * dx + s * dy, c * dy - s * dx


def slid(thing: SceneObject, drawer: SceneObject, distance: float) -> SceneObject:
    """`thing`, which lies in `drawer`, once that has been opened by `distance` m more."""
    x, y, z = thing.position
    return msgspec.structs.replace(
        thing, position=(x + distance * math.cos(drawer.yaw), y + distance * math.sin(drawer.yaw), z)
    )
