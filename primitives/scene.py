"""Values that a program sees: objects, regions, poses, grasps and relations.

All are immutable, typed for the wire, and in the base frame: metres, radians, z up, table top at z = 0,
x away from the robot ("top", "far"), y to the robot's left ("left").
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import msgspec

Vector2: TypeAlias = tuple[float, float]
Vector3: TypeAlias = tuple[float, float, float]
Quaternion: TypeAlias = tuple[float, float, float, float]


class SceneObject(msgspec.Struct, frozen=True, kw_only=True, tag="object"):
    """One thing, as measured; equal to other looks at it."""

    name: str
    """Unique, stable: "red block 2"."""
    category: str
    """block, bowl, plate, zone, cylinder, ball, box, mug, …, or object when unknown.

    Furniture is a drawer, door or button; the handle of a drawer or door is an object of its own. A nut is a square
    ring, a peg a post on a plate.
    """
    color: str
    position: Vector3
    """Centre of the object, (x, y, z) in m, base frame."""
    yaw: float = 0.0
    """Rotation about z in rad; square: in [-pi/4, pi/4), round: 0.

    Of a drawer, a door and their handles, the direction in which the front looks.
    """
    size: Vector3
    """Extent along its own axes; round: x = y = diameter.

    (x, y, z) in m; of a drawer the closed body, without the handle.
    """
    on: str = "table"
    """What it rests in or on: a name, "table", "gripper" or "unknown"."""
    confidence: float = 1.0
    """In [0, 1]."""
    joint: float | None = None
    """How far furniture is open or pressed.

    A drawer along its x axis, a door along its y axis, a button down; None for other things.
    """

    @property
    def top(self) -> float:
        """Height of its highest point.

        In m above the table.
        """
        return self.position[2] + self.size[2] / 2

    def __eq__(self, other: object) -> bool:
        return self.name == other.name if isinstance(other, SceneObject) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.name)


class Region(msgspec.Struct, frozen=True, tag="region"):
    """A rectangle of the table along x and y."""

    name: str
    low: Vector2
    """Smallest (x, y) in m, base frame."""
    high: Vector2
    """Largest (x, y) in m, base frame."""

    @property
    def center(self) -> Vector2:
        """Centre (x, y) in m, base frame."""
        return ((self.low[0] + self.high[0]) / 2, (self.low[1] + self.high[1]) / 2)

    def contains(self, position: tuple[float, ...], margin: float = 0.0) -> bool:
        """Whether `position` (x, y[, z]) lies inside, at least `margin` m from the edge."""
        return all(
            low + margin <= p <= high - margin for low, p, high in zip(self.low, position, self.high, strict=False)
        )


class Pose(msgspec.Struct, frozen=True, tag="pose"):
    """Pose of the tool (the point between the fingertips) in the base frame.

    With the identity orientation of `top_down(x, y, z, 0)` the fingers point straight down and close along y.
    """

    position: Vector3
    """(x, y, z) in m, base frame."""
    quaternion_xyzw: Quaternion
    """Unit quaternion (x, y, z, w) that takes tool-frame vectors to the base frame."""

    @classmethod
    def top_down(cls, x: float, y: float, z: float, yaw: float = 0.0, tilt: float = 0.0) -> Pose:
        """Fingers straight down at (x, y, z) in m, turned by `yaw` rad about the vertical; then `tilt` about the line
        between the fingers. At yaw = pi/2 they close along x and a tilt swings their tips to the left, so that a cup
        held below its rim pours to the right from 1.6 on; the arm reaches that everywhere.
        """
        a, b, c, s = math.cos(yaw / 2), math.sin(yaw / 2), math.cos(tilt / 2), math.sin(tilt / 2)
        return cls((float(x), float(y), float(z)), (a * c, b * c, a * s, -b * s))

    @classmethod
    def from_rpy(cls, x: float, y: float, z: float, roll: float, pitch: float, yaw: float) -> Pose:
        """At (x, y, z) in m, turned by roll, pitch, yaw about the fixed x, y, z axes; (pi, 0, yaw) points down."""
        half = [(math.cos(a / 2), math.sin(a / 2)) for a in (roll, pitch, yaw)]
        (cr, sr), (cp, sp), (cy, sy) = half
        return cls(
            (float(x), float(y), float(z)),
            (
                sr * cp * cy - cr * sp * sy,
                cr * sp * cy + sr * cp * sy,
                cr * cp * sy - sr * sp * cy,
                cr * cp * cy + sr * sp * sy,
            ),
        )

    @property
    def rpy(self) -> Vector3:
        """Roll, pitch and yaw about the fixed axes."""
        x, y, z, w = self.quaternion_xyzw
        pitch = math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))
        roll = math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
        return roll, pitch, math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))

    def compose(self, other: Pose) -> Pose:
        """`other`, given in the frame of this pose, in the frame in which this one is given."""
        x, y, z = _rotated(self.quaternion_xyzw, other.position)
        px, py, pz = self.position
        return Pose((px + x, py + y, pz + z), _product(self.quaternion_xyzw, other.quaternion_xyzw))

    def inverse(self) -> Pose:
        """The pose that undoes this one: `p.compose(p.inverse())` is the identity."""
        x, y, z, w = self.quaternion_xyzw
        back = (-x, -y, -z, w)
        px, py, pz = _rotated(back, self.position)
        return Pose((-px, -py, -pz), back)

    def offset(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Pose:
        """Moved by (x, y, z) along the tool's own axes: z forward out of the hand, y along the closing direction."""
        return self.compose(Pose((float(x), float(y), float(z)), (0.0, 0.0, 0.0, 1.0)))

    def turned(self, roll: float = 0.0, pitch: float = 0.0, yaw: float = 0.0) -> Pose:
        """Turned in place about the tool's own axes, e.g. `turned(pitch=0.3)` tilts the hand about the closing line."""
        return self.compose(Pose.from_rpy(0.0, 0.0, 0.0, roll, pitch, yaw))


