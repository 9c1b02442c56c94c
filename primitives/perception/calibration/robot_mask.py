"""Which points in front of the cameras belong to the arm itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo
from primitives.scene import SceneObject

HELD_MARGIN = 0.012
"""m around the held thing that is left out with it."""
PADDING = 0.012
"""m by which every link is grown: calibration and depth noise."""


_AXES = [8, 2, 0]
"""Which of the directions are x, y and z."""


def _directions() -> NDArray[np.float32]:
    """(13, 3) unit vectors: one of each opposite pair through the faces, edges and corners of a cube."""
    grid = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
    vectors = np.array([v for v in grid if v > (0, 0, 0)], dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


_DIRECTIONS = _directions()


class RobotMask:
    """The arm's collision geometry, each body as the polytope of its extents in 26 directions.

    Args:
        info: names the URDF. It is read on first use.
    """

    def __init__(self, info: ArmInfo) -> None:
        self._info = info

    def contains(self, points: NDArray[np.float32], q: NDArray[np.float64], gripper_width: float) -> NDArray[np.bool_]:
        """Which of the (N, 3) `points` in m, base frame, lie on or in the arm.

        Args:
            q: (dof,) rad.
            gripper_width: m.
        """
        geometry, bodies = _geometry(self._info)
        placed = self._kinematics.place(geometry, q, gripper_width)
        mine = np.zeros(len(points), dtype=bool)
        if not len(points):
            return mine
        poses = [placed.oMg[i] for i in range(len(bodies))]
        middles = np.array([p.rotation @ b[0] + p.translation for p, b in zip(poses, bodies, strict=True)])
        reach = np.array([b[1] for b in bodies])[:, None]
        near = np.flatnonzero(points[:, 2] >= np.float32((middles[:, 2:] - reach).min()))
        close = np.ascontiguousarray(points[near].T)
        for (center, around, low, high), pose, middle in zip(bodies, poses, middles, strict=True):
            candidates = _between(close, middle - around, middle + around)
            if not len(candidates):
                continue
            x, y, z = close[:, candidates] - middle.astype(np.float32)[:, None]
            # products of three columns: BLAS would spread them over threads, which costs more than it saves
            local = [x * a + y * b + z * c + d for (a, b, c), d in zip(pose.rotation.T.tolist(), center, strict=True)]
            box = _between(local, low[_AXES], high[_AXES])
            along = _DIRECTIONS @ np.stack([v[box] for v in local])
            within = np.all((along <= high[:, None]) & (along >= low[:, None]), axis=0)
            mine[near[candidates[box[within]]]] = True
        return mine

    @cached_property
    def _kinematics(self) -> Kinematics:
        return Kinematics(self._info)


_Body: TypeAlias = tuple[NDArray[np.float64], float, NDArray[np.float32], NDArray[np.float32]]
"""Centre, reach, and the least and largest extents in `_DIRECTIONS` of a collision shape, padded; its own frame, m."""


@lru_cache(maxsize=8)
def _geometry(info: ArmInfo) -> tuple[pin.GeometryModel, list[_Body]]:
    """The arm's collision shapes: their meshes take a hundred times as long to read as to place."""
    geometry = pin.buildGeomFromUrdf(Kinematics(info).model, str(info.urdf), pin.GeometryType.COLLISION)
    return geometry, [_extents(g.geometry) for g in geometry.geometryObjects]


def _between(
    columns: Sequence[NDArray[np.float32]] | NDArray[np.float32], low: NDArray[np.floating], high: NDArray[np.floating]
) -> NDArray[np.intp]:
    """Which points, given by their three columns (N,), lie in a box."""
    first, *others = zip(columns, low, high, strict=True)
    index = np.flatnonzero((first[0] >= np.float32(first[1])) & (first[0] <= np.float32(first[2])))
    for values, least, most in others:
        here = values[index]
        index = index[(here >= np.float32(least)) & (here <= np.float32(most))]
    return index


def _extents(shape: Any) -> _Body:
    """The bounds of a collision shape."""
    if hasattr(shape, "vertices"):
        points = np.asarray(shape.vertices(), dtype=np.float64).reshape(-1, 3)
    else:
        shape.computeLocalAABB()
        low, high = np.asarray(shape.aabb_local.min_), np.asarray(shape.aabb_local.max_)
        corners = np.stack(np.meshgrid(*zip(low, high, strict=True)), axis=-1)
        points = corners.reshape(-1, 3)
    center = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = float(np.linalg.norm(points - center, axis=1).max()) + PADDING
    along = points @ _DIRECTIONS.T
    return (
        center,
        reach,
        (along.min(axis=0) - PADDING).astype(np.float32),
        (along.max(axis=0) + PADDING).astype(np.float32),
    )


def of_held(xyz: NDArray[np.float32], held: SceneObject) -> NDArray[np.bool_]:
    """Which of the (N, 3) points belong to what hangs in the gripper, however it may have turned there."""
    reach = float(np.hypot(held.size[0], held.size[1])) / 2 + HELD_MARGIN
    offset = xyz - np.array(held.position, np.float32)
    near = np.hypot(offset[:, 0], offset[:, 1]) < reach
    return near & (np.abs(offset[:, 2]) < held.size[2] / 2 + HELD_MARGIN)
