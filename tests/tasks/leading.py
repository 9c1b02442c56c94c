"""The table without physics for programs that lead the hand: furniture slides, cups pour, nuts fall on pegs, and what
is held low wipes along what lies in its way."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from primitives.environment import ObjectState
from primitives.failures import Blocked
from primitives.kinematics.poses import matrix_pose, pose_matrix
from primitives.scene import Grasp, Pose, SceneObject
from sim_envs.assets.furniture_shapes import furniture_of
from sim_envs.judging.truth_geometry import bottom, top, yaw
from sim_envs.scenes.scene_spec import SceneSpec
from tests.tasks.tabletop import Table

TIP = 0.009
"""m from the tool to the ends of the fingers."""
PLATE = 0.014
"""m; what a peg stands on."""
LOW = 0.006
"""m above the table up to which what is held touches what lies there."""


class LedTable(Table):
    """The world and a hand that is led."""

    def __init__(self, scene: SceneSpec) -> None:
        super().__init__(scene)
        self.tool = pose_matrix(Pose.top_down(0.4, 0.0, 0.4))
        self.closed = False
        self.grip: str | None = None
        """What is between the fingers, a handle or a thing."""

    def run(self, source: str) -> None:
        names = ("grasps", "holding", "move_to", "move_linear", "open_gripper", "close_gripper")
        self.more = {name: getattr(self, name) for name in names}
        super().run(source)

    def grasps(self, obj: SceneObject | str) -> list[Grasp]:
        o = self.find(obj)
        x, y, z = o.position
        z = o.top - 0.022 if o.category == "mug" else z
        pose, above = (Pose.top_down(x, y, h, o.yaw) for h in (z, z + 0.1))
        return [Grasp(object=o.name, pose=pose, pre_grasp=above, width=min(o.size[:2]), score=1.0)]

    def holding(self) -> bool:
        return self.grip is not None

    def move_to(self, pose: Pose) -> None:
        self._lead(pose)
        self._remember()

    def move_linear(self, pose: Pose) -> None:
        before = self.tool
        self._lead(pose)
        self._press()
        if self.grip is not None:
            self._wipe(self.grip, self.tool[:3, 3] - before[:3, 3])
        self._remember()

    def open_gripper(self) -> float:
        self.closed = False
        if self.grip is not None and self.world[self.grip].category != "handle":
            self._fall(self.grip)
        self.grip = self.held = None
        return 0.08

    def close_gripper(self) -> float:
        self.closed = True
        x, y, z = self.tool[:3, 3]
        near = [
            (math.dist(s.position, (x, y, z)), name)
            for name, s in self.world.items()
            if min(s.size[:2]) < 0.075 and s.category not in ("button", "peg")
        ]
        distance, name = min(near, default=(1.0, ""))
        if distance < max(0.03, self.world[name].size[2] / 2 if name else 0.0):
            self.grip = name
            self.held = None if self.world[name].category == "handle" else name
        return 0.0 if self.grip is None else min(self.world[self.grip].size[:2])

    def _lead(self, pose: Pose) -> None:
        before, self.tool = self.tool, pose_matrix(pose)
        if self.grip is None:
            return
        if self.world[self.grip].category == "handle":
            self._pull(self.grip, self.tool[:3, 3] - before[:3, 3])
            return
        for name in [self.grip, *self._contents(self.grip)]:
            self._carry(name, self.tool @ np.linalg.inv(before))
        if self.tool[2, 2] > -0.2:
            self._pour(self.grip)

    def _carry(self, name: str, T: np.ndarray) -> None:
        state = self.world[name]
        held = pose_matrix(Pose(state.position, state.quaternion_xyzw))
        pose = matrix_pose(T @ held)
        self.world[name] = msgspec.structs.replace(state, position=pose.position, quaternion_xyzw=pose.quaternion_xyzw)

    def _contents(self, name: str) -> list[str]:
        if self.world[name].category != "mug":
            return []
        return [n for n, s in self.world.items() if s.category == "ball" and self._carrier(n) == name]

    def _pour(self, cup: str) -> None:
        state = self.world[cup]
        T = pose_matrix(Pose(state.position, state.quaternion_xyzw))
        mouth = T[:3, 3] + T[:3, 2] * state.size[2] / 2
        for ball in self._contents(cup) or [
            n for n, s in self.world.items() if s.category == "ball" and math.dist(s.position, state.position) < 0.06
        ]:
            below = [
                n for n, s in self.world.items() if s.category == "bowl" and math.dist(s.position[:2], mouth[:2]) < 0.06
            ]
            self._lay(ball, self.find(below[0]) if below else (float(mouth[0]), float(mouth[1])))

    def _pull(self, handle: str, way: np.ndarray) -> None:
        name, joint = min(
            ((n, s) for n, s in self.world.items() if s.category in ("drawer", "door")),
            key=lambda item: math.dist(item[1].position, self.world[handle].position),
        )
        furniture = furniture_of(joint.category, joint.size)
        a = yaw(joint)
        u, v, w = furniture.axis
        axis = np.array([math.cos(a) * u - math.sin(a) * v, math.sin(a) * u + math.cos(a) * v, w])
        wanted = (joint.joint or 0.0) + float(way @ axis)
        now = min(max(wanted, 0.0), furniture.travel)
        moved = (now - (joint.joint or 0.0)) * axis
        self.world[name] = msgspec.structs.replace(joint, joint=now)
        self._set(handle, *(self.world[handle].position + moved))
        if abs(wanted - now) > 1e-3 or np.linalg.norm(way - (way @ axis) * axis) > 0.01:
            raise Blocked("the handle does not go there")

    def _press(self) -> None:
        x, y, z = self.tool[:3, 3]
        for name, s in self.world.items():
            if s.category != "button" or math.dist(s.position[:2], (x, y)) > 0.02 or s.joint is None:
                continue
            furniture = furniture_of(s.category, s.size)
            assert furniture.latch is not None
            depth = top(s) - (z - TIP)
            down = furniture.travel if max(depth, s.joint) > furniture.latch else 0.0
            self.world[name] = msgspec.structs.replace(s, joint=down)

    def _wipe(self, name: str, way: np.ndarray) -> None:
        """Push the blocks that lie in the way of a block's long face along in front of it."""
        sponge = self.world[name]
        far = float(np.linalg.norm(way[:2]))
        if sponge.category != "block" or far < 0.03 or bottom(sponge) > LOW:
            return
        u, v = way[:2] / far
        for crumb, s in [(n, s) for n, s in self.world.items() if n != name and s.category == "block"]:
            dx, dy = np.array(s.position[:2]) - sponge.position[:2]
            ahead, beside = u * dx + v * dy, abs(u * dy - v * dx)
            face = (min(sponge.size[:2]) + s.size[0]) / 2
            if -far < ahead < face and beside < max(sponge.size[:2]) / 2 and bottom(s) < LOW:
                x, y, z = s.position
                self._set(crumb, float(x + (face - ahead) * u), float(y + (face - ahead) * v), z)

    def _fall(self, name: str) -> None:
        state: ObjectState = self.world[name]
        pegs = [
            p
            for p in self.world.values()
            if p.category == "peg" and math.dist(p.position[:2], state.position[:2]) < 0.006
        ]
        if state.category == "nut" and pegs:
            x, y, _ = state.position
            self._set(name, x, y, PLATE + state.size[2] / 2)
        elif state.category == "mug":
            self._set(name, *state.position[:2], state.size[2] / 2)
        else:
            self._lay(name, state.position[:2])


def table_for(bound) -> Table:
    """The table that the task's programs are written for."""
    return LedTable(bound.scene) if bound.task.surface == "tool" else Table(bound.scene)
