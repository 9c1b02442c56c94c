"""Parts of one thing that noise makes look like things of their own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from primitives.perception.color_classes import nearest
from primitives.perception.recognition.detection import Detection

_AROUND = 0.010
"""m around a thing within which its own fragments lie."""
_SMALL, _DOUBTFUL = 0.022, 0.66
"""m and quality below which what lies there in the same colour is a fragment."""
_SLIVER = 0.014
"""m; a thing of no known shape that is narrower is none."""
_CUBE = 0.2
"""Relative deviation of extents from a cube's up to which a layer may be one."""


def without_fragments(found: Sequence[Detection]) -> list[Detection]:
    """`found` without the parts of things that are found already."""
    kinds = [int(nearest(f.color[None])[0]) for f in found]
    order = sorted(range(len(found)), key=lambda i: -_presence(found[i]))
    kept: list[int] = []
    for i in order:
        thing = found[i]
        if thing.category == "zone":
            kept.append(i)
            continue
        if thing.category == "object" and min(thing.size) < _SLIVER:
            continue
        own = [found[j] for j in kept if kinds[j] == kinds[i] and found[j].category != "zone"]
        if any(_is_part(thing, other) for other in own):
            continue
        under = next((o for o in own if _is_layer(thing, o)), None)
        if under is not None:
            under.bottom, under.top = min(under.bottom, thing.bottom), max(under.top, thing.top)
            continue
        kept.append(i)
    return [found[i] for i in sorted(kept)]


def _presence(thing: Detection) -> float:
    """How much a thing is likely to be a whole one: large, and of a shape that fits."""
    known = thing.quality if thing.category != "object" else 0.5 * thing.quality
    return known * math.sqrt(thing.size[0] * thing.size[1])


def _is_part(part: Detection, whole: Detection) -> bool:
    """Whether `part` is no more than a fragment of `whole`, of the same colour."""
    if part.category not in ("block", "object", "cylinder", "ball"):
        return False
    c, s = math.cos(whole.yaw), math.sin(whole.yaw)
    dx, dy = part.center[0] - whole.center[0], part.center[1] - whole.center[1]
    beyond = np.maximum(np.abs((c * dx + s * dy, c * dy - s * dx)) - np.array(whole.size) / 2, 0.0)
    if float(np.hypot(*beyond)) > _AROUND + min(part.size) / 2:
        return False
    apart = part.bottom > whole.top - 0.004 and whole.category not in ("bowl", "box", "mug", "plate")
    return not apart and (min(*part.size, part.height + 0.004) < _SMALL or part.quality < _DOUBTFUL)


def _is_layer(layer: Detection, other: Detection) -> bool:
    """Whether `layer` and `other`, of the same colour and on each other, are one thing rather than two cubes."""
    if layer.category not in ("block", "cylinder", "object") or other.category not in ("block", "cylinder"):
        return False
    if math.dist(layer.center, other.center) > 0.5 * min(other.size):
        return False
    touching = abs(layer.top - other.bottom) < 0.012 or abs(layer.bottom - other.top) < 0.012
    cubes = all(abs(o.height - sum(o.size) / 2) < _CUBE * o.height and o.category == "block" for o in (layer, other))
    return touching and not cubes
