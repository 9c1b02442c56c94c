"""Collision checking with coal: the URDF's collision geometry against the perceived scene."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from functools import lru_cache

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import object_matrix
from primitives.motion.planning.obstacles import CollisionPart, parts
from primitives.robot import ArmInfo
from primitives.scene import SceneObject, Vector3

TABLE = "table"
EDGE = "the edge of the workspace"
CLOSE = 0.001
"""Distance kept from objects that the motion has to approach closely, in m."""
_SAMPLES = 150


class RobotGeometry:
    """The arm's collision shapes, as convex hulls, and the pairs of links worth testing against each other."""

    def __init__(self, kinematics: Kinematics) -> None:
        self.kinematics = kinematics
        info = kinematics.info
        self.geometry = pin.buildGeomFromUrdf(
            kinematics.model, str(info.urdf), pin.GeometryType.COLLISION, None, [str(info.urdf.parent)]
        )
        for item in self.geometry.geometryObjects:
            if isinstance(item.geometry, coal.BVHModelBase):
                item.geometry.buildConvexHull(True, "Qt")
                item.geometry = item.geometry.convex
        self.names = [item.name.rsplit("_", 1)[0] for item in self.geometry.geometryObjects]
        joints = [item.parentJoint for item in self.geometry.geometryObjects]
        fingers = {kinematics.model.getJointId(n) for n in info.finger_joint_names}
        self.moving = [i for i, joint in enumerate(joints) if joint > 0]
        """Indices of the shapes that move at all."""
        self.above_base = [i for i, joint in enumerate(joints) if joint > 1]
        """Those that can hit the table: what stands on it cannot."""
        self.no_finger = [i for i in self.moving if joints[i] not in fingers and self.names[i] not in info.finger_links]
        self.self_tested = self._self_tested(fingers | {kinematics.tool_joint})
        """(N, N) bool: which shapes are tested against which others of the arm."""

    def _self_tested(self, hand: set[int]) -> NDArray[np.bool_]:
        """Pairs that some configurations bring into contact and others do not; neighbours always touch."""
        model, kinematics = self.kinematics.model, self.kinematics
        items = self.geometry.geometryObjects
        pairs = [
            (i, j)
            for i in range(len(items))
            for j in range(i + 1, len(items))
            if items[i].parentJoint != items[j].parentJoint
            and items[j].parentJoint not in (items[i].parentJoint, *(model.children[items[i].parentJoint]))
            and not (items[i].parentJoint in hand and items[j].parentJoint in hand)
        ]
        trial = self.geometry.copy()
        for i, j in pairs:
            trial.addCollisionPair(pin.CollisionPair(i, j))
        data, geometry_data = model.createData(), pin.GeometryData(trial)
        rng = np.random.default_rng(0)
        hits = np.zeros(len(pairs))
        info = kinematics.info
        samples = [info.home, *(rng.uniform(info.lower, info.upper) for _ in range(_SAMPLES))]
        for n, q in enumerate(samples):
            whole = kinematics.full(q, info.gripper.max_width)
            pin.computeCollisions(model, data, trial, geometry_data, whole, False)
            touching = np.array([r.isCollision() for r in geometry_data.collisionResults])
            hits += touching * (len(samples) if n == 0 else 1)
        tested = np.zeros((len(items), len(items)), dtype=np.bool_)
        for (i, j), hit in zip(pairs, hits.tolist(), strict=True):
            tested[i, j] = hit < 0.7 * len(samples)
        return tested


@lru_cache(maxsize=8)
def robot_geometry(info: ArmInfo) -> RobotGeometry:
    """The collision shapes of an arm; made once, since they take long and nothing changes them."""
    return RobotGeometry(Kinematics(info))


