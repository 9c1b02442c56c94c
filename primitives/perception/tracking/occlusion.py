"""What is out of sight: behind other things, and behind the robot itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from primitives.robot import Frame
from primitives.scene import SceneObject

_BEHIND = 0.02
"""m; a surface this much nearer than the thing hides it."""
_FRINGE = 0.012
"""m around the top of a thing that must be in sight, too, for its outline to be the thing's and not a shadow's."""

OnRobot = Callable[[NDArray[np.float32]], NDArray[np.bool_]]
"""Which of the points (N, 3), m, base frame, belong to the robot or to what it holds."""


def hidden(obj: SceneObject, frames: Sequence[Frame]) -> bool:
    """Whether no camera has a free line of sight to the upper side of `obj` where it was last seen."""
    reach = min(obj.size[0], obj.size[1]) * 0.35
    x, y, _ = obj.position
    spots = np.array([(x + dx, y + dy, obj.top) for dx in (-reach, 0, reach) for dy in (-reach, 0, reach)])
    return not any(bool(_looked_at(spots, frame)[0].sum() * 2 > len(spots)) for frame in frames)


def behind_robot(objects: Sequence[SceneObject], frames: Sequence[Frame], on_robot: OnRobot) -> list[bool]:
    """For each of `objects`, whether the robot keeps a part of it, or of its surroundings, out of every camera's sight.

    Of such a thing the outline, the height and the colour may be those of what the robot leaves to be seen.
    """
    if not objects:
        return []
    spots = np.concatenate([_over(o) for o in objects])
    looks = [_looked_at(spots, frame) for frame in frames]
    unseen = ~np.logical_or.reduce([free for free, _ in looks])
    robots = np.zeros(len(spots), bool)
    for _, nearer in looks:
        blocked = np.flatnonzero(unseen & np.isfinite(nearer[:, 0]))
        if len(blocked):
            robots[blocked] |= on_robot(nearer[blocked])
    return [bool(part.any()) for part in robots.reshape(len(objects), -1)]


def _over(obj: SceneObject) -> NDArray[np.float64]:
    """(25, 3) points, m, over the upper side of `obj` and the fringe around it."""
    c, s = math.cos(obj.yaw), math.sin(obj.yaw)
    a, b = obj.size[0] / 2 + _FRINGE, obj.size[1] / 2 + _FRINGE
    x, y, _ = obj.position
    grid = [(u * a, v * b) for u in (-1, -0.5, 0, 0.5, 1) for v in (-1, -0.5, 0, 0.5, 1)]
    return np.array([(x + c * u - s * v, y + s * u + c * v, obj.top) for u, v in grid])


def _looked_at(spots: NDArray[np.float64], frame: Frame) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which of the `spots` (N, 3) m a camera sees, or sees past, and the (N, 3) points that hide the others from it;
    NaN where nothing does."""
    camera = frame.camera
    T, K = camera.T_base_camera, camera.K
    x, y, z = T[:3, :3].T @ (spots - T[:3, 3]).T
    depth = np.maximum(z, 1e-6)
    u = np.rint(K[0, 0] * x / depth + K[0, 2]).astype(int)
    v = np.rint(K[1, 1] * y / depth + K[1, 2]).astype(int)
    within = (z > 0) & (u >= 0) & (v >= 0) & (u < camera.width) & (v < camera.height)
    measured = np.where(within, frame.depth[np.where(within, v, 0), np.where(within, u, 0)], 0.0)
    free = (measured > 0) & (measured > depth - _BEHIND)
    points = (T[:3, :3] @ (np.stack([x, y, z]) * (measured / depth))).T + T[:3, 3]
    points[(measured <= 0) | free] = np.nan
    return free, points.astype(np.float32)
