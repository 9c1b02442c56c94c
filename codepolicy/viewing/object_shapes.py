"""How things are drawn on a page: a simple shape for each category, in the size and colour that are known."""

from __future__ import annotations

import msgspec

from primitives.categories import category
from primitives.colors import COLORS
from primitives.scene import Vector3

_SHAPES = {
    "ball": "sphere",
    "bowl": "bowl",
    "plate": "bowl",
    "mug": "mug",
    "box": "tray",
    "nut": "ring",
    "cylinder": "cylinder",
    "button": "cylinder",
}
_UNKNOWN = (0.6, 0.6, 0.62)


class ThingData(msgspec.Struct, frozen=True, kw_only=True):
    """A thing for scene_view.js."""

    name: str
    mesh: str
    """A unit shape of scene_view.js."""
    size: Vector3
    """m."""
    color: tuple[float, float, float]
    """sRGB in [0, 1]."""


def thing_data(name: str, kind: str, color: str, size: Vector3) -> ThingData:
    """How the thing `name` of category `kind` is drawn."""
    mesh = _SHAPES.get(kind) or ("cylinder" if category(kind).disc else "box")
    r, g, b = COLORS.get(color, (0, 0, 0))
    shade = (r / 255, g / 255, b / 255) if color in COLORS else _UNKNOWN
    x, y, z = (max(s, 0.002) for s in size)
    return ThingData(name=name, mesh=mesh, size=(x, y, z), color=shade)
