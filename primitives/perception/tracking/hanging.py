"""What hangs below a held thing: the rest of one that was taken for several, since they have one colour and touch."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.kinematics.poses import object_matrix
from primitives.perception.tracking.held_object import HeldObject

_REACH = 0.12
"""m from the middle of the held thing, along its sides, within which its rest is looked for."""
_BELOW = 0.006
"""m under the believed underside from which there is more."""
_SLAB, _FEWEST = 0.01, 25
"""m; where a slab so high has fewer points, what hangs has ended."""
_TRIMMED = 0.01
"""Part of the points at each end of an extent that are noise."""
CLEAR = 0.02
"""m above the table from which points may hang."""


def grown(held: HeldObject, T_tool: NDArray[np.float64], points: NDArray[np.float64]) -> HeldObject | None:
    """`held` as large as what hangs in the hand; None where nothing hangs below it.

    Args:
        held: what the fingers are believed to hold.
        T_tool: (4, 4) pose of the tool, base frame.
        points: (N, 3) m, base frame: what the cameras see, without the robot.
    """
    T = T_tool @ held.T_tool_object
    high = points[points[:, 2] > CLEAR]
    local = (high - T[:3, 3]) @ T[:3, :3]
    half = np.array(held.object.size) / 2
    local = local[(np.abs(local[:, :2]) < half[:2] + _REACH).all(axis=1) & (local[:, 2] < half[2])]
    depth = -half[2] - local[:, 2]
    below = depth[depth > 0]
    counts = np.bincount((below / _SLAB).astype(np.intp), minlength=1)
    ended = np.flatnonzero(counts < _FEWEST)
    slabs = int(ended[0]) if len(ended) else len(counts)
    if slabs == 0 or float(T[2, 3]) - half[2] - slabs * _SLAB < CLEAR + _SLAB:
        return None  # what goes on down to the table stands there
    mine = local[depth < slabs * _SLAB]
    low = np.minimum(np.quantile(mine, _TRIMMED, axis=0), -half)
    top = np.maximum(np.quantile(mine, 1 - _TRIMMED, axis=0), half)
    if -half[2] - low[2] < _BELOW:
        return None
    shift = np.eye(4)
    shift[:3, 3] = (low + top) / 2
    center = object_matrix(held.object) @ shift
    x, y, z = (float(v) for v in center[:3, 3])
    sx, sy, sz = (float(v) for v in top - low)
    whole = msgspec.structs.replace(held.object, category="object", position=(x, y, z), size=(sx, sy, sz))
    return HeldObject(whole, held.T_tool_object @ shift, held.width, held.contents)
