"""Moves the arm and the fingers: plan, guard, execute, and check on measured state that it arrived."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.failures import BadArgument, Blocked, Unreachable
from primitives.guard import Guard, GuardLimits
from primitives.motion.collision import Checker, RobotGeometry
from primitives.motion.kinematics import (
    THOROUGH,
    Kinematics,
    line,
    object_matrix,
    pose_distance,
    pose_matrix,
)
from primitives.motion.planning import Planner
from primitives.perception.memory import SceneMemory
from primitives.robot import Robot
from primitives.scene import Pose, SceneObject, Vector3

ARRIVED_POSITION = 1e-3
"""m."""
ARRIVED_ROTATION = np.radians(0.5)
CLEARANCE = 0.008
"""Distance kept from perceived objects while travelling, in m."""
TIMEOUT = 30.0
"""Robot time in s that one motion may take."""
GRIP_FORCE = 30.0
"""N."""
HELD_SLACK = 0.0015
"""How much wider than commanded the fingers must stay to count as holding something, in m."""
GRASP_RADIUS = 0.03
"""Within this of the tool, an object is what the closing fingers took, in m."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is between the fingers, and how."""

    object: SceneObject
    """As last seen before it was grasped."""
    T_tool_object: NDArray[np.float64]
    """(4, 4), takes object-frame points to the tool frame."""
    width: float
    """Measured distance between the fingers in m."""


