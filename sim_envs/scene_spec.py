"""What a scene consists of, and what is refused before anything is loaded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

import msgspec
import shapely
from shapely import Polygon

from primitives.colors import COLORS, canonical
from primitives.errors import ConfigurationError, unknown_name
from primitives.scene import Vector3, Workspace
from sim_envs.furniture import GRIP, TRAVEL


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """The shape family of an object and the sizes it comes in."""

    default: Vector3
    """Extent (x, y, z) in m where none is given."""
    smallest: float
    """Bound on the horizontal extent in m."""
    largest: float
    """Bound on the horizontal extent in m."""
    round: bool = False
    """Whether x and y extent are one diameter."""
    flat: bool = False
    """Whether the height is fixed and `size` gives the horizontal extent alone."""
    hollow: bool = False
    """Whether other objects can lie inside it."""
    fixed: bool = False
    """Whether it never moves, however the specification says."""
    draw: tuple[float, float] | None = None
    """Range of the edge or diameter in m from which the random scene draws."""


CATEGORIES: dict[str, Category] = {
    "block": Category(default=(0.04, 0.04, 0.04), smallest=0.01, largest=0.20, draw=(0.025, 0.06)),
    "bowl": Category(
        default=(0.15, 0.15, 0.05), smallest=0.08, largest=0.26, round=True, hollow=True, draw=(0.13, 0.17)
    ),
    "plate": Category(default=(0.16, 0.16, 0.014), smallest=0.08, largest=0.30, round=True, flat=True, hollow=True),
    "zone": Category(default=(0.14, 0.14, 0.001), smallest=0.03, largest=0.42, flat=True, fixed=True),
    "cylinder": Category(default=(0.04, 0.04, 0.06), smallest=0.01, largest=0.20, round=True, draw=(0.03, 0.05)),
    "ball": Category(default=(0.045, 0.045, 0.045), smallest=0.008, largest=0.15, round=True, draw=(0.035, 0.055)),
    "box": Category(default=(0.18, 0.14, 0.05), smallest=0.05, largest=0.40, hollow=True),
    "mug": Category(default=(0.11, 0.08, 0.09), smallest=0.05, largest=0.16, hollow=True),
    "object": Category(default=(0.06, 0.05, 0.04), smallest=0.02, largest=0.20),
    "nut": Category(default=(0.055, 0.055, 0.02), smallest=0.05, largest=0.07),
    "peg": Category(default=(0.08, 0.08, 0.06), smallest=0.07, largest=0.10, hollow=True, fixed=True),
    "button": Category(default=(0.09, 0.09, 0.06), smallest=0.07, largest=0.12, fixed=True),
    "drawer": Category(default=(0.16, 0.18, 0.09), smallest=0.12, largest=0.24, hollow=True, fixed=True),
    "door": Category(default=(0.10, 0.30, 0.09), smallest=0.08, largest=0.36, fixed=True),
}
"""Every category that a scene can hold."""


class ObjectSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object to be spawned."""

    category: str
    """One of `CATEGORIES`."""
    color: str
    """One of `primitives.colors.COLORS`, or a synonym."""
    name: str | None = None
    """Unique in the scene; left out, "<color> <category>", numbered from 2 for duplicates."""
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

    @property
    def accent_color(self) -> str:
        """The second colour of furniture."""
        return self.accent or ("yellow" if self.color in ("black", "navy", "gray", "maroon") else "black")

    @property
    def reach(self) -> float:
        """How far in m it can come out of its own outline in front, along its x axis."""
        if self.category == "button" or self.category not in TRAVEL:
            return 0.0
        return GRIP[0] + (TRAVEL["drawer"](self.extent) if self.category == "drawer" else 0.0)

    @property
    def extent(self) -> Vector3:
        """Extent (x, y, z) in m along the object's own axes, with the category's defaults filled in."""
        kind = CATEGORIES[self.category]
        x, y, z = kind.default
        if self.size is None:
            return kind.default
        if isinstance(self.size, tuple):
            return (self.size[0], self.size[1], self.size[2])
        if kind.flat:
            return (self.size, self.size, z)
        scale = self.size / x
        return (self.size, y * scale, z * scale)


class SceneSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scene: objects, and how the seed may arrange those without a position."""

    objects: tuple[ObjectSpec, ...]
    name: str = ""
    clearance: float = 0.03
    """Smallest gap in m between an object that the seed places and its neighbours."""


def resolved(spec: SceneSpec, workspace: Workspace) -> SceneSpec:
    """`spec` checked, with canonical colours and every name filled in.

    Raises:
        ConfigurationError: unknown category or colour, a size or position that is not finite, not positive or out of
            bounds, an object outside the workspace, overlapping positions, a name used twice, or no objects.
    """
    where = f"scene {spec.name!r}" if spec.name else "the scene"
    if not spec.objects:
        raise ConfigurationError(f"{where} has no objects; add at least one [[objects]] table.")
    if not math.isfinite(spec.clearance) or not 0.0 <= spec.clearance <= 0.2:
        raise ConfigurationError(f"{where}: clearance is {spec.clearance!r}; valid: 0 to 0.2 m.")
    checked = [_checked(o, f"objects[{i}] of {where}", workspace) for i, o in enumerate(spec.objects)]
    given = Counter(o.name for o in checked if o.name is not None)
    for name, count in given.items():
        if count > 1:
            raise ConfigurationError(f"{where}: the name {name!r} is used {count} times; names are unique.")
    named = _named(checked, taken=set(given))
    _refuse_overlaps(named, where)
    return SceneSpec(tuple(named), spec.name, spec.clearance)


def _checked(spec: ObjectSpec, where: str, workspace: Workspace) -> ObjectSpec:
    kind = CATEGORIES.get(spec.category)
    if kind is None:
        raise ConfigurationError(f"{where}: {unknown_name('category', spec.category, CATEGORIES)}")
    color = canonical(spec.color)
    if color is None:
        raise ConfigurationError(f"{where}: {unknown_name('color', spec.color, COLORS)}")
    if spec.name is not None and not spec.name.strip():
        raise ConfigurationError(f"{where}: name is empty; leave it out for the default.")
    _check_size(spec, kind, where)
    if spec.yaw is not None and not math.isfinite(spec.yaw):
        raise ConfigurationError(f"{where}: yaw is {spec.yaw!r}; give a finite angle in rad.")
    _check_position(spec, where, workspace)
    accent = _checked_furniture(spec, where)
    return msgspec.structs.replace(spec, color=color, accent=accent, movable=spec.movable and not kind.fixed)


def _checked_furniture(spec: ObjectSpec, where: str) -> str | None:
    """The accent's canonical name, or None."""
    if spec.category not in TRAVEL:
        for key in ("accent", "joint"):
            if getattr(spec, key) is not None:
                raise ConfigurationError(f"{where}: a {spec.category} has no {key}; only {', '.join(TRAVEL)} have.")
        return None
    travel = TRAVEL[spec.category](spec.extent)
    if spec.joint is not None and not (math.isfinite(spec.joint) and 0.0 <= spec.joint <= travel):
        raise ConfigurationError(f"{where}: joint is {spec.joint!r}; this {spec.category} goes from 0 to {travel:g} m.")
    if spec.accent is None:
        return None
    accent = canonical(spec.accent)
    if accent is None:
        raise ConfigurationError(f"{where}: {unknown_name('accent', spec.accent, COLORS)}")
    if accent == canonical(spec.color):
        raise ConfigurationError(f"{where}: accent and color are both {accent!r}; a handle has another colour.")
    return accent


