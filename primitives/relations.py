"""Spatial relations between objects as they were seen: true or false, and the measured values behind it.

All lengths in m, base frame; "left" is +y and "behind" is +x, as seen by a person who stands behind the robot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import shapely

from primitives.categories import CONTAINERS, FIXED, FLAT, MARKINGS, PEG_PLATE, ROUND
from primitives.drawer import lies_in, offset
from primitives.scene import Region, Relation, SceneObject

CONTACT = 0.012
"""Largest vertical distance between two surfaces that still count as touching."""
SUNK = 0.005
"""Smallest depth of a thing below the rim of what it is inside; a block on another in a bowl is 0.010 m below."""
NUT_PLAY = 0.010
"""Largest distance of a nut's centre from the axis of the peg that goes through it."""
SIDE_MARGIN = 0.005
"""Smallest offset that counts as left, right, in front or behind."""
CENTRES = "centre to centre (m)"
MARGIN = "margin (m)"
"""By how much a relation holds, negative where it does not: how far what was measured is from its threshold."""


def footprint(obj: SceneObject) -> shapely.Polygon:
    """Outline of `obj` from above, as a polygon in the base frame, m."""
    x, y, _ = obj.position
    sx, sy, _ = obj.size
    if obj.category in ROUND:
        return shapely.Point(x, y).buffer(max(sx, sy) / 2, quad_segs=8)
    c, s = math.cos(obj.yaw) / 2, math.sin(obj.yaw) / 2
    signs = ((1, -1), (1, 1), (-1, 1), (-1, -1))
    return shapely.Polygon([(x + i * sx * c - j * sy * s, y + i * sx * s + j * sy * c) for i, j in signs])


def _area(obj: SceneObject) -> float:
    """Area of the outline in m²."""
    return math.pi * (max(obj.size[:2]) / 2) ** 2 if obj.category in ROUND else obj.size[0] * obj.size[1]


def _centre_over(a: SceneObject, b: SceneObject) -> bool:
    """Whether the centre of `a` lies within the outline of `b`."""
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    if b.category in ROUND:
        return math.hypot(dx, dy) < max(b.size[:2]) / 2
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    return abs(c * dx + s * dy) < b.size[0] / 2 and abs(c * dy - s * dx) < b.size[1] / 2


def bottom(obj: SceneObject) -> float:
    """Height of the lowest point of `obj` above the table in m."""
    return obj.position[2] - obj.size[2] / 2


def supporter(obj: SceneObject, others: Iterable[SceneObject]) -> str:
    """Name of what `obj` rests on or in: the highest of `others` that carries it, or "table"."""
    carriers = [o for o in others if o.name != obj.name and _may_carry(obj, o) and on(obj, o)]
    if not carriers:
        return "table"
    # in a bowl on a zone, the bowl carries; on a block in a bowl, the block does
    return max(carriers, key=lambda o: (_seat(obj, o), o.position[2])).name


