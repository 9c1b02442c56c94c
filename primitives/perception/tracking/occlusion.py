"""Whether a thing that was not seen may still be there, behind something else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from primitives.robot import Frame
from primitives.scene import SceneObject

_BEHIND = 0.02
"""m; a surface this much nearer than the thing hides it."""


def hidden(obj: SceneObject, frames: Sequence[Frame]) -> bool:
    """Whether no camera has a free line of sight to the upper side of `obj` where it was last seen."""
    reach = min(obj.size[0], obj.size[1]) * 0.35
    x, y, _ = obj.position
    spots = np.array([(x + dx, y + dy, obj.top, 1.0) for dx in (-reach, 0, reach) for dy in (-reach, 0, reach)])
    return not any(_in_sight(spots, frame) for frame in frames)


def _in_sight(spots: np.ndarray, frame: Frame) -> bool:
    camera = frame.camera
    seen = (np.linalg.inv(camera.T_base_camera) @ spots.T)[:3]
    depth = np.maximum(seen[2], 1e-6)
    u = np.rint(camera.K[0, 0] * seen[0] / depth + camera.K[0, 2]).astype(int)
    v = np.rint(camera.K[1, 1] * seen[1] / depth + camera.K[1, 2]).astype(int)
    within = (seen[2] > 0) & (u >= 0) & (v >= 0) & (u < camera.width) & (v < camera.height)
    measured = frame.depth[v[within], u[within]]
    free = (measured > 0) & (measured > depth[within] - _BEHIND)
    return bool(free.sum() * 2 > len(spots))
