"""What was known before as evidence: things do not grow, do not appear in each other, and keep what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from primitives.categories import CONTAINERS, FLAT
from primitives.relations import bottom, footprint
from primitives.scene import SceneObject

_GROWN = 1.4
"""Volume over the known one from which a thing is more than one thing."""
_TOGETHER = (0.6, 1.7)
"""Volume of a thing over that of the known things that it may be."""
_ROW = 0.06
"""Relative deviation of the length of things in a row from the sum of theirs."""
_SHARED = 0.25
"""Part of the smaller of two outlines, and of two heights, that two solid things do not share."""
_SIZE = 0.12
"""Relative deviation of extents up to which a thing has the size that it was seen with before."""


def as_large(obj: SceneObject, label: SceneObject) -> bool:
    """Whether `obj` has the known size: then all of it was seen."""
    return all(abs(a - b) < max(_SIZE * b, 0.004) for a, b in zip(obj.size, label.size, strict=True))


def same_kind(obj: SceneObject, label: SceneObject) -> bool:
    """Whether `obj` can be the thing called `label`: a thing that leans, or that others hide, is but an object."""
    return obj.color == label.color and obj.category in (label.category, "object")


def parts_of(whole: SceneObject, label: SceneObject, others: Sequence[SceneObject]) -> list[SceneObject]:
    """Which of `others`, not seen now, are one with what should be `label` alone, since together they are as large.

    Args:
        whole: what was seen.
        label: what it was known as.
        others: known things as they were last seen.
    """
    if whole.category in CONTAINERS | FLAT or _volume(whole) < _GROWN * _volume(label):
        return []
    outline = footprint(whole).buffer(0.005)
    inside = [
        o
        for o in others
        if o.color == whole.color
        and o.category not in CONTAINERS | FLAT
        and abs(o.position[2] - whole.position[2]) < whole.size[2] / 2 + 0.005
        and outline.contains(footprint(o).centroid)
    ]
    low, high = _TOGETHER
    return inside if low < _volume(whole) / sum(map(_volume, (label, *inside))) < high else []


def in_a_row(whole: SceneObject, label: SceneObject, others: Sequence[SceneObject]) -> list[SceneObject]:
    """What was pushed together, or stacked, to what now looks like one `whole`: the thing called `label`, and those of
    `others`, gone from their places, that with it have just its length and its section; each where it must be.
    Empty where `whole` is but what it was, or where it is not known what came to it.

    Args:
        whole: what was seen, in the place of `label`.
        label: as it was last seen.
        others: known things as they were last seen.
    """
    if whole.category != "block" or _volume(whole) < _GROWN * _volume(label):
        return []
    near = sorted(
        (o for o in others if o.color == whole.color and o.category == label.category == "block"),
        key=lambda o: math.dist(o.position, whole.position),
    )
    for count in range(1, len(near) + 1):
        parts = [label, *near[:count]]
        for axis in range(3):
            lengths = [_length_along(p, whole, axis) for p in parts]
            if None not in lengths and abs(sum(known := [v for v in lengths if v]) / whole.size[axis] - 1) < _ROW:
                return _laid_out(whole, axis, parts, known)
    return []


def _length_along(part: SceneObject, whole: SceneObject, axis: int) -> float | None:
    """The extent of `part` along an axis of `whole` that has its section, upright as it stood; else None."""
    x, y, z = part.size
    for size in ((x, y, z), (y, x, z)):
        section = ((a, b) for i, (a, b) in enumerate(zip(size, whole.size, strict=True)) if i != axis)
        if all(abs(a - b) < max(_SIZE * a, 0.004) for a, b in section):
            return size[axis]
    return None


def _laid_out(
    whole: SceneObject, axis: int, parts: Sequence[SceneObject], lengths: Sequence[float]
) -> list[SceneObject]:
    """`parts` one after another along an axis of `whole`, in the order in which they stood; `parts` keep theirs."""
    c, s = math.cos(whole.yaw), math.sin(whole.yaw)
    along = ((c, s, 0.0), (-s, c, 0.0), (0.0, 0.0, 1.0))[axis]
    order = sorted(range(len(parts)), key=lambda i: sum(a * b for a, b in zip(along, parts[i].position, strict=True)))
    placed = list(parts)
    reached = -sum(lengths) / 2
    for i in order:
        at = reached + lengths[i] / 2
        reached += lengths[i]
        x, y, z = (p + at * a for p, a in zip(whole.position, along, strict=True))
        size = [*whole.size]
        size[axis] = lengths[i]
        square = abs(size[0] - size[1]) < 0.004
        yaw = math.remainder(whole.yaw, math.pi / 2) if square else whole.yaw
        placed[i] = msgspec.structs.replace(parts[i], position=(x, y, z), yaw=yaw, size=(size[0], size[1], size[2]))
    return placed


def overlap(a: SceneObject, b: SceneObject) -> bool:
    """Whether the bodies of two solid things are partly in one place."""
    if {a.category, b.category} & (CONTAINERS | FLAT):
        return False
    shared = min(a.top, b.top) - max(bottom(a), bottom(b))
    if shared < _SHARED * min(a.size[2], b.size[2]):
        return False
    if math.dist(a.position[:2], b.position[:2]) > (math.hypot(*a.size[:2]) + math.hypot(*b.size[:2])) / 2:
        return False
    mine, theirs = footprint(a), footprint(b)
    return mine.intersection(theirs).area > _SHARED * min(mine.area, theirs.area)


def _volume(obj: SceneObject) -> float:
    return math.prod(obj.size)
