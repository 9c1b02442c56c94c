"""Takes the views of a calibration: the arm goes from pose to pose, or a person leads it by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from primitives.failures import Blocked, CommsLost
from primitives.guard import Guard
from primitives.hand_eye.charuco import Board, seen
from primitives.hand_eye.solver import View
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.planning.collision import Checker
from primitives.motion.planning.path_planner import PathPlanner
from primitives.robot import Arm, ArmMode, Camera

TIMEOUT_S = 60.0
"""Robot time that one motion may take."""
AT_REST = 0.01
"""rad/s of the fastest joint."""
MOVED = 0.003
"""rad that a joint may move while the picture is taken."""


def recorded_views(
    arm: Arm,
    camera: Camera,
    board: Board,
    poses: Sequence[NDArray[np.float64]],
    checker: Checker,
    guard: Guard,
    *,
    speed_scale: float,
) -> Iterator[View | None]:
    """Move to each of `poses` (dof,) rad on a free way and look; None where the board was not seen or the pose not
    reached by a free way.

    Raises:
        Blocked: the arm did not arrive.
        Stopped, ProtectiveStop, CommsLost, HardwareFault: what else ended it.
    """
    kinematics = Kinematics(arm.info, guard.limits.joint_margin)
    planner = PathPlanner(kinematics)
    for goal in poses:
        path = planner.path(arm.state().q, goal, arm.state().gripper_width, checker)
        if path is None:
            yield None
            continue
        path[0] = arm.state().q
        tool = kinematics.tool_positions(path)
        guard.check_path(path, tool)
        result = arm.start_joint_path(path, guard.motion_limits(path, tool, speed_scale)).wait(TIMEOUT_S)
        if not result.reached:
            raise Blocked(f"the arm did not arrive: {result.reason}", hint="Clear the way and calibrate again.")
        yield view_now(arm, camera, board, kinematics)


def views_by_hand(
    arm: Arm, camera: Camera, board: Board, ask: Callable[[], bool], tell: Callable[[str], None]
) -> Iterator[View]:
    """Views of poses that a person leads the arm to. Each call of `ask` waits for the next; it ends with False."""
    kinematics = Kinematics(arm.info)
    while ask():
        if float(np.abs(arm.state().dq).max()) > AT_REST:
            tell("the arm is moving: hold it still and try again")
            continue
        view = view_now(arm, camera, board, kinematics)
        if view is None:
            tell("the board is not seen from here, or the arm moved: try another pose")
            continue
        yield view


def view_now(arm: Arm, camera: Camera, board: Board, kinematics: Kinematics) -> View | None:
    """The board as it is seen now, or None where it is not seen or the arm moved meanwhile."""
    before = arm.state()
    if before.mode in (ArmMode.PROTECTIVE_STOP, ArmMode.FAULT):
        raise CommsLost(f"the arm is in mode {before.mode.value!r}")
    frame = camera.frame(after=time.monotonic(), timeout_s=2.0)
    after = arm.state()
    if float(np.abs(after.q - before.q).max()) > MOVED:
        return None
    sighting = seen(board, frame.rgb)
    if sighting is None:
        return None
    q = frame.q if frame.q is not None else (before.q + after.q) / 2
    link = camera.info.link
    return View(kinematics.tool(q) if link is None else kinematics.link(q, link), sighting)
