"""One calibration from beginning to end: ask for the board, take views, solve, compare with what was believed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.environment import TrialSpec, World
from primitives.errors import ConfigurationError, unknown_name
from primitives.guard import Guard
from primitives.hand_eye.bench import ShowsBoard, board_place
from primitives.hand_eye.charuco import Board
from primitives.hand_eye.coverage import LEAST_VIEWS
from primitives.hand_eye.pose_vectors import inverse
from primitives.hand_eye.recording import recorded_views, views_by_hand
from primitives.hand_eye.solver import HandEye, Mounted, View, solve
from primitives.hand_eye.view_poses import Guess, board_checker, view_poses
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_distance
from primitives.robot import Arm, Camera, Robot


@dataclass(frozen=True, slots=True)
class Calibration:
    """A result, and how far it is from what was believed before."""

    hand_eye: HandEye
    moved_mm: float
    moved_deg: float

    def summary(self) -> dict[str, object]:
        """Plain data for people's scripts."""
        found = self.hand_eye
        return {
            "mounted": found.mounted,
            "T_mount_camera": found.T_mount_camera.tolist(),
            "views": found.views,
            "left_out": found.left_out,
            "error_px": found.error,
            "position_mm_95": 2000 * found.position,
            "rotation_deg_95": math.degrees(2 * found.rotation),
            "at_board_mm_95": 2000 * found.at_board,
            "board_scale": found.scale,
            "moved_mm": self.moved_mm,
            "moved_deg": self.moved_deg,
        }


class Session:
    """A robot, one of its cameras and a board.

    Args:
        robot: connected, its table clear.
        camera: the one to calibrate; its intrinsics are believed, and its extrinsics to some centimetres.
        board: as printed and measured.
        speed_scale: fraction of the arm's speed.
    """

    def __init__(self, robot: Robot, camera: Camera, board: Board, *, speed_scale: float) -> None:
        self.camera = camera
        self._robot, self._board = robot, board
        self._speed = min(1.0, speed_scale / robot.limits.speed_scale)
        info, link = robot.arm.info, camera.info.link
        kinematics = Kinematics(info)
        self._mounted: Mounted = "fixed" if link is None else "hand"
        self._guard = Guard(robot.limits, info, robot.workspace, kinematics.pose(info.home).position)
        self._believed, T_camera_tool = camera.info.T_base_camera, np.eye(4)
        if link is not None:
            known = camera.info.T_link_camera
            self._believed = known if known is not None else np.full((4, 4), np.nan)
            T_link_tool = inverse(kinematics.link(info.home, link)) @ kinematics.tool(info.home)
            T_camera_tool = inverse(self._believed) @ T_link_tool
        place = board_place(board, self._mounted, robot.workspace)
        self._guess = Guess(self._mounted, camera.info, place, T_camera_tool)

    @property
    def arm(self) -> Arm:
        """The arm that is moved."""
        return self._robot.arm

    def request(self) -> str:
        """What the person is to do first."""
        size = " x ".join(f"{v * 1000:.0f}" for v in self._board.size)
        if self._mounted == "fixed":
            return (
                f"Put the board ({size} mm) into the hand: the fingers hold the middle of its upper long edge, it goes "
                "on beyond the fingertips, and its print faces the side towards which the hand's y axis points."
            )
        x, y = (self._guess.T_board[:2, :2] @ np.divide(self._board.size, 2) + self._guess.T_board[:2, 3]).tolist()
        return (
            f"Lay the board ({size} mm) on the table, its middle at x {x:.2f}, y {y:.2f} m, its text towards the robot."
        )

    def plan(self, count: int) -> list[NDArray[np.float64]]:
        """Joint positions (dof,) rad to look from.

        Raises:
            ConfigurationError: too few can be reached.
        """
        arm = self._robot.arm
        if not np.isfinite(self._believed).all():
            raise ConfigurationError(
                f"nothing is known of where camera {self.camera.info.name!r} is: give its rough pose, or lead the arm "
                "with --by-hand"
            )
        poses, _ = view_poses(arm.info, self._guard, self._board, self._guess, start=arm.state().q, count=count)
        if len(poses) < LEAST_VIEWS:
            raise ConfigurationError(
                f"the arm reaches only {len(poses)} poses from which camera {self.camera.info.name!r} would see the "
                f"whole board; {LEAST_VIEWS} are needed: correct the camera's rough pose, take a smaller board, or "
                "lead the arm with --by-hand"
            )
        return poses

    def move_and_solve(self, poses: Sequence[NDArray[np.float64]], tell: Callable[[str], None]) -> Calibration:
        """Visit `poses`, and home again. Raises what `solve` and motions do."""
        arm = self._robot.arm
        home = arm.state().q
        checker = board_checker(arm.info, self._guard, self._board, self._guess)
        views: list[View] = []
        looks = recorded_views(
            arm, self.camera, self._board, [*poses, home], checker, self._guard, speed_scale=self._speed
        )
        for number, view in enumerate(looks, 1):
            if view is not None:
                views.append(view)
            if number <= len(poses):
                tell(f"pose {number} of {len(poses)}: the board is {'' if view is not None else 'not '}seen")
        return self._solved(views)

    def led_and_solve(self, ask: Callable[[], bool], tell: Callable[[str], None]) -> Calibration:
        """Views where a person leads the arm; see `views_by_hand`."""
        views: list[View] = []
        for view in views_by_hand(self._robot.arm, self.camera, self._board, ask, tell):
            views.append(view)
            tell(f"view {len(views)} taken")
        return self._solved(views)

    def _solved(self, views: Iterable[View]) -> Calibration:
        info = self.camera.info
        found = solve(list(views), self._board, info.K, info.distortion, self._mounted)
        if not np.isfinite(self._believed).all():
            return Calibration(found, math.nan, math.nan)
        away, turn = pose_distance(self._believed, found.T_mount_camera)
        return Calibration(found, away * 1000, math.degrees(turn))


def opened(environment: World, spec: TrialSpec, board: Board, camera: str | None, *, speed_scale: float) -> Session:
    """A session with the robot of `environment`; a simulated one is shown a board.

    Raises:
        ConfigurationError: there is no such camera, or several and none was named.
    """
    robot = environment.reset(spec).robot
    if isinstance(environment, ShowsBoard):
        robot = environment.show_board(board, camera)
    known = {c.info.name: c for c in robot.cameras}
    if camera is None and len(known) != 1:
        raise ConfigurationError(f"which camera? Give --camera {' or '.join(known) or 'NAME, once there is one'}.")
    if camera is not None and camera not in known:
        raise unknown_name("camera", camera, known)
    chosen = known[camera] if camera is not None else next(iter(known.values()))
    return Session(robot, chosen, board, speed_scale=speed_scale)
