"""Forward and inverse kinematics of any arm with a URDF, by pinocchio."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.errors import unknown_name
from primitives.kinematics.poses import matrix_pose
from primitives.robot import ArmInfo
from primitives.scene import Pose

POSITION_TOLERANCE = 1e-4
"""m; ten times finer than what a motion promises."""
ROTATION_TOLERANCE = 8e-4
"""rad."""
ITERATIONS = 60
DAMPING = 1e-6
RESTARTS = 24
"""Random starts where one candidate among many is tried."""
THOROUGH = 100
"""Random starts before a pose is called unreachable."""


class Kinematics:
    """The arm's model. Joint vectors are the arm's own, without the fingers."""

    def __init__(self, info: ArmInfo, joint_margin: float = 0.0) -> None:
        """Args: `joint_margin` is kept from every joint limit by the solutions, in rad."""
        self.info = info
        self.model, self._tool = _model(info)
        self._data = self.model.createData()
        self._neutral = pin.neutral(self.model)
        joints = [self.model.joints[self.model.getJointId(n)] for n in info.joint_names]
        self._columns = _selection([joint.idx_v for joint in joints])
        self._indices = _selection([joint.idx_q for joint in joints])
        self._continuous = [i for i, joint in enumerate(joints) if joint.nq == 2]
        """Joints that turn without end: the model keeps cosine and sine of each."""
        self._cosines = [joints[i].idx_q for i in self._continuous]
        self._sines = [joints[i].idx_q + 1 for i in self._continuous]
        self._fingers = [self.model.joints[self.model.getJointId(n)].idx_q for n in info.finger_joint_names]
        self.tool_joint: int = self.model.frames[self._tool].parentJoint
        """Index of the joint that carries the tool."""
        self.T_joint_tool: NDArray[np.float64] = self.model.frames[self._tool].placement.homogeneous
        """(4, 4), takes tool-frame points to the frame of `tool_joint`."""
        self._slack = info.tilt_slack * 0.9
        self.lower = info.lower + joint_margin
        self.upper = info.upper - joint_margin

    def full(self, q: NDArray[np.float64], width: float) -> NDArray[np.float64]:
        """The model's whole configuration for arm joints `q` (rad) and a gripper width in m."""
        whole = self._neutral.copy()
        self._put(q, whole)
        whole[self._fingers] = self.info.gripper.joints(width, len(self._fingers))
        return whole

    def _put(self, q: NDArray[np.float64], whole: NDArray[np.float64]) -> None:
        """Write arm joints `q` (rad) into the model's `whole` configuration."""
        whole[self._indices] = q
        if self._continuous:
            turned = q[self._continuous]
            whole[self._cosines], whole[self._sines] = np.cos(turned), np.sin(turned)

    def tool(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """(4, 4) pose of the tool in the base frame at joints `q`, rad."""
        return self._tool_at(q).homogeneous

    def tool_positions(self, path: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 3) tool positions in m along a joint path (N, dof)."""
        whole, positions = self._neutral.copy(), np.empty((len(path), 3))
        for q, position in zip(path, positions, strict=True):
            self._put(q, whole)
            pin.forwardKinematics(self.model, self._data, whole)
            position[:] = pin.updateFramePlacement(self.model, self._data, self._tool).translation
        return positions

    def link(self, q: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        """(4, 4) pose of a link of the URDF in the base frame at joints `q`, rad. Raises ConfigurationError."""
        if not self.model.existFrame(name):
            raise unknown_name("link", name, [frame.name for frame in list(self.model.frames)[1:]])
        frame, whole = self.model.getFrameId(name), self._neutral.copy()
        self._put(q, whole)
        pin.forwardKinematics(self.model, self._data, whole)
        return pin.updateFramePlacement(self.model, self._data, frame).homogeneous

    def pose(self, q: NDArray[np.float64]) -> Pose:
        """The tool's pose at joints `q`, rad."""
        return matrix_pose(self.tool(q))

    def place(self, geometry: pin.GeometryModel, q: NDArray[np.float64], width: float) -> pin.GeometryData:
        """Where the shapes of `geometry` are at joints `q` (rad) and a gripper width in m, base frame."""
        placed = geometry.createData()
        pin.updateGeometryPlacements(self.model, self._data, geometry, placed, self.full(q, width))
        return placed

    def solve(
        self, T: NDArray[np.float64], near: NDArray[np.float64], restarts: int = RESTARTS
    ) -> NDArray[np.float64] | None:
        """The solution that Levenberg-Marquardt reaches first: from `near`, else from home, else from a restart.

        Args:
            T: (4, 4) tool pose, base frame.
            near: (dof,) rad; a solution close to it is preferred.
            restarts: random starts before giving up.

        Returns:
            (dof,) rad within the limits less the margin, or None when no restart reached the pose.
        """
        return next(self.solutions(T, near, restarts), None)

    def solutions(
        self, T: NDArray[np.float64], near: NDArray[np.float64], restarts: int = RESTARTS
    ) -> Iterator[NDArray[np.float64]]:
        """Distinct solutions, the one found from `near` first. The same arguments give the same sequence."""
        target = pin.SE3(T)
        found: list[NDArray[np.float64]] = []
        for start in self._starts(near, restarts):
            q, _, _ = self._descend(target, start)
            if q is not None and all(float(np.abs(q - other).max()) > 0.05 for other in found):
                found.append(q)
                yield q

    def track(self, T: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The solution that continues `near` smoothly (no restarts), for following a line in small steps."""
        q, _, _ = self._descend(pin.SE3(T), near)
        return q

    def nearest(self, T: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
        """Joints whose tool pose comes closest to `T`, within the limits; for saying what would be reachable."""
        target = pin.SE3(T)
        tries = [self._descend(target, start)[1:] for start in self._starts(near, RESTARTS)]
        return min(tries, key=lambda t: t[1])[0]

    def _starts(self, near: NDArray[np.float64], restarts: int) -> Iterator[NDArray[np.float64]]:
        yield np.clip(near, self.lower, self.upper)
        yield np.clip(self.info.home, self.lower, self.upper)
        rng = np.random.default_rng(0)
        for _ in range(restarts):
            yield rng.uniform(self.lower, self.upper)

    def _descend(
        self, target: pin.SE3, start: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64] | None, NDArray[np.float64], float]:
        """Levenberg-Marquardt within the joint limits (Sugihara 2011: damping proportional to the squared error).

        Returns:
            The solution or None, the best joints seen, and their error (m + rad).
        """
        lower, upper = self.lower, self.upper
        q = np.minimum(np.maximum(start, lower), upper)
        best, least, stuck = q, math.inf, 0
        whole = self._neutral.copy()
        for _ in range(ITERATIONS):
            self._put(q, whole)
            pin.computeJointJacobians(self.model, self._data, whole)
            error = pin.log6(pin.updateFramePlacement(self.model, self._data, self._tool).actInv(target)).vector
            x, y, z, rx, ry, rz = error.tolist()
            slack = self._slack / max(math.hypot(rx, ry), 1e-12) if self._slack else 0.0
            if slack:  # the tool may lean so far: what is within counts as no error, and what is beyond for itself
                rx, ry = rx * max(0.0, 1.0 - slack), ry * max(0.0, 1.0 - slack)
                error[3:5] = rx, ry
            away, turn = math.hypot(x, y, z), math.hypot(rx, ry, rz)
            stuck = 0 if away + turn < least * 0.98 else stuck + 1
            if away + turn < least:
                best, least = q, away + turn
            if away < POSITION_TOLERANCE and turn < ROTATION_TOLERANCE:
                return q, q, away + turn
            if stuck > 6:
                break
            J = pin.getFrameJacobian(self.model, self._data, self._tool, pin.LOCAL)[:, self._columns]
            if slack >= 1.0:
                J[3:5] = 0.0
            system = J @ J.T
            system.flat[::7] += 0.5 * (away * away + turn * turn) + DAMPING
            q = np.minimum(np.maximum(q + J.T @ np.linalg.solve(system, error), lower), upper)
        return None, best, least

    def _tool_at(self, q: NDArray[np.float64]) -> pin.SE3:
        whole = self._neutral.copy()
        self._put(q, whole)
        pin.forwardKinematics(self.model, self._data, whole)
        return pin.updateFramePlacement(self.model, self._data, self._tool)


@lru_cache(maxsize=8)
def _model(info: ArmInfo) -> tuple[pin.Model, int]:
    """The model, and the index of the tool frame in it."""
    model = pin.buildModelFromUrdf(str(info.urdf))
    _stand(model, info.T_world_base)
    link = model.getFrameId(info.tool_link)
    base = model.frames[link]
    placement = base.placement * pin.SE3(info.T_link_tool)
    return model, model.addFrame(pin.Frame("codepolicy_tool", base.parentJoint, link, placement, pin.OP_FRAME))


def _stand(model: pin.Model, T_world_base: NDArray[np.float64]) -> None:
    """Put the root of `model` there."""
    if np.array_equal(T_world_base, np.eye(4)):
        return
    base = pin.SE3(T_world_base)
    for joint in range(1, model.njoints):
        if model.parents[joint] == 0:
            model.jointPlacements[joint] = base * model.jointPlacements[joint]
    for frame in list(model.frames)[1:]:
        if frame.parentJoint == 0:
            frame.placement = base * frame.placement


def _selection(indices: list[int]) -> slice | list[int]:
    """What selects these from an array: a slice, which is faster, where they follow each other."""
    first, last = indices[0], indices[-1]
    return slice(first, last + 1) if indices == list(range(first, last + 1)) else indices
