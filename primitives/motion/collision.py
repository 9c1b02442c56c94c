"""Collision checking with coal: the URDF's collision geometry against the perceived scene."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.motion.kinematics import Kinematics, object_matrix
from primitives.motion.obstacles import Part, parts
from primitives.scene import SceneObject, Vector3

TABLE = "table"
EDGE = "the edge of the workspace"
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
        self._fingers = {kinematics.model.getJointId(n) for n in info.finger_joint_names}
        self.self_pairs = self._self_pairs()

    def is_finger(self, index: int) -> bool:
        """Whether shape `index` belongs to a finger."""
        return self.geometry.geometryObjects[index].parentJoint in self._fingers

    def above_base(self, index: int) -> bool:
        """Whether shape `index` can hit the table at all: what stands on it cannot."""
        return self.geometry.geometryObjects[index].parentJoint > 1

    def _self_pairs(self) -> list[tuple[int, int]]:
        """Pairs that some configurations bring into contact and others do not; neighbours always touch."""
        model, kinematics = self.kinematics.model, self.kinematics
        items = self.geometry.geometryObjects
        hand = self._fingers | {kinematics.tool_joint}
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
        return [pair for pair, hit in zip(pairs, hits, strict=True) if hit < 0.7 * len(samples)]


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
        box: tuple[Vector3, Vector3] | None = None,
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
        box: smallest and largest tool position (m, base frame) that counts as free.
        """
        self._box = box
        self._tool_joint = robot.kinematics.tool_joint
        self._tool_in_joint = robot.kinematics.T_joint_tool[:3, 3].copy()
        self._kinematics = robot.kinematics
        model = robot.kinematics.model
        world = robot.geometry.copy()
        count = len(world.geometryObjects)
        owners: list[str] = [*robot.names]
        for i, j in robot.self_pairs:
            world.addCollisionPair(pin.CollisionPair(i, j))
        scene = [(TABLE, Part(coal.Box(4.0, 4.0, 0.2), _below()))]
        scene += [(o.name, part) for o in objects for part in parts(o)]
        held_parts: list[int] = []
        if held is not None and T_tool_held is not None:
            T_held_base = np.linalg.inv(object_matrix(held))
            for n, part in enumerate(parts(held)):
                T = robot.kinematics.T_joint_tool @ T_tool_held @ T_held_base @ part.T
                held_parts.append(
                    world.addGeometryObject(
                        pin.GeometryObject(f"held {n}", robot.kinematics.tool_joint, pin.SE3(T), part.shape)
                    )
                )
                owners.append(held.name)
        margins: list[float] = [0.0] * len(robot.self_pairs)
        arm = range(count)
        for n, (name, part) in enumerate(scene):
            index = world.addGeometryObject(pin.GeometryObject(f"scene {n}", 0, pin.SE3(part.T), part.shape))
            owners.append(name)
            movers = [] if name in ignore else [i for i in arm if name != TABLE or robot.above_base(i)]
            if name == grasped:
                movers = [i for i in movers if not robot.is_finger(i)]
            movers += [] if name in held_ignore else held_parts
            for i in movers:
                if world.geometryObjects[i].parentJoint == 0:
                    continue
                world.addCollisionPair(pin.CollisionPair(i, index))
                margins.append(0.0 if name in (TABLE, grasped) else margin)
        self._owners, self._robot_parts = owners, frozenset(robot.names)
        self._model, self._data = model, model.createData()
        self._world = world
        self._geometry_data = pin.GeometryData(world)
        for request, value in zip(self._geometry_data.collisionRequests, margins, strict=True):
            request.security_margin = value

    def collides(self, q: NDArray[np.float64], width: float) -> bool:
        """Whether joints `q` (rad) with the fingers `width` m apart touch anything."""
        whole = self._kinematics.full(q, width)
        if pin.computeCollisions(self._model, self._data, self._world, self._geometry_data, whole, True):
            return True
        return self._outside()

    def _outside(self) -> bool:
        """Whether the tool is outside the box, at the configuration that was tested last."""
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


def _below() -> NDArray[np.float64]:
    T = np.eye(4)
    T[2, 3] = -0.1
    return T
