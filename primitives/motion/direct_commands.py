"""Leading the tool and the joints directly, for programs of the tool and joint surfaces."""

from __future__ import annotations

import itertools
import time

import numpy as np
from numpy.typing import NDArray

from primitives.failures import BadArgument, Blocked, ProtectiveStop, Stopped
from primitives.kinematics.poses import matrix_pose, pose_distance, pose_matrix
from primitives.motion.mover import TIMEOUT, Mover
from primitives.motion.planning.collision import CLOSE, TABLE
from primitives.motion.preconditions import blocked, crooked
from primitives.robot import Arm, ArmMode, Holds
from primitives.scene import Pose

LINEAR = 0.5
"""Speed scale of straight lines, which may end in contact."""
FEELING = 0.15
"""Speed scale while feeling for contact."""
TOUCHED = 0.0015
"""How far in m the tool must stay behind to count as held up."""
LONGEST_DWELL = 60.0
"""s for which one call holds still, at most."""
POLL = 0.02
"""s between two looks at the state of an arm that holds still."""
SOLUTIONS = 6
"""Inverse-kinematic solutions of one pose that are tried before it counts as blocked."""


def move_to(mover: Mover, pose: Pose, speed: float = 1.0) -> None:
    """Move the tool to `pose` without collision."""
    scale = _speed(speed)
    mover.follow(_plan_pose(mover, pose), scale=scale)
    mover.memory.invalidate()


def move_linear(mover: Mover, pose: Pose | list[Pose], speed: float = 1.0) -> None:
    """Move the tool to `pose`, or by way of several, along straight lines, heedless of objects."""
    scale = LINEAR * _speed(speed)
    for each in pose if isinstance(pose, list) else [pose]:
        mover.follow(_straight(mover, each), scale=scale)
        mover.memory.invalidate()  # it may have touched things, and others come into view


def move_until_contact(mover: Mover, pose: Pose) -> Pose | None:
    """Move the tool towards `pose` in short steps until it stays behind; where that is, or None when it arrived."""
    path = _straight(mover, pose)
    steps = [path[0]]
    for a, b in itertools.pairwise(path):
        steps += [(a + b) / 2, b]  # a centimetre apart, so that it presses by half of that at most
    for a, b in itertools.pairwise(steps):
        mover.follow(np.array([a, b]), scale=FEELING, contact=True)
        mover.memory.invalidate()
        behind, _ = pose_distance(mover.kinematics.tool(b), mover.T_tool)
        if behind > TOUCHED:
            mover.measured["stayed behind (m)"] = round(behind, 4)
            return matrix_pose(mover.T_tool)
    return None


def dwell(mover: Mover, duration: float) -> Pose:
    """Hold still for `duration` s of the robot's time; where the tool is in the end, measured."""
    if not 0.0 < duration <= LONGEST_DWELL:
        raise BadArgument(
            f"duration = {duration:g} s is no time to hold still",
            expected=f"in (0, {LONGEST_DWELL:g}] s",
            measured=f"{duration:g}",
            hint="Dwell several times for longer.",
        )
    arm, before = mover.robot.arm, mover.T_tool
    mover.memory.invalidate()  # what moves meanwhile is seen anew, also after a stop
    if isinstance(arm, Holds):
        arm.start_hold(duration).wait(TIMEOUT + duration)
    else:
        _wait_still(arm, duration)
    drift, _ = pose_distance(before, mover.T_tool)
    mover.measured["moved meanwhile (m)"] = round(drift, 4)
    if drift > mover.info.arrival_position:
        raise Blocked(
            f"the tool was moved by {drift * 1000:.1f} mm while it held still",
            expected=f"within {mover.info.arrival_position * 1000:g} mm",
            measured=f"{drift * 1000:.1f} mm",
            hint="Something presses against the hand; look again with detect().",
        )
    return matrix_pose(mover.T_tool)


