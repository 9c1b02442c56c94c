"""Arm poses from which a camera sees the board well: spread out, turned about every axis, and reachable."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from primitives.guard import Guard
from primitives.hand_eye.charuco import Board
from primitives.hand_eye.pose_vectors import inverse, rotation, rotation_vector
from primitives.hand_eye.solver import Mounted
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.planning.collision import Checker, robot_geometry
from primitives.robot import ArmInfo, CameraInfo
from primitives.scene import SceneObject

TILT = np.radians(35.0)
"""Largest angle between the board's normal and the line to the camera."""
ROLL = np.radians(40.0)
"""Largest turn of the board about that line."""
DISTANCES = (0.35, 0.75)
"""Distances of a camera in the hand from the board that are tried, m."""
BORDER = 12
"""px of the image's edge that the board stays away from."""
TRIES = 1500
THICKNESS = 0.02
"""What a board and its grip are taken to measure across, m."""
RIM = 0.03
"""Paper around the squares, and what is kept from the table, m."""


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """Where things are before the calibration, to within some centimetres and ten degrees."""

    mounted: Mounted
    camera: CameraInfo
    """Its pose as believed now."""
    T_board: NDArray[np.float64]
    """(4, 4), takes board-frame points to the tool frame (camera fixed) or to the base frame (camera in the hand)."""
    T_camera_tool: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    """(4, 4), takes tool-frame points to a camera in the hand."""


def view_poses(
    info: ArmInfo, guard: Guard, board: Board, guess: Guess, *, start: NDArray[np.float64], count: int = 20
) -> tuple[list[NDArray[np.float64]], Checker]:
    """Joint positions (dof,) in rad to look from, in the order in which to visit them, and the checker that found
    them free, for the way between them. They may be fewer than `count`.

    Args:
        info: the arm.
        guard: whose box and joint margin are kept.
        board: as printed.
        guess: where camera and board are, roughly.
        start: (dof,) rad, where the arm is.
        count: how many.
    """
    kinematics = Kinematics(info, guard.limits.joint_margin)
    checker = board_checker(info, guard, board, guess)
    rng = np.random.default_rng(0)
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for T in itertools.islice(_candidates(guard, board, guess, rng), TRIES):
        q = kinematics.solve(T, start, 2)
        if q is not None and not checker.collides(q, 0.0):
            found.append((q, T))
            if len(found) >= 3 * count:
                break
    chosen = _spread([T for _, T in found], count)
    return _short_tour([found[i][0] for i in chosen], start), checker


def board_checker(info: ArmInfo, guard: Guard, board: Board, guess: Guess) -> Checker:
    """Tells collisions of the arm, with the board in the hand where it is held there, with itself and the table."""
    held = guess.mounted == "fixed"
    width, height = board.size
    plate = SceneObject(
        name="calibration board",
        category="block",
        color="white",
        position=(0.0, 0.0, 0.0),
        yaw=0.0,
        size=(width + 2 * RIM, height + 2 * RIM, THICKNESS),
        confidence=1.0,
    )
    middle = np.eye(4)
    middle[:3, 3] = (width / 2, height / 2, 0.0)
    return Checker(
        robot_geometry(info),
        [],
        held=plate if held else None,
        T_tool_held=guess.T_board @ middle if held else None,
        box=(guard.low, guard.high),
    )


def _candidates(guard: Guard, board: Board, guess: Guess, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Tool poses (4, 4) in the base frame that would show the whole board."""
    width, height = board.size
    middle = np.eye(4)
    middle[:3, 3] = (width / 2, height / 2, 0.0)
    corners = np.array([[x, y, 0.0, 1.0] for x in (0.0, width) for y in (0.0, height)])
    camera = guess.camera
    T_board_middle = inverse(middle)
    for _ in range(TRIES * 4):
        tilt = _turned(rng, TILT)
        roll = rotation((0.0, 0.0, rng.uniform(-ROLL, ROLL) + rng.choice((0.0, np.pi))))
        if guess.mounted == "fixed":
            at = rng.uniform(guard.low, guard.high)
            T_camera_base = inverse(camera.T_base_camera)
            p = T_camera_base[:3, :3] @ at + T_camera_base[:3, 3]
            if p[2] < 0.2:
                continue
            T_camera_middle = np.eye(4)
            T_camera_middle[:3, :3] = _facing(p) @ tilt @ roll
            T_camera_middle[:3, 3] = p
            T_base_board = camera.T_base_camera @ T_camera_middle @ T_board_middle
            T_base_tool = T_base_board @ inverse(guess.T_board)
        else:
            T_camera_middle = np.eye(4)
            p = rng.uniform((-0.08, -0.06, DISTANCES[0]), (0.08, 0.06, DISTANCES[1]))
            T_camera_middle[:3, :3] = _facing(p) @ tilt @ roll
            T_camera_middle[:3, 3] = p
            T_base_camera = guess.T_board @ middle @ inverse(T_camera_middle)
            T_base_tool = T_base_camera @ guess.T_camera_tool
        seen = (corners @ (T_camera_middle @ T_board_middle).T)[:, :3] @ camera.K.T
        pixels = seen[:, :2] / seen[:, 2:]
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        if (low > BORDER).all() and (high < np.array([camera.width, camera.height]) - BORDER).all():
            yield T_base_tool


def _facing(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) rotation that points z along the line from the camera to `p` (camera frame)."""
    z = p / np.linalg.norm(p)
    x = np.cross((0.0, 1.0, 0.0), z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def _turned(rng: np.random.Generator, most: float) -> NDArray[np.float64]:
    """(3, 3) a turn by up to `most` rad about a random axis across the view."""
    direction, angle = rng.uniform(0, 2 * np.pi), most * np.sqrt(rng.uniform())
    return rotation((angle * np.cos(direction), angle * np.sin(direction), 0.0))


def _spread(poses: list[NDArray[np.float64]], count: int) -> list[int]:
    """Numbers of the `count` poses that lie farthest from each other; 10 cm count like 20 degrees."""
    if not poses:
        return []
    chosen = [0]
    nearest = np.full(len(poses), np.inf)
    while len(chosen) < min(count, len(poses)):
        last = poses[chosen[-1]]
        gaps = [
            float(np.linalg.norm(T[:3, 3] - last[:3, 3]))
            + float(np.linalg.norm(rotation_vector(last[:3, :3].T @ T[:3, :3]))) * 0.28
            for T in poses
        ]
        nearest = np.minimum(nearest, gaps)
        chosen.append(int(np.argmax(nearest)))
    return chosen


def _short_tour(joints: list[NDArray[np.float64]], start: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The same, each the nearest to the one before."""
    left, at, tour = list(joints), start, list[NDArray[np.float64]]()
    while left:
        k = min(range(len(left)), key=lambda i: float(np.abs(left[i] - at).max()))
        at = left.pop(k)
        tour.append(at)
    return tour
