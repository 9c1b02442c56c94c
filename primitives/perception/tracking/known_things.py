"""What was known before as evidence: things do not grow, do not appear in each other, and keep what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from primitives.categories import CONTAINERS, FLAT
from primitives.relations import bottom, footprint
from primitives.scene import SceneObject

_GROWN = 1.4
"""Volume over the known one from which a thing is more than one thing."""
_TOGETHER = (0.6, 1.7)
"""Volume of a thing over that of the known things that it may be."""
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