class Checker:
    """Answers whether the arm collides, for one arrangement of things. Build a new one when something moves."""

    def __init__(
        self,
        robot: RobotGeometry,
        objects: Sequence[SceneObject],
        *,
        held: SceneObject | None = None,
        T_tool_held: NDArray[np.float64] | None = None,
        ignore: Collection[str] = (),
        grasped: str | None = None,
        held_ignore: Collection[str] = (),
        margin: float = 0.003,
        close: Collection[str] = (),
        box: tuple[Vector3, Vector3] | None = None,
        tilt: float | None = None,
    ) -> None:
        """Args:
        robot: the arm.
        objects: the scene, without what is held.
        held: what moves with the tool.
        T_tool_held: (4, 4), pose of `held` in the tool frame.
        ignore: names of objects that the arm may touch; "table" is one.
        grasped: name of the object that the fingers alone may touch.
        held_ignore: names of objects that the held object may touch.
        margin: distance kept from every object, in m; the table is exact.
        close: names of objects from which no more than `CLOSE` is kept.
        box: smallest and largest tool position (m, base frame) that counts as free.
        tilt: how far `held` may lean from the upright in rad, lest what is in it falls out.
        """
        self._box = box
        self._upward: NDArray[np.float64] | None = None
        self._least_upright = 0.0
        if tilt is not None and T_tool_held is not None:
            self._upward = robot.kinematics.T_joint_tool[:3, :3] @ T_tool_held[:3, 2]
            self._least_upright = float(np.cos(tilt))
        self._tool_joint = robot.kinematics.tool_joint
        self._tool_in_joint = robot.kinematics.T_joint_tool[:3, 3].copy()
        self._kinematics = robot.kinematics
        model = robot.kinematics.model
        world = robot.geometry.copy()
        count = len(world.geometryObjects)
        owners: list[str] = [*robot.names]
        held_parts: list[int] = []
        if held is not None and T_tool_held is not None:
            T_held_joint = robot.kinematics.T_joint_tool @ T_tool_held @ np.linalg.inv(object_matrix(held))
            for n, part in enumerate(parts(held)):
                item = pin.GeometryObject(
                    f"held {n}", robot.kinematics.tool_joint, pin.SE3(T_held_joint @ part.T), part.shape
                )
                held_parts.append(world.addGeometryObject(item))
                owners.append(held.name)
        scene = [(TABLE, _TABLE_PART), *((o.name, part) for o in objects for part in parts(o))]
        tested = np.zeros((len(owners) + len(scene),) * 2, dtype=np.bool_)
        margins = np.zeros(tested.shape)
        tested[:count, :count] = robot.self_tested
        for n, (name, part) in enumerate(scene):
            index = world.addGeometryObject(pin.GeometryObject(f"scene {n}", 0, pin.SE3(part.T), part.shape))
            owners.append(name)
            if name not in ignore:
                movers = robot.above_base if name == TABLE else robot.no_finger if name == grasped else robot.moving
                tested[movers, index] = True
            if name not in held_ignore:
                tested[held_parts, index] = True
            if name not in (TABLE, grasped):
                margins[:, index] = min(margin, CLOSE) if name in close else margin
        world.setCollisionPairs(tested)
        self._owners, self._robot_parts = owners, frozenset(robot.names)
        self._model, self._data = model, model.createData()
        self._world = world
        self._geometry_data = pin.GeometryData(world)
        self._geometry_data.setSecurityMargins(world, margins)
        # Most pairs are far apart, which a tree of boxes tells in a fifth of the time; it takes the margins in.
        self._tree = pin.BroadPhaseManager_DynamicAABBTreeCollisionManager(model, world, self._geometry_data)

    def collides(self, q: NDArray[np.float64], width: float) -> bool:
        """Whether joints `q` (rad) with the fingers `width` m apart touch anything."""
        whole = self._kinematics.full(q, width)
        return pin.computeCollisions(self._model, self._data, self._tree, whole, True) or self._outside()

    def _outside(self) -> bool:
        """Whether the tool is outside the box, or what is held leans too far, at the configuration tested last."""
        if self._upward is not None:
            turned = self._data.oMi[self._tool_joint].rotation
            if float(turned[2] @ self._upward) < self._least_upright:
                return True
        if self._box is None:
            return False
        at = self._data.oMi[self._tool_joint]
        tool = at.rotation @ self._tool_in_joint + at.translation
        return any(not low <= value <= high for low, value, high in zip(self._box[0], tool, self._box[1], strict=True))

    def touched(self, q: NDArray[np.float64], width: float) -> set[str]:
        """Names of the things that the arm or what it holds touches at `q`."""
        whole = self._kinematics.full(q, width)
        pin.computeCollisions(self._model, self._data, self._world, self._geometry_data, whole, False)
        pairs = zip(self._world.collisionPairs, self._geometry_data.collisionResults, strict=True)
        return {self._owners[pair.second] for pair, result in pairs if result.isCollision()} - self._robot_parts

    def contact(self, q: NDArray[np.float64], width: float) -> tuple[str, str] | None:
        """The first pair that touches at `q`, as (part of the robot, thing), or None."""
        if not self.collides(q, width):
            return None
        whole = self._kinematics.full(q, width)
        pin.computeCollisions(self._model, self._data, self._world, self._geometry_data, whole, True)
        for pair, result in zip(self._world.collisionPairs, self._geometry_data.collisionResults, strict=True):
            if result.isCollision():
                return self._owners[pair.first], self._owners[pair.second]
        return "tool", EDGE

    def first_contact(self, path: NDArray[np.float64], width: float, step: float = 0.03) -> tuple[str, str] | None:
        """The first pair that touches along a joint path (N, dof), tested every `step` rad, or None."""
        if len(path) == 1:
            return self.contact(path[0], width)
        for a, b in itertools.pairwise(path):
            n = max(1, int(np.ceil(np.abs(b - a).max() / step)))
            for k in range(1, n + 1):
                if (hit := self.contact(a + (b - a) * (k / n), width)) is not None:
                    return hit
        return None


def _table() -> CollisionPart:
    T = np.eye(4)
    T[2, 3] = -0.1
    return CollisionPart(coal.Box(4.0, 4.0, 0.2), T)


_TABLE_PART = _table()
