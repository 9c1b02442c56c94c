"""Touching cubes of one colour look like one block where no gap shows: which blocks may be such."""

from __future__ import annotations

import math
from collections.abc import Sequence

from primitives.scene import SceneObject

_EDGE = 0.02
"""m; smaller cubes are not thought of."""
_EVEN = 0.06
"""Relative deviation of an extent from a whole number of edges."""
_MOST = 8
"""Cubes that one block is thought to be, at most."""


def cubes_in(obj: SceneObject) -> int:
    """Of how many equal cubes that touch, `obj` may consist; 1 where it is one thing."""
    edge = min(obj.size)
    if obj.category != "block" or edge < _EDGE:
        return 1
    counts = [round(s / edge) for s in obj.size]
    even = all(abs(s / edge - n) < _EVEN * n for s, n in zip(obj.size, counts, strict=True))
    count = math.prod(counts)
    return count if even and count <= _MOST else 1


def doubts(objects: Sequence[SceneObject]) -> str:
    """One sentence on those of `objects` that may be several things seen as one; empty where there is none."""
    lumps = [
        f"{o.name} ({count} of {min(o.size):.3f} m)"
        for o in sorted(objects, key=lambda o: o.name)
        if (count := cubes_in(o)) > 1
    ]
    return f"May be touching blocks seen as one: {', '.join(lumps)}." if lumps else ""
