"""Which points in front of the cameras belong to the arm itself."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
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


class RobotMask:
    """The arm's collision geometry, each body as the polytope of its extents in 26 directions.

    Args:
        info: names the URDF. It is read on first use.
    """

    def __init__(self, info: ArmInfo) -> None:
        self._info = info
        self._loaded: tuple[_Shape, Any, Any] | None = None

    def tool_pose(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """(4, 4), takes tool-frame points to the base frame at joint positions `q` (dof,) in rad."""
        shape, data, _ = self._ready()
        _pinocchio().forwardKinematics(shape.model, data, self._full(shape, q, 0.0))
        link = _pinocchio().updateFramePlacement(shape.model, data, shape.model.getFrameId(self._info.tool_link))
        return np.asarray(link.homogeneous @ self._info.T_link_tool, dtype=np.float64)

    def contains(self, points: NDArray[np.float32], q: NDArray[np.float64], gripper_width: float) -> NDArray[np.bool_]:
        """Which of the (N, 3) `points` in m, base frame, lie on or in the arm.

        Args:
            q: (dof,) rad.
            gripper_width: m.
        """
        shape, data, placed = self._ready()
        pinocchio = _pinocchio()
        pinocchio.framesForwardKinematics(shape.model, data, self._full(shape, q, gripper_width))
        pinocchio.updateGeometryPlacements(shape.model, data, shape.geometry, placed)
        mine = np.zeros(len(points), dtype=bool)
        if not len(points):
            return mine
        poses = [placed.oMg[i] for i in range(len(shape.bodies))]
        middles = np.array([p.rotation @ b[0] + p.translation for p, b in zip(poses, shape.bodies, strict=True)])
        reach = np.array([b[1] for b in shape.bodies])[:, None]
        near = np.flatnonzero(points[:, 2] >= np.float32((middles[:, 2:] - reach).min()))
        close = np.ascontiguousarray(points[near].T)
        for (center, around, low, high), pose, middle in zip(shape.bodies, poses, middles, strict=True):
            candidates = _between(close, middle - around, middle + around)
            if not len(candidates):
                continue
            x, y, z = close[:, candidates] - middle.astype(np.float32)[:, None]
            # products of three columns: BLAS would spread them over threads, which costs more than it saves
            local = [x * a + y * b + z * c + d for (a, b, c), d in zip(pose.rotation.T.tolist(), center, strict=True)]
            box = _between(local, low[_AXES], high[_AXES])
            along = shape.directions @ np.stack([v[box] for v in local])
            within = np.all((along <= high[:, None]) & (along >= low[:, None]), axis=0)
            mine[near[candidates[box[within]]]] = True
        return mine

    def _ready(self) -> tuple[_Shape, Any, Any]:
        """What the URDF says, and where this surface keeps the placement of its links and bodies."""
        if self._loaded is None:
            shape = _shape(self._info.urdf, self._info.urdf.stat().st_mtime_ns)
            self._loaded = shape, shape.model.createData(), shape.geometry.createData()
        return self._loaded

    def _full(self, shape: _Shape, q: NDArray[np.float64], gripper_width: float) -> NDArray[np.float64]:
        """The model's whole configuration."""
        full = shape.neutral.copy()
        for name, value in zip(self._info.joint_names, q, strict=True):
            full[shape.index[name]] = value
        for name in self._info.finger_joint_names:
            full[shape.index[name]] = gripper_width / 2
        return full


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a URDF says about an arm; nothing of it changes."""

    model: Any
    geometry: Any
    neutral: NDArray[np.float64]
    """Configuration of the whole model."""
    index: dict[str, int]
    """Where in it each joint stands."""
    directions: NDArray[np.float32]
    """(13, 3)."""
    bodies: list[tuple[NDArray[np.float64], float, NDArray[np.float32], NDArray[np.float32]]]
    """See `_extents`."""


@lru_cache(maxsize=8)
def _shape(urdf: Path, changed: int) -> _Shape:
    """The arm of a file, last changed at `changed`: its meshes take a hundred times as long to read as to place."""
    del changed
    pinocchio = _pinocchio()
    model = pinocchio.buildModelFromUrdf(str(urdf))
    geometry = pinocchio.buildGeomFromUrdf(model, str(urdf), pinocchio.GeometryType.COLLISION)
    index = {str(name): int(joint.idx_q) for name, joint in zip(model.names, model.joints, strict=True)}
    directions = _directions()
    bodies = [_extents(g.geometry, directions) for g in geometry.geometryObjects]
    return _Shape(model, geometry, pinocchio.neutral(model), index, directions, bodies)


def _pinocchio() -> Any:
    """Heavy: only when there is an arm in the picture."""
    return importlib.import_module("pinocchio")


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
