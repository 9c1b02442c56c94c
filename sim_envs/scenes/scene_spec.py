"""What a scene consists of, and where its objects are."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
import shapely
from shapely import Polygon

from primitives.categories import CONTAINERS, FLAT, HANDLE, NUT_HEIGHT, ZONE_HEIGHT, category, travel
from primitives.scene import Quaternion, Vector3


class SizeRange(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes that the things of a category come in."""

    default: Vector3
    """Extent (x, y, z) in m where none is given."""
    smallest: float
    """Bound on the horizontal extent in m."""
    largest: float
    """Bound on the horizontal extent in m."""
    draw: tuple[float, float] | None = None
    """Range of the edge or diameter in m from which the random scene draws."""


SIZES: dict[str, SizeRange] = {
    "block": SizeRange(default=(0.04, 0.04, 0.04), smallest=0.01, largest=0.20, draw=(0.025, 0.06)),
    "bowl": SizeRange(default=(0.15, 0.15, 0.05), smallest=0.08, largest=0.26, draw=(0.13, 0.17)),
    "plate": SizeRange(default=(0.16, 0.16, 0.014), smallest=0.08, largest=0.30),
    "zone": SizeRange(default=(0.14, 0.14, ZONE_HEIGHT), smallest=0.03, largest=0.42),
    "cylinder": SizeRange(default=(0.04, 0.04, 0.06), smallest=0.01, largest=0.20, draw=(0.03, 0.05)),
    "ball": SizeRange(default=(0.045, 0.045, 0.045), smallest=0.008, largest=0.15, draw=(0.035, 0.055)),
    "box": SizeRange(default=(0.18, 0.14, 0.05), smallest=0.05, largest=0.40),
    "mug": SizeRange(default=(0.11, 0.08, 0.09), smallest=0.05, largest=0.16),
    "object": SizeRange(default=(0.06, 0.05, 0.04), smallest=0.02, largest=0.20),
    "nut": SizeRange(default=(0.055, 0.055, NUT_HEIGHT), smallest=0.05, largest=0.07),
    "peg": SizeRange(default=(0.08, 0.08, 0.06), smallest=0.07, largest=0.10),
    "button": SizeRange(default=(0.09, 0.09, 0.06), smallest=0.07, largest=0.12),
    "drawer": SizeRange(default=(0.16, 0.18, 0.09), smallest=0.12, largest=0.24),
    "door": SizeRange(default=(0.10, 0.30, 0.09), smallest=0.08, largest=0.36),
}
"""Every category that a scene can hold."""
ENCLOSING = CONTAINERS | {"plate", "peg", "drawer"}
"""Categories within whose outline other things may lie: in them, on them or, a nut, around them."""


class Model(msgspec.Struct, frozen=True):
    """A thing of a file."""

    path: str
    """Of the mesh."""
    scale: Vector3
    """m per unit of the file."""
    mass: float
    """kg."""
    color: str
    """A named colour."""
    extent: Vector3
    """(x, y, z) in m."""
    middle: Vector3 = (0.0, 0.0, 0.0)
    """Of the box around it, from where it balances, (x, y, z) in m."""


class ObjectSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object to be spawned."""

    category: str
    """One of `SIZES`."""
    color: str
    """One of `primitives.colors.COLORS`, or a synonym."""
    name: str | None = None
    """Unique in the scene; left out, "<color> <category>", twins numbered from 1: those with a position from left to
    right, as perception numbers them, then the others."""
    size: float | tuple[float, ...] | None = None
    """Edge or diameter in m, or the extent (x, y, z) in m."""
    position: tuple[float, ...] | None = None
    """Centre (x, y), resting on the table, or (x, y, z) in m, base frame; left out, the seed places it."""
    yaw: float | None = None
    """rad about z; left out, the seed turns it."""
    movable: bool = True
    """False bolts it to the table."""
    accent: str | None = None
    """Second colour of furniture: a handle's, or of the housing around a button; black or yellow where left out."""
    joint: float | None = None
    """How far the slider of furniture starts from its end, in m: a drawer open, a door slid to its left as seen by
    who stands before it, a button pressed; 0 where left out."""

    mesh: str | None = None
    """OBJ, STL or GLB file of a thing, beside the scene file."""
    urdf: str | None = None
    """URDF file of a thing, or "pybullet_data:NAME", e.g. duck, mug, lego, jenga, random_urdfs/000."""
    scale: float | None = None
    """Metres per unit of `mesh`, or a factor on the size in `urdf`."""
    mass: float | None = None
    """kg, of a thing of a file."""
    model: Model | None = None
    """The thing of the file, as it was read."""

    @property
    def accent_color(self) -> str:
        """The second colour of furniture."""
        return self.accent or ("yellow" if self.color in ("black", "navy", "gray", "maroon") else "black")

    @property
    def reach(self) -> float:
        """How far in m it can come out of its own outline in front, along its x axis."""
        if not category(self.category).facing:
            return 0.0
        return HANDLE[0] + (travel("drawer", self.extent) if self.category == "drawer" else 0.0)

    @property
    def extent(self) -> Vector3:
        """Extent (x, y, z) in m along the object's own axes, with the category's defaults filled in."""
        kind = SIZES[self.category]
        x, y, z = kind.default
        if self.size is None:
            return kind.default
        if isinstance(self.size, tuple):
            return (self.size[0], self.size[1], self.size[2])
        if self.category in FLAT:
            return (self.size, self.size, z)
        scale = self.size / x
        return (self.size, y * scale, z * scale)


class SceneSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scene: objects, and how the seed may arrange those without a position."""

    objects: tuple[ObjectSpec, ...]
    name: str = ""
    clearance: float = 0.03
    """Smallest gap in m between an object that the seed places and its neighbours."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Words, each with the category or colour that it stands for in queries."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an object starts."""

    position: Vector3
    """Centre in m, base frame."""
    yaw: float
    """rad."""

    @property
    def quaternion(self) -> Quaternion:
        """xyzw."""
        return (0.0, 0.0, math.sin(self.yaw / 2), math.cos(self.yaw / 2))


def free_name(base: str, taken: Collection[str]) -> str:
    """`base`, numbered from 2 where that is taken."""
    name, number = base, 2
    while name in taken:
        name, number = f"{base} {number}", number + 1
    return name


def heights(spec: ObjectSpec) -> tuple[float, float]:
    """Lowest and highest z in m of a placed object; on the table where its position has no z."""
    z = spec.extent[2]
    center = spec.position[2] if spec.position is not None and len(spec.position) == 3 else z / 2
    return center - z / 2, center + z / 2


def gap(a: ObjectSpec, b: ObjectSpec) -> float:
    """Distance in m between the outlines of two placed objects seen from above; 0 where they overlap."""
    return footprint(a).distance(footprint(b))


def footprint(spec: ObjectSpec) -> Polygon:
    """Outline of a placed object seen from above, what comes out in front included; base frame, m."""
    assert spec.position is not None
    x, y = spec.position[:2]
    half_x, half_y = spec.extent[0] / 2, spec.extent[1] / 2
    if category(spec.category).disc:
        return shapely.Point(x, y).buffer(half_x)
    c, s = math.cos(spec.yaw or 0.0), math.sin(spec.yaw or 0.0)
    front = half_x + spec.reach
    corners = ((front, half_y), (-half_x, half_y), (-half_x, -half_y), (front, -half_y))
    return Polygon([(x + c * u - s * v, y + s * u + c * v) for u, v in corners])