def _may_carry(a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` could rest on `b` as far as circles around both and their heights tell: cheap, and never false where
    it does."""
    hollow = b.category in CONTAINERS or b.category in ("peg", "drawer")
    rise = bottom(a) - b.top
    if rise > CONTACT or rise < -CONTACT - (b.size[2] if hollow else 0.0):
        return False
    reach = math.hypot(b.size[0], b.size[1]) / 2 + (b.joint or 0.0)
    if b.category not in CONTAINERS | FLAT:  # there the outlines have to meet, elsewhere the centre lies within
        reach += math.hypot(a.size[0], a.size[1]) / 2
    return math.hypot(a.position[0] - b.position[0], a.position[1] - b.position[1]) <= reach


def inside(a: SceneObject, b: SceneObject) -> Relation:
    """Whether `a` is in the container or drawer `b`, or lies on the plate or zone `b`, with its centre within the
    outline."""
    if b.category == "drawer" and a.on != "gripper":
        return _in_drawer(a, b)
    if b.category not in CONTAINERS | FLAT:
        return Relation(
            False, f"{a.name} cannot be inside {b.name}, since nothing can be inside a {b.category}", (a.name, b.name)
        )
    if a.on == "gripper":
        return Relation(False, f"{a.name} is held by the gripper", (a.name, b.name))
    if b.category in FLAT:
        return on(a, b)
    off = math.dist(a.position[:2], b.position[:2])
    within = a.category not in MARKINGS and _area(a) < _area(b) and _centre_over(a, b)
    sunk = b.top - bottom(a)
    holds = within and sunk > min(SUNK, b.size[2] / 4) and bottom(a) > bottom(b) - CONTACT
    text = f"{a.name} is {off:.3f} m from the centre of {b.name}, its lowest point {above_or_below(-sunk)} the rim"
    margin = min(_slack(a, b), sunk - min(SUNK, b.size[2] / 4))
    values = {CENTRES: off, "lowest point below the rim (m)": sunk, MARGIN: margin}
    return Relation(holds, text, (a.name, b.name), values)


def _slack(a: SceneObject, b: SceneObject) -> float:
    """How far the centre of `a` may move towards the nearest edge of `b`, in m; negative outside."""
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    if b.category in ROUND:
        return max(b.size[:2]) / 2 - math.hypot(dx, dy)
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    return min(b.size[0] / 2 - abs(c * dx + s * dy), b.size[1] / 2 - abs(c * dy - s * dx))


def above_or_below(height: float) -> str:
    """A height above something in m, in words."""
    return f"{abs(height):.3f} m {'above' if height >= 0 else 'below'}"


def _in_drawer(a: SceneObject, drawer: SceneObject) -> Relation:
    """Whether `a` lies in the drawer, open or closed."""
    along, aside = offset(drawer, (a.position[0], a.position[1]))
    text = (
        f"{a.name} is {along:+.3f} m in front of the middle of {drawer.name}, {aside:+.3f} m to its left, "
        f"its lowest point {above_or_below(bottom(a) - drawer.top)} the top; it is {drawer.joint or 0.0:.3f} m open"
    )
    return Relation(lies_in(a, drawer), text, (a.name, drawer.name), {"in front of the middle (m)": along})


def contained(container: SceneObject, others: Iterable[SceneObject]) -> list[SceneObject]:
    """What lies in a hollow `container`, and what rests on that."""
    if container.category not in CONTAINERS:
        return []
    known = [o for o in others if o.name != container.name and o.on != "gripper" and o.category not in FIXED]
    found = [o for o in known if inside(o, container)]
    names = {o.name for o in found}
    return [*found, *(o for o in known if o.name not in names and o.on in names)]


def riders(obj: SceneObject, others: Iterable[SceneObject]) -> list[SceneObject]:
    """What rests on or in `obj`, directly or on something else that does, and goes along when it is slid."""
    known = [o for o in others if o.name != obj.name]
    found = contained(obj, known)
    while more := [o for o in known if o not in found and o.on in {obj.name, *(f.name for f in found)}]:
        found += more
    return found


def on(a: SceneObject, b: SceneObject) -> Relation:
    """Whether `a` rests directly on `b`; being inside a container or a drawer counts, and on a peg a nut through which
    it goes."""
    if a.on == "gripper":
        return Relation(False, f"{a.name} is held by the gripper", (a.name, b.name))
    if b.category in CONTAINERS:
        return inside(a, b)
    if b.category == "peg" and a.category == "nut":
        return _threaded(a, b)
    if b.category == "drawer" and lies_in(a, b):
        return _in_drawer(a, b)
    if b.category in FLAT:
        over = _centre_over(a, b)
    else:
        mine, theirs = footprint(a), footprint(b)
        over = mine.intersection(theirs).area > 0.15 * min(mine.area, theirs.area)
    gap = bottom(a) - b.top
    touching = abs(gap) <= CONTACT and a.position[2] > b.position[2]
    off = math.dist(a.position[:2], b.position[:2])
    text = f"{a.name} is {off:.3f} m from the centre of {b.name}, its lowest point {above_or_below(gap)} its top"
    return Relation(
        over and touching,
        text,
        (a.name, b.name),
        {CENTRES: off, "lowest point above the top (m)": gap, MARGIN: _slack(a, b)},
    )


def _threaded(nut: SceneObject, peg: SceneObject) -> Relation:
    """Whether `peg` goes through `nut`, down to its plate."""
    off, lift = math.dist(nut.position[:2], peg.position[:2]), bottom(nut) - bottom(peg) - PEG_PLATE
    return Relation(
        off <= NUT_PLAY and abs(lift) <= CONTACT,
        f"{nut.name} is {off:.3f} m from the axis of {peg.name}, its lowest point {above_or_below(lift)} the plate",
        (nut.name, peg.name),
        {"centre to axis (m)": off, "lowest point above the plate (m)": lift, MARGIN: NUT_PLAY - off},
    )


def on_table(a: SceneObject) -> Relation:
    """Whether `a` rests directly on the table."""
    where = a.on if a.on not in ("table", "gripper") else f"the {a.on}"
    return Relation(a.on == "table", f"{a.name} is on {where}", (a.name,))


def near(a: SceneObject, b: SceneObject, distance: float) -> Relation:
    """Whether the gap between the outlines of `a` and `b` is at most `distance` m."""
    gap = float(footprint(a).distance(footprint(b)))
    text = f"the gap between {a.name} and {b.name} is {gap:.3f} m"
    return Relation(gap <= distance, text, (a.name, b.name), {"gap (m)": gap, MARGIN: distance - gap})


def left_of(a: SceneObject, b: SceneObject) -> Relation:
    """Whether the centre of `a` is left (+y) of the centre of `b`."""
    return _beyond(a, b, axis=1, sign=1, word="left of")


def right_of(a: SceneObject, b: SceneObject) -> Relation:
    """Whether the centre of `a` is right (-y) of the centre of `b`."""
    return _beyond(a, b, axis=1, sign=-1, word="right of")


def in_front_of(a: SceneObject, b: SceneObject) -> Relation:
    """Whether the centre of `a` is nearer to the robot (-x) than the centre of `b`."""
    return _beyond(a, b, axis=0, sign=-1, word="in front of")


def behind(a: SceneObject, b: SceneObject) -> Relation:
    """Whether the centre of `a` is farther from the robot (+x) than the centre of `b`."""
    return _beyond(a, b, axis=0, sign=1, word="behind")


def in_region(a: SceneObject, region: Region) -> Relation:
    """Whether the centre of `a` is within `region`."""
    x, y, _ = a.position
    (x0, y0), (x1, y1) = region.low, region.high
    return Relation(
        a.on != "gripper" and region.contains(a.position),
        f"{a.name} is at ({x:.3f}, {y:.3f}); {region.name} is x {x0:.2f} to {x1:.2f}, y {y0:.2f} to {y1:.2f}"
        + (", held by the gripper" if a.on == "gripper" else ""),
        (a.name, region.name),
        {"x (m)": x, "y (m)": y, MARGIN: min(x - x0, x1 - x, y - y0, y1 - y)},
    )


def _seat(obj: SceneObject, carrier: SceneObject) -> float:
    """How high the surface of `carrier` is that `obj` rests on."""
    return bottom(obj) if carrier.category in CONTAINERS else carrier.top


def _beyond(a: SceneObject, b: SceneObject, *, axis: int, sign: int, word: str) -> Relation:
    offset = sign * (a.position[axis] - b.position[axis])
    text = f"{a.name} is {offset:+.3f} m {word} {b.name}"
    return Relation(offset > SIDE_MARGIN, text, (a.name, b.name), {f"{word} (m)": offset, MARGIN: offset - SIDE_MARGIN})