class Mover:
    """The means to move one robot. Every motion passes the guard and ends measured."""

    def __init__(self, robot: Robot, memory: SceneMemory, limits: GuardLimits) -> None:
        self.robot = robot
        self.memory = memory
        self.info = robot.arm.info
        self.kinematics = Kinematics(self.info, limits.joint_margin)
        x, y, z = self.kinematics.pose(self.info.home).position
        self.guard = Guard(limits, self.info, robot.workspace, (x, y, z))
        self.held: Held | None = None
        self._geometry = RobotGeometry(self.kinematics)
        self._planner = Planner(self.kinematics)
        self._commanded_width: float | None = None

    @property
    def q(self) -> NDArray[np.float64]:
        """(dof,) measured joint positions in rad."""
        return self.robot.arm.state().q

    @property
    def width(self) -> float:
        """Measured distance between the fingers in m."""
        return self.robot.arm.state().gripper_width

    @property
    def T_tool(self) -> NDArray[np.float64]:
        """(4, 4) measured pose of the tool in the base frame."""
        return self.kinematics.tool(self.q)

    def checker(
        self,
        *,
        ignore: Collection[str] = (),
        held_ignore: Collection[str] = (),
        margin: float = CLEARANCE,
        held: Held | None = None,
    ) -> Checker:
        """The present scene for collision checks, with what is held (or would be) attached to the tool.

        Args:
            ignore: objects that the arm may touch.
            held_ignore: objects that the held object may touch; "table" is one.
            margin: distance to keep, in m.
            held: what to attach in place of what is really held.
        """
        attached = held or self.held
        name = attached.object.name if attached else None
        return Checker(
            self._geometry,
            [o for o in self.memory.objects if o.name != name],
            held=attached.object if attached else None,
            T_tool_held=attached.T_tool_object if attached else None,
            ignore=ignore,
            held_ignore=held_ignore,
            margin=margin,
        )

    # Joint and tool motion

    def follow(self, path: NDArray[np.float64], *, scale: float = 1.0, contact: bool = False) -> None:
        """Execute a joint path and check that the arm arrived.

        Args:
            path: (N, dof) rad, beginning where the arm is.
            scale: slow-down of the speed limits, in (0, 1].
            contact: the end may be missed by pressing against something; the caller measures what happened.

        Raises:
            Blocked: the arm came to rest elsewhere.
            LimitExceeded, BadArgument: the guard refused.
        """
        path = np.vstack([self.q, path[1:]])
        tool = self.kinematics.tool_positions(path)
        self.guard.check_path(path, tool)
        limits = self.guard.motion_limits(path, tool, scale)
        result = self.robot.arm.start_joint_path(path, limits).wait(TIMEOUT)
        if contact:
            return
        wanted, measured = self.kinematics.tool(path[-1]), self.kinematics.tool(result.state.q)
        distance, angle = pose_distance(wanted, measured)
        if distance > ARRIVED_POSITION or angle > ARRIVED_ROTATION:
            raise Blocked(
                f"the arm stopped {distance * 1000:.1f} mm and {np.degrees(angle):.1f} deg short of its goal",
                expected="within 1 mm and 0.5 deg",
                measured=f"{distance * 1000:.1f} mm, {np.degrees(angle):.1f} deg"
                + (f" ({result.reason})" if result.reason else ""),
                hint="Something is in the way; look again with detect() and choose another way or place.",
            )

    def travel(self, goal: NDArray[np.float64], *, checker: Checker | None = None) -> None:
        """Move to joints `goal` (rad) on a path free of collision.

        Raises:
            Blocked: no such path was found.
        """
        path = self.plan_joints(goal, checker=checker)
        if path is None:
            raise self._blocked(goal, checker or self.checker())
        self.follow(path)

    def plan_joints(
        self, goal: NDArray[np.float64], *, width: float | None = None, checker: Checker | None = None
    ) -> NDArray[np.float64] | None:
        """A path free of collision from here to joints `goal`, (N, dof) rad, or None.

        Args:
            goal: (dof,) rad.
            width: gripper width on the way in m; left out, the present one.
            checker: the scene; left out, the present one.
        """
        width = self.width if width is None else width
        return self._planner.path(self.q, goal, width, checker or self._travel_checker(goal, width))

    def _travel_checker(self, goal: NDArray[np.float64], width: float) -> Checker:
        """The scene with as much clearance as the start and the goal have themselves."""
        checker = self.checker()
        if checker.collides(self.q, width) or checker.collides(goal, width):
            return self.checker(margin=0.001)
        return checker

    def straight(
        self, start: NDArray[np.float64], T: NDArray[np.float64], *, backwards: bool = False
    ) -> NDArray[np.float64] | None:
        """Joint path along the straight line from joints `start` to the tool pose `T`, or None where it is not
        reachable without a jump.

        Args:
            start: (dof,) rad.
            T: (4, 4) tool pose, base frame.
            backwards: return the path from `T` to `start`.
        """
        path = [start]
        for pose in line(self.kinematics.tool(start), T):
            q = self.kinematics.track(pose, path[-1])
            if q is None or float(np.abs(q - path[-1]).max()) > 0.35:
                return None
            path.append(q)
        return np.array(path[::-1] if backwards else path)

    def reach(self, T: NDArray[np.float64]) -> NDArray[np.float64]:
        """Joints for the tool pose `T` near where the arm is.

        Raises:
            Unreachable: names the nearest reachable pose.
        """
        q = self.kinematics.solve(T, self.q, THOROUGH)
        if q is None:
            raise self._unreachable(T)
        return q

    def move_to(self, pose: Pose) -> None:
        """Move the tool to `pose` without collision.

        Raises:
            Unreachable, Blocked, BadArgument.
        """
        self.follow(self._plan_pose(pose))

    def move_linear(self, pose: Pose) -> None:
        """Move the tool to `pose` along a straight line. Only the table is avoided.

        Raises:
            Unreachable, Blocked, BadArgument.
        """
        T = self._checked(pose)
        path = self.straight(self.q, T)
        if path is None:
            self.reach(T)
            raise Blocked(
                "the straight line to the pose leaves what the joints can follow",
                measured=f"from {_metres(self.T_tool)} to {_metres(T)}",
                hint="Use move_to, which may take another way.",
            )
        self._refuse_table(path)
        self.follow(path, scale=0.5)

    def home(self) -> None:
        """Move to the arm's home pose without collision, what is held included."""
        if float(np.abs(self.q - self.info.home).max()) > 1e-3:
            self.travel(self.info.home)

    def solve_ik(self, pose: Pose) -> list[float]:
        """See the primitive of the same name."""
        return [float(v) for v in self.reach(self._checked(pose))]

    def plan(self, goal: Pose | list[float]) -> list[list[float]]:
        """See the primitive of the same name."""
        if isinstance(goal, Pose):
            return self._plan_pose(goal).tolist()
        q = np.array(goal, dtype=np.float64)
        self.guard.check_joints(q)
        path = self.plan_joints(q)
        if path is None:
            raise self._blocked(q, self.checker())
        return path.tolist()

    def move_joints(self, q: list[list[float]] | list[float]) -> None:
        """See the primitive of the same name."""
        try:
            rows = np.atleast_2d(np.array(q, dtype=np.float64))
        except ValueError as error:
            raise BadArgument(
                "a joint path is one list of joint positions, or a list of such lists of equal length",
                expected=f"{self.info.dof} numbers per row",
            ) from error
        self.guard.check_joints(rows)
        path = np.vstack([self.q, rows])
        self._refuse_table(path)
        self.follow(path)

    # Fingers

    def set_gripper(self, width: float, *, force: float = GRIP_FORCE) -> float:
        """Move the fingers to `width` m or until they touch something, and note what they took or let go; returns the
        measured width in m."""
        measured = self.move_fingers(width, force=force)
        if self.held is None and self.holding():
            self._take()
        elif self.held is not None and not self.holding():
            self.let_go()
        return measured

    def move_fingers(self, width: float, *, force: float = GRIP_FORCE) -> float:
        """Move the fingers alone; returns the measured width in m."""
        self.guard.check_gripper(width, force)
        result = self.robot.arm.start_gripper(width, self.info.gripper.max_speed, force).wait(TIMEOUT)
        self._commanded_width = width
        return result.state.gripper_width

    def open_gripper(self) -> float:
        """Open the fingers wholly; returns the measured width in m."""
        return self.set_gripper(self.info.gripper.max_width)

    def close_gripper(self) -> float:
        """Close the fingers until they touch; returns the measured width in m."""
        return self.set_gripper(0.0)

    def holding(self) -> bool:
        """Whether something keeps the fingers wider apart than commanded."""
        return self._commanded_width is not None and self.width > self._commanded_width + HELD_SLACK

    def attach(self, obj: SceneObject, width: float) -> Held:
        """`obj`, lying where it was seen, is now between the fingers."""
        self.held = Held(obj, np.linalg.inv(self.T_tool) @ object_matrix(obj), width)
        self.memory.hold(obj.name)
        return self.held

    def let_go(self, *, lost: bool = False) -> SceneObject | None:
        """What was held is so no longer. Args: `lost` says that nobody knows where it went."""
        if self.held is None:
            return None
        T = self.T_tool @ self.held.T_tool_object
        position: Vector3 = (float(T[0, 3]), float(T[1, 3]), float(T[2, 3]))
        obj = msgspec.structs.replace(self.held.object, position=position)
        self.memory.release(obj.name, None if lost else position)
        self.held = None
        return obj

    def _take(self) -> None:
        """The fingers closed on something outside `pick`: the object seen nearest to the tool is what they hold."""
        tool = self.T_tool[:3, 3]
        near = [(float(np.linalg.norm(np.array(o.position) - tool)), o) for o in self.memory.objects]
        distance, obj = min(near, key=lambda n: n[0], default=(np.inf, None))
        if obj is not None and distance < max(GRASP_RADIUS, obj.size[2] / 2):
            self.attach(obj, self.width)

    # Refusals

    def _checked(self, pose: Pose) -> NDArray[np.float64]:
        norm = float(np.linalg.norm(pose.quaternion_xyzw))
        if not 0.9 < norm < 1.1:
            raise BadArgument(
                f"the quaternion of the pose has length {norm:.3f}",
                expected="a unit quaternion (x, y, z, w)",
                hint="Use Pose.top_down(x, y, z, yaw).",
            )
        self.guard.check_position(pose.position)
        return pose_matrix(pose)

    def _plan_pose(self, pose: Pose) -> NDArray[np.float64]:
        T = self._checked(pose)
        nearest = self.reach(T)
        checker = self._travel_checker(nearest, self.width)
        for n, q in enumerate(self.kinematics.solutions(T, self.q)):
            if n >= 6:
                break
            if (path := self.plan_joints(q, checker=checker)) is not None:
                return path
        raise self._blocked(nearest, checker)

    def _blocked(self, goal: NDArray[np.float64], checker: Checker) -> Blocked:
        hit = checker.contact(goal, self.width)
        if hit is None:
            return Blocked(
                "every path found to the pose collides",
                measured=f"from {_metres(self.T_tool)} to {_metres(self.kinematics.tool(goal))}",
                hint="Go by way of a higher pose, or move what is in the way first.",
            )
        part, thing = hit
        return Blocked(
            f"at the goal, {part} would touch {thing}",
            expected="a pose free of collision",
            measured=f"{part} touches {thing}",
            candidates=(thing,),
            hint=f"Move {thing} away first, or choose a pose further from it.",
        )

    def _unreachable(self, T: NDArray[np.float64]) -> Unreachable:
        nearest = self.kinematics.nearest(T, self.q)
        best = self.kinematics.tool(nearest)
        distance, angle = pose_distance(T, best)
        return Unreachable(
            f"no joint configuration reaches {_metres(T)} in that orientation",
            expected="within 1 mm and 0.5 deg",
            measured=f"nearest reachable pose: {_metres(best)}, "
            f"{distance * 1000:.0f} mm and {np.degrees(angle):.0f} deg away",
            hint="Choose a pose closer to the robot, or fingers pointing straight down (Pose.top_down).",
        )

    def _refuse_table(self, path: NDArray[np.float64]) -> None:
        """Motions that may touch objects still may not touch the table or the arm itself."""
        names = [o.name for o in self.memory.objects]
        checker = self.checker(ignore=names, held_ignore=[*names, "table"], margin=0.0)
        hit = checker.first_contact(path, self.width)
        if hit is not None:
            raise Blocked(
                f"on the way, {hit[0]} would touch {hit[1]}",
                measured=f"{hit[0]} touches {hit[1]}",
                hint="Go by way of a higher pose.",
            )


def _metres(T: NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{v:.3f}" for v in T[:3, 3]) + ") m"