def _check_size(spec: ObjectSpec, kind: Category, where: str) -> None:
    if spec.size is None:
        return
    values = spec.size if isinstance(spec.size, tuple) else (spec.size,)
    if isinstance(spec.size, tuple) and len(values) != 3:
        raise ConfigurationError(f"{where}: size is {list(values)!r}; give one number or [x, y, z] in m.")
    if not all(math.isfinite(v) and v > 0.0 for v in values):
        raise ConfigurationError(f"{where}: size is {spec.size!r}; every extent is a positive finite number of metres.")
    x, y, z = spec.extent
    if not (kind.smallest <= min(x, y) and max(x, y) <= kind.largest):
        raise ConfigurationError(
            f"{where}: a {spec.category} of {x:g} x {y:g} m is out of bounds; "
            f"its horizontal extent is {kind.smallest:g} to {kind.largest:g} m."
        )
    if kind.round and abs(x - y) > 1e-6:
        raise ConfigurationError(
            f"{where}: a {spec.category} is round, so size x and y are equal; got {x:g} and {y:g}."
        )
    if not 0.0005 <= z <= 0.4:
        raise ConfigurationError(f"{where}: the height {z:g} m is out of bounds; valid: 0.0005 to 0.4 m.")


def _check_position(spec: ObjectSpec, where: str, workspace: Workspace) -> None:
    if spec.position is None:
        return
    if len(spec.position) not in (2, 3):
        raise ConfigurationError(f"{where}: position is {list(spec.position)!r}; give [x, y] or [x, y, z] in m.")
    if not all(math.isfinite(v) for v in spec.position):
        raise ConfigurationError(f"{where}: position is {list(spec.position)!r}; every coordinate is a finite number.")
    (x0, y0), (x1, y1) = workspace.low[:2], workspace.high[:2]
    x, y = spec.position[:2]
    if not (x0 <= x <= x1 and y0 <= y <= y1):
        raise ConfigurationError(
            f"{where}: position ({x:g}, {y:g}) is outside the working area, x {x0:g} to {x1:g}, y {y0:g} to {y1:g} m."
        )
    if len(spec.position) == 3:
        z, height = spec.position[2], spec.extent[2]
        if not height / 2 - 0.002 <= z <= workspace.high[2]:
            raise ConfigurationError(
                f"{where}: z is the height of the centre, {height / 2:g} to {workspace.high[2]:g} m here; got {z:g}."
            )


def _named(objects: list[ObjectSpec], *, taken: set[str]) -> list[ObjectSpec]:
    named: list[ObjectSpec] = []
    for spec in objects:
        if spec.name is None:
            name = free_name(f"{spec.color} {spec.category}", taken)
            taken.add(name)
            spec = msgspec.structs.replace(spec, name=name)
        named.append(spec)
    return named


def free_name(base: str, taken: Collection[str]) -> str:
    """`base`, numbered from 2 where that is taken."""
    name, number = base, 2
    while name in taken:
        name, number = f"{base} {number}", number + 1
    return name


def _refuse_overlaps(objects: list[ObjectSpec], where: str) -> None:
    placed = [o for o in objects if o.position is not None]
    for i, a in enumerate(placed):
        for b in placed[i + 1 :]:
            if _collide(a, b):
                raise ConfigurationError(
                    f"{where}: {a.name!r} and {b.name!r} overlap; move one, or give z where one rests on the other."
                )


def _collide(a: ObjectSpec, b: ObjectSpec) -> bool:
    if "zone" in (a.category, b.category):
        return False
    if any(CATEGORIES[o.category].hollow and len(other.position or ()) == 3 for o, other in ((a, b), (b, a))):
        return False
    (a_low, a_high), (b_low, b_high) = heights(a), heights(b)
    if a_low >= b_high - 1e-3 or b_low >= a_high - 1e-3:
        return False
    return gap(a, b) <= 0.0 and bool(footprint(a).intersection(footprint(b)).area > 1e-6)


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
    if CATEGORIES[spec.category].round:
        return shapely.Point(x, y).buffer(half_x)
    c, s = math.cos(spec.yaw or 0.0), math.sin(spec.yaw or 0.0)
    front = half_x + spec.reach
    corners = ((front, half_y), (-half_x, half_y), (-half_x, -half_y), (front, -half_y))
    return Polygon([(x + c * u - s * v, y + s * u + c * v) for u, v in corners])