def _wait_still(arm: Arm, duration: float) -> None:
    """Wait `duration` s; the state that is read meanwhile says what ends it."""
    until = time.monotonic() + duration
    while (left := until - time.monotonic()) > 0:
        mode = arm.state().mode
        if mode is ArmMode.STOPPED:
            raise Stopped("the arm was stopped", hint="recover it before the next motion")
        if mode is ArmMode.PROTECTIVE_STOP:
            raise ProtectiveStop("the arm is in a protective stop", hint="look at the robot, then recover it")
        time.sleep(min(POLL, left))


def _straight(mover: Mover, pose: Pose) -> NDArray[np.float64]:
    """The joint path along the straight line to `pose`."""
    T = _checked(mover, pose)
    path = mover.straight(mover.q, T)
    if path is None:
        mover.reach(T)
        raise crooked(mover.T_tool, T)
    _refuse_table(mover, path)
    return path


def _speed(speed: float) -> float:
    if not 0.0 < speed <= 1.0:
        raise BadArgument(
            f"speed = {speed:g} is no part of the usual speed",
            expected="in (0, 1]",
            measured=f"{speed:g}",
            hint="Give 1 for the usual speed, 0.2 for a fifth of it.",
        )
    return speed


def solve_ik(mover: Mover, pose: Pose) -> list[float]:
    """Joints in rad for `pose`, near where the arm is."""
    return [float(v) for v in mover.reach(_checked(mover, pose))]


def plan(mover: Mover, goal: Pose | list[float]) -> list[list[float]]:
    """A path free of collision to a pose or to joints, rows in rad."""
    if isinstance(goal, Pose):
        return _plan_pose(mover, goal).tolist()
    q = np.array(goal, dtype=np.float64)
    mover.guard.check_joints(q)
    path = mover.plan_joints(q)
    if path is None:
        raise _blocked(mover, q)
    return path.tolist()


def move_joints(mover: Mover, q: list[list[float]] | list[float], speed: float = 1.0) -> None:
    """Move along a joint path, or straight to one configuration, heedless of objects."""
    try:
        rows = np.atleast_2d(np.array(q, dtype=np.float64))
    except ValueError as error:
        raise BadArgument(
            "a joint path is one list of joint positions, or a list of such lists of equal length",
            expected=f"{mover.info.dof} numbers per row",
        ) from error
    mover.guard.check_joints(rows)
    path = np.vstack([mover.q, rows])
    _refuse_table(mover, path)
    mover.follow(path, scale=_speed(speed))
    mover.memory.invalidate()


def _checked(mover: Mover, pose: Pose) -> NDArray[np.float64]:
    norm = float(np.linalg.norm(pose.quaternion_xyzw))
    if not 0.9 < norm < 1.1:
        raise BadArgument(
            f"the quaternion of the pose has length {norm:.3f}",
            expected="a unit quaternion (x, y, z, w)",
            measured=f"length {norm:.3f}",
            hint="Use Pose.top_down(x, y, z, yaw).",
        )
    mover.guard.check_position(pose.position)
    return pose_matrix(pose)


def _plan_pose(mover: Mover, pose: Pose) -> NDArray[np.float64]:
    T = _checked(mover, pose)
    nearest = mover.reach(T)
    known = [mover.postures[pose]] if pose in mover.postures else []
    for q in itertools.chain(known, itertools.islice(mover.kinematics.solutions(T, mover.q), SOLUTIONS)):
        if (path := mover.plan_joints(q)) is not None:
            return path
    raise _blocked(mover, nearest)


def _blocked(mover: Mover, goal: NDArray[np.float64]) -> Blocked:
    return blocked(mover.kinematics, mover.q, goal, mover.hand.width, mover.checker(margin=CLOSE))


def _refuse_table(mover: Mover, path: NDArray[np.float64]) -> None:
    """Motions that may touch objects still may not touch the table or the arm itself."""
    names = [o.name for o in mover.memory.objects]
    checker = mover.checker(ignore=names, held_ignore=[*names, TABLE], margin=0.0)
    if (hit := checker.first_contact(path, mover.hand.width)) is not None:
        raise Blocked(
            f"on the way, {hit[0]} would touch {hit[1]}",
            expected="a way free of the table and of the arm itself",
            measured=f"{hit[0]} touches {hit[1]}",
            hint="Go by way of a higher pose.",
        )
