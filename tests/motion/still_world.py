"""A world without physics: an arm that arrives at once, and things that stay where they are put. For any `ArmInfo`."""

from __future__ import annotations

import msgspec
import numpy as np

from primitives import relations
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo, ArmMode, ArmState, MotionResult, Robot
from primitives.scene import SceneObject, Workspace


class StillWorld:
    """Arm, detector and things in one."""

    privileged = True

    def __init__(self, info: ArmInfo, things: list[SceneObject], workspace: Workspace) -> None:
        self.info = info
        self.things = {o.name: o for o in things}
        self.robot = Robot(self, (), workspace)
        self.clock, self.q, self.width = 0.0, info.home.copy(), info.gripper.max_width
        self.paths: list[np.ndarray] = []
        self._kinematics = Kinematics(info)
        self._held: tuple[str, np.ndarray] | None = None

    def connect(self, timeout_s): ...

    def close(self): ...

    def stop(self): ...

    def recover(self, *, operator_ack): ...

    def cancel(self): ...

    def state(self):
        return ArmState(self.q.copy(), np.zeros_like(self.q), self.width, ArmMode.IDLE, self.clock, self.clock)

    def start_joint_path(self, path, limits):
        assert np.abs(path[0] - self.q).max() < 0.01
        self.paths.append(path)
        self.q = path[-1].copy()
        self.clock += 1.0
        if self._held is not None:
            name, offset = self._held
            self._put(name, self._tool() + offset)
        return self

    def start_gripper(self, width, speed, force):
        self.clock += 0.5
        tool = self._tool()
        near = [o for o in self.things.values() if np.linalg.norm(np.array(o.position) - tool) < 0.02]
        self.width = max([width, *(min(o.size[:2]) for o in near if width < min(o.size[:2]))])
        if self.width > width:
            self._held = (near[0].name, np.array(near[0].position) - tool)
        elif self._held is not None:
            name, self._held = self._held[0], None
            self._fall(name)
        return self

    def wait(self, timeout_s):
        return MotionResult(self.state(), True, 1.0)

    def detect(self, frames, workspace, robot):
        return list(self.things.values())

    def _tool(self):
        return self._kinematics.tool(self.q)[:3, 3]

    def _put(self, name, position):
        self.things[name] = msgspec.structs.replace(self.things[name], position=tuple(float(v) for v in position))

    def _fall(self, name):
        thing = self.things[name]
        under = [
            o.top
            for o in self.things.values()
            if o.name != name and relations.footprint(o).intersection(relations.footprint(thing)).area > 1e-4
        ]
        self._put(name, (*thing.position[:2], max([0.0, *under]) + thing.size[2] / 2))