def _product(a: Quaternion, b: Quaternion) -> Quaternion:
    """Hamilton product of two quaternions xyzw."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def _rotated(turn: Quaternion, vector: Vector3) -> Vector3:
    """`vector` turned by the unit quaternion `turn` (xyzw)."""
    x, y, z, w = turn
    a, b, c, _ = _product(_product(turn, (*vector, 0.0)), (-x, -y, -z, w))
    return a, b, c


class Grasp(msgspec.Struct, frozen=True, tag="grasp"):
    """One way to take an object: close the fingers at `pose`, reached straight from `pre_grasp`."""

    object: str
    """Name of the object."""
    pose: Pose
    pre_grasp: Pose
    """Pose above `pose` from which the approach is straight."""
    width: float
    """Expected distance between the fingers when closed on the object, in m."""
    score: float
    """In [0, 1]; grasps are listed best first."""


class Relation(msgspec.Struct, frozen=True, tag="relation"):
    """The answer of inside(a, b) and its like. Use it like a bool."""

    holds: bool
    text: str
    """The measured values behind it."""
    of: tuple[str, ...] = ()
    """Names of the objects and the region that it is about."""
    values: dict[str, float] = {}
    """What was measured, by what it is with its unit, e.g. {"gap (m)": 0.012}."""

    def __bool__(self) -> bool:
        return self.holds

    def __int__(self) -> int:
        return int(self.holds)

    __index__ = __int__

    def __float__(self) -> float:
        return float(self.holds)

    def __eq__(self, other: object) -> bool:
        return int(self) == (int(other) if isinstance(other, Relation) else other)

    def __hash__(self) -> int:
        return hash(self.holds)

    def __lt__(self, other: float | Relation) -> bool:
        return self.holds < float(other)

    def __le__(self, other: float | Relation) -> bool:
        return self.holds <= float(other)

    def __gt__(self, other: float | Relation) -> bool:
        return self.holds > float(other)

    def __ge__(self, other: float | Relation) -> bool:
        return self.holds >= float(other)

    def __and__(self, other: object) -> Relation:
        return self._with(other, self.holds and bool(other))

    def __or__(self, other: object) -> Relation:
        return self._with(other, self.holds or bool(other))

    def __xor__(self, other: object) -> Relation:
        return self._with(other, self.holds != bool(other))

    def __invert__(self) -> Relation:
        return Relation(not self.holds, self.text, self.of, self.values)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __add__(self, other: Any) -> Any:
        return int(self) + _number(other)

    def __sub__(self, other: Any) -> Any:
        return int(self) - _number(other)

    def __rsub__(self, other: Any) -> Any:
        return _number(other) - int(self)

    def __mul__(self, other: Any) -> Any:
        return int(self) * _number(other)

    def __truediv__(self, other: Any) -> Any:
        return int(self) / _number(other)

    __radd__ = __add__
    __rmul__ = __mul__

    def _with(self, other: object, holds: bool) -> Relation:
        if not isinstance(other, Relation):
            return Relation(holds, self.text, self.of, self.values)
        values = dict(self.values)
        for what, value in other.values.items():
            values[what if what not in values else f"{what}, {' to '.join(other.of)}"] = value
        return Relation(holds, f"{self.text}; {other.text}", tuple(dict.fromkeys((*self.of, *other.of))), values)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, Relation) else value


Target: TypeAlias = SceneObject | Region | Vector2 | Vector3
"""Where something can be put: on or in an object, within a region, or at (x, y[, z]) in m, base frame."""


REGION_NAMES = (
    "top left corner",
    "top side",
    "top right corner",
    "left side",
    "middle",
    "right side",
    "bottom left corner",
    "bottom side",
    "bottom right corner",
)


class Workspace(msgspec.Struct, frozen=True):
    """The part of the table that the robot works on, and the nine named places in it.

    Corners and the middle are squares of `cell` m; a side is the strip of the same width along the whole edge.
    """

    low: Vector3 = (0.28, -0.30, 0.0)
    """Smallest (x, y, z) in m, base frame."""
    high: Vector3 = (0.70, 0.30, 0.45)
    """Largest (x, y, z) in m, base frame."""
    cell: float = 0.14

    def region(self, name: str) -> Region:
        """The named place.

        Raises:
            KeyError: `name` is none of `REGION_NAMES`.
        """
        if name not in REGION_NAMES:
            raise KeyError(name)
        (x0, y0, _), (x1, y1, _) = self.low, self.high
        if name == "middle":
            cx, cy, half = (x0 + x1) / 2, (y0 + y1) / 2, self.cell / 2
            return Region(name, (cx - half, cy - half), (cx + half, cy + half))
        if "top" in name:
            x0 = x1 - self.cell
        if "bottom" in name:
            x1 = x0 + self.cell
        if "left" in name:
            y0 = y1 - self.cell
        if "right" in name:
            y1 = y0 + self.cell
        return Region(name, (x0, y0), (x1, y1))

    @property
    def table(self) -> Region:
        """The whole working area as a region."""
        return Region("table", self.low[:2], self.high[:2])
