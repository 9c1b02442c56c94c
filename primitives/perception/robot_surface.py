"""Which points in front of the cameras belong to the arm itself."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.robot import ArmInfo

PADDING = 0.012
"""m by which every link is grown: calibration and depth noise."""


_AXES = [8, 2, 0]
"""Which of the directions are x, y and z."""


def _directions() -> NDArray[np.float32]:
    """(13, 3) unit vectors: one of each opposite pair through the faces, edges and corners of a cube."""
    grid = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
    vectors = np.array([v for v in grid if v > (0, 0, 0)], dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class RobotSurface:
    """The arm's collision geometry, each body as the polytope of its extents in 26 directions.

    Args:
        info: names the URDF. It is read on first use.
    """

    def __init__(self, info: ArmInfo) -> None:
        self._info = info
        self._model: Any = None

    def tool_pose(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """(4, 4), takes tool-frame points to the base frame at joint positions `q` (dof,) in rad."""
        full = self._full(q, 0.0)
        self._pin.forwardKinematics(self._model, self._data, full)
        link = self._pin.updateFramePlacement(self._model, self._data, self._tool)
        return np.asarray(link.homogeneous @ self._info.T_link_tool, dtype=np.float64)

    def contains(self, points: NDArray[np.float32], q: NDArray[np.float64], gripper_width: float) -> NDArray[np.bool_]:
        """Which of the (N, 3) `points` in m, base frame, lie on or in the arm.

        Args:
            q: (dof,) rad.
            gripper_width: m.
        """
        self._place(q, gripper_width)
        mine = np.zeros(len(points), dtype=bool)
        if not len(points):
            return mine
        poses = [self._geometry_data.oMg[i] for i in range(len(self._bodies))]
        middles = np.array([p.rotation @ b[0] + p.translation for p, b in zip(poses, self._bodies, strict=True)])
        reach = np.array([b[1] for b in self._bodies])[:, None]
        near = np.flatnonzero(points[:, 2] >= np.float32((middles[:, 2:] - reach).min()))
        close = np.ascontiguousarray(points[near].T)
        for (center, around, low, high), pose, middle in zip(self._bodies, poses, middles, strict=True):
            candidates = _between(close, middle - around, middle + around)
            if not len(candidates):
                continue
            x, y, z = close[:, candidates] - middle.astype(np.float32)[:, None]
            # products of three columns: BLAS would spread them over threads, which costs more than it saves
            local = [x * a + y * b + z * c + d for (a, b, c), d in zip(pose.rotation.T.tolist(), center, strict=True)]
            box = _between(local, low[_AXES], high[_AXES])
            along = self._directions @ np.stack([v[box] for v in local])
            within = np.all((along <= high[:, None]) & (along >= low[:, None]), axis=0)
            mine[near[candidates[box[within]]]] = True
        return mine

    def _full(self, q: NDArray[np.float64], gripper_width: float) -> NDArray[np.float64]:
        """The model's whole configuration."""
        if self._model is None:
            self._load()
        full = self._neutral.copy()
        full[self._arm_index] = q
        full[self._finger_index] = gripper_width / 2
        return full

    def _place(self, q: NDArray[np.float64], gripper_width: float) -> None:
        full = self._full(q, gripper_width)
        self._pin.framesForwardKinematics(self._model, self._data, full)
        self._pin.updateGeometryPlacements(self._model, self._data, self._geometry, self._geometry_data)

    def _load(self) -> None:
        self._pin: Any = importlib.import_module("pinocchio")  # heavy: only when there is an arm in the picture
        self._model = self._pin.buildModelFromUrdf(str(self._info.urdf))
        self._geometry: Any = self._pin.buildGeomFromUrdf(
            self._model, str(self._info.urdf), self._pin.GeometryType.COLLISION
        )
        self._data: Any = self._model.createData()
        self._geometry_data: Any = self._geometry.createData()
        self._neutral: NDArray[np.float64] = self._pin.neutral(self._model)
        self._tool: int = self._model.getFrameId(self._info.tool_link)
        self._arm_index = [self._index(n) for n in self._info.joint_names]
        self._finger_index = [self._index(n) for n in self._info.finger_joint_names]
        self._directions = _directions()
        self._bodies = [_extents(g.geometry, self._directions) for g in self._geometry.geometryObjects]

    def _index(self, joint: str) -> int:
        return int(self._model.joints[self._model.getJointId(joint)].idx_q)


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


def _extents(
    shape: Any, directions: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float, NDArray[np.float32], NDArray[np.float32]]:
    """Centre, reach, and padded extents along `directions` of a collision shape in its own frame."""
    if hasattr(shape, "vertices"):
        points = np.asarray(shape.vertices(), dtype=np.float64).reshape(-1, 3)
    else:
        shape.computeLocalAABB()
        low, high = np.asarray(shape.aabb_local.min_), np.asarray(shape.aabb_local.max_)
        corners = np.stack(np.meshgrid(*zip(low, high, strict=True)), axis=-1)
        points = corners.reshape(-1, 3)
    center = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = float(np.linalg.norm(points - center, axis=1).max()) + PADDING
    along = points @ directions.T
    return (
        center,
        reach,
        (along.min(axis=0) - PADDING).astype(np.float32),
        (along.max(axis=0) + PADDING).astype(np.float32),
    )
