"""Moves the arm: plan, guard, execute, and check on measured state that it arrived."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from primitives.failures import Blocked
from primitives.guard import Guard, GuardLimits
from primitives.kinematics.arm_kinematics import THOROUGH, Kinematics
from primitives.kinematics.description_check import check_description
from primitives.kinematics.poses import line, pose_distance
from primitives.motion.hand import Hand
from primitives.motion.planning.collision import CLOSE, Checker, robot_geometry
from primitives.motion.planning.path_planner import PathPlanner
from primitives.motion.preconditions import blocked, unreachable
from primitives.perception.tracking.held_object import HeldObject
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.robot import MotionLimits, Robot
from primitives.scene import Pose, SceneObject, Vector3

CLEARANCE = 0.008
"""Distance kept from perceived objects while travelling, in m; `CLOSE` where start or goal is nearer to one."""
NEAR = 0.85
"""Speed scale near objects."""
LEVEL = 0.3
"""rad by which a container with something in it may lean on its way."""
LADEN = 0.4
"""Speed scale with such a container."""
TIMEOUT = 30.0
"""Time in s that one motion may take, beside what its speed limits ask for."""
JUMP = 0.35
"""Change of a joint in rad within a centimetre of a line that no longer counts as following it."""


class Mover:
    """The means to move one robot. Every motion passes the guard and ends measured."""

    def __init__(self, robot: Robot, memory: SceneMemory, limits: GuardLimits) -> None:
        self.robot = robot
        self.memory = memory
        self.info = robot.arm.info
        check_description(self.info)
        self.kinematics = Kinematics(self.info, limits.joint_margin)
        self.guard = Guard(limits, self.info, robot.workspace, self.kinematics.pose(self.info.home).position)
        self.hand = Hand(robot.arm, self.kinematics, memory, self.guard)
        self.postures: dict[Pose, NDArray[np.float64]] = {}
        """Joints (dof,) in rad for poses that a program was told of, with which they were found to work."""
        self.on_path: Callable[[NDArray[np.float64]], None] | None = None
        """Is told the tool's positions (N, 3) in m along each path that the arm is about to follow."""
        self.measured: dict[str, float | str] = {}
        """What the running primitive measured, by name with unit; the server moves it into the call's record."""
        home = self.kinematics.tool(self.info.home)
        self._turn_at_home = _heading(home) - math.atan2(home[1, 3], home[0, 3])
        self._geometry = robot_geometry(self.info)
        self._planner = PathPlanner(self.kinematics)
        self._kept_out = [_kept_out(i, low, high) for i, (low, high) in enumerate(limits.keep_out, 1)]

    @property
    def q(self) -> NDArray[np.float64]:
        """(dof,) measured joint positions in rad."""
        return self.robot.arm.state().q

    @property
    def T_tool(self) -> NDArray[np.float64]:
        """(4, 4) measured pose of the tool in the base frame."""
        return self.kinematics.tool(self.q)

    def checker(
        self,
        *,
        ignore: Collection[str] = (),
        grasped: str | None = None,
        held_ignore: Collection[str] = (),
        margin: float = CLEARANCE,
        close: Collection[str] = (),
        held: HeldObject | None = None,
        objects: Sequence[SceneObject] | None = None,
    ) -> Checker:
        """The present scene for collision checks, with what is held attached to the tool.

        Args:
            ignore: objects that the arm may touch.
            grasped: the object that the fingers alone may touch.
            held_ignore: objects that the held object may touch; "table" is one.
            margin: distance to keep from objects, in m.
            close: objects from which only `CLOSE` is kept.
            held: what to attach in place of what is really held.
            objects: what is known to be there; left out, what was last seen, and a look where something moved since.
        """
        attached = held or self.hand.held
        names = attached.names if attached else ()
        laden = attached is not None and bool(attached.contents)
        known = self.memory.objects if objects is None else objects
        return Checker(
            self._geometry,
            [*(o for o in known if o.name not in names), *self._kept_out],
            held=attached.object if attached else None,
            T_tool_held=attached.T_tool_object if attached else None,
            ignore=ignore,
            grasped=grasped,
            held_ignore=held_ignore,
            margin=margin,
            close=close,
            box=(self.guard.low, self.guard.high),
            tilt=LEVEL if laden else None,
        )

    def follow(self, path: NDArray[np.float64], *, scale: float = 1.0, contact: bool = False) -> None:
        """Execute a joint path and check that the arm arrived.

        Args:
            path: (N, dof) rad, beginning where the arm is.
            scale: slow-down of the speed limits, in (0, 1].
            contact: the end may be missed by pressing against something; the caller measures what happened.

        Raises:
            Blocked: the arm came to rest elsewhere.
            LimitExceeded, BadArgument: the guard refused.
            Stopped, ProtectiveStop, CommsLost, HardwareFault: what else ended it.
        """
        path = path.copy()
        path[0] = self.q
        tool = self.kinematics.tool_positions(path)
        self.guard.check_path(path, tool)
        if self.hand.held is not None and self.hand.held.contents:
            scale = min(scale, LADEN)
        limits = self.guard.motion_limits(path, tool, scale)
        if self.on_path is not None:
            self.on_path(tool)
        try:
            result = self.robot.arm.start_joint_path(path, limits).wait(TIMEOUT + 2 * _least_duration(path, limits))
        except BaseException:  # a person's interrupt, too
            self.memory.invalidate()  # ended on the way, it may have moved things
            raise
        distance, angle = pose_distance(self.kinematics.tool(path[-1]), self.kinematics.tool(result.state.q))
        info = self.info
        if not contact and (distance > info.arrival_position or angle > info.arrival_rotation):
            self.memory.invalidate()
            raise Blocked(
                f"the arm stopped {distance * 1000:.1f} mm and {np.degrees(angle):.1f} deg short of its goal",
                expected=f"within {info.arrival_position * 1000:g} mm and {np.degrees(info.arrival_rotation):.2g} deg",
                measured=f"{distance * 1000:.1f} mm, {np.degrees(angle):.1f} deg"
                + (f" ({result.reason})" if result.reason else ""),
                hint="Something is in the way; look again with detect() and choose another way or place.",
            )

    def travel(self, goal: NDArray[np.float64], *, objects: Sequence[SceneObject] | None = None) -> None:
        """Move to joints `goal` (rad) on a path free of collision with `objects`, or with what was last seen.

        Raises:
            Blocked: none was found.
        """
        path = self.plan_joints(goal, objects=objects)
        if path is None:
            checker = self.checker(margin=CLOSE, objects=objects)
            raise blocked(self.kinematics, self.q, goal, self.hand.width, checker)
        self.follow(path)

    def plan_joints(
        self,
        goal: NDArray[np.float64],
        *,
        width: float | None = None,
        objects: Sequence[SceneObject] | None = None,
    ) -> NDArray[np.float64] | None:
        """A path free of collision from here to joints `goal` (rad), (N, dof) rad, or None.

        Args:
            goal: (dof,) rad.
            width: gripper width on the way in m; left out, the present one.
            objects: see `checker`.
        """
        start, width = self.q, self.hand.width if width is None else width
        checker = self.checker(objects=objects)
        if checker.collides(start, width) or checker.collides(goal, width):
            checker = self.checker(margin=CLOSE, objects=objects)
            if touched := checker.touched(start, width):
                return self._planned_from_above(start, goal, width, checker, touched, objects)
        return self._planner.path(start, goal, width, checker)

    def _planned_from_above(
        self,
        start: NDArray[np.float64],
        goal: NDArray[np.float64],
        width: float,
        checker: Checker,
        touched: Collection[str],
        objects: Sequence[SceneObject] | None,
    ) -> NDArray[np.float64] | None:
        """A path from joints `start` at which things are `touched`, as after a stop around an object: straight up, and
        on from there; where that is not free, from where the arm is."""
        up = self.raised(start, self.info.approach)
        if up is not None:
            leaving = self.checker(ignore=touched, held_ignore=touched, margin=CLOSE, objects=objects)
            if leaving.first_contact(up[::-1], width) is None:
                onward = self._planner.path(up[0], goal, width, checker)
                if onward is not None:
                    return np.vstack([up[::-1], onward[1:]])
        return self._planner.path(start, goal, width, checker)

    def reach(self, T: NDArray[np.float64]) -> NDArray[np.float64]:
        """Joints (dof,) in rad for the tool pose `T` (4, 4), near where the arm is. Raises Unreachable."""
        q = self.kinematics.solve(T, self.q, THOROUGH)
        if q is None:
            raise unreachable(self.kinematics, T, self.q)
        return q

    def straight(
        self, start: NDArray[np.float64], T: NDArray[np.float64], *, backwards: bool = False
    ) -> NDArray[np.float64] | None:
        """Joint path along the straight line from joints `start` to the tool pose `T`, or None where the joints cannot
        follow it.

        Args:
            start: (dof,) rad.
            T: (4, 4) tool pose, base frame.
            backwards: return the path from `T` to `start`.
        """
        path = [start]
        for pose in line(self.kinematics.tool(start), T):
            q = self.kinematics.track(pose, path[-1])
            if q is None or float(np.abs(q - path[-1]).max()) > JUMP:
                return None
            path.append(q)
        return np.array(path[::-1] if backwards else path)

    def turn(self, T: NDArray[np.float64]) -> float:
        """How far the hand is turned at the tool pose `T` (4, 4) against how it hangs at home, in rad, once the arm has
        turned towards it: of poses that serve equally, the one least turned is the nearest."""
        turn = _heading(T) - math.atan2(T[1, 3], T[0, 3]) - self._turn_at_home
        return abs(math.remainder(turn, math.tau))

    def raised(self, q: NDArray[np.float64], height: float) -> NDArray[np.float64] | None:
        """The straight way down to joints `q` (rad) from `height` m above, (N, dof) rad, or None."""
        T = self.kinematics.tool(q)
        T[2, 3] += height
        return self.straight(q, T, backwards=True)

    def approach(self, path: NDArray[np.float64]) -> None:
        """Follow the way to above a grasp or a place; stopped by something, leave it upwards and say so."""
        try:
            self.follow(path)
        except Blocked:
            with suppress(Blocked):
                self.withdraw()
            raise

    def descend(self, down: NDArray[np.float64]) -> None:
        """Follow the way down to a grasp or a place; stopped by something, go back up and say so."""
        try:
            self.follow(down, scale=NEAR)
        except Blocked:
            with suppress(Blocked):
                self.follow(np.vstack([self.q, down[::-1]]), scale=NEAR)
            raise

    def withdraw(self) -> None:
        """Straight up and home, as far as that is free; above the table is safe too."""
        path = self.raised(self.q, self.info.approach)
        if path is not None:
            self.follow(path[::-1], scale=NEAR)
        with suppress(Blocked):
            self.home()

    def home(self, *, objects: Sequence[SceneObject] | None = None) -> None:
        """Move to the arm's home pose without collision, what is held included; fingers that were stopped on the way
        open first. Args: for `objects` see `checker`."""
        self.hand.recover()
        if float(np.abs(self.q - self.info.home).max()) > 1e-3:
            self.travel(self.info.home, objects=objects)


def _kept_out(number: int, low: Vector3, high: Vector3) -> SceneObject:
    """A box that is to be kept out of, as something to collide with."""
    return SceneObject(
        name=f"kept-out box {number}",
        category="object",
        color="unknown",
        position=((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2),
        yaw=0.0,
        size=(high[0] - low[0], high[1] - low[1], high[2] - low[2]),
    )


def _least_duration(path: NDArray[np.float64], limits: MotionLimits) -> float:
    """Time in s below which no motion along `path` can stay."""
    return float((np.abs(np.diff(path, axis=0)) / limits.velocity).max(axis=1, initial=0.0).sum())


def _heading(T: NDArray[np.float64]) -> float:
    """Direction of the tool's x axis, in rad about the vertical."""
    return math.atan2(T[1, 0], T[0, 0])
