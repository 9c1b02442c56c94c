"""Synthetic views of a board: projected corners with noise, and pages drawn as a printer would."""

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.hand_eye.charuco import Board, Sighting
from primitives.hand_eye.solver import View
from primitives.kinematics.poses import pose_distance

K = np.array([[615.0, 0.0, 319.5], [0.0, 615.0, 239.5], [0.0, 0.0, 1.0]])
DISTORTION = np.array([0.08, -0.15, 0.001, -0.0005, 0.0])


def pose(rotation, position) -> NDArray[np.float64]:
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = cv2.Rodrigues(np.array(rotation, dtype=float))[0], position
    return T


X = pose((2.0, 1.0, 0.3), (0.5, 0.1, 0.8))
Y = pose((0.1, 1.5, 0.2), (0.02, 0.01, 0.1))


def views(
    mounted: str, *, count=20, axes=(1.0, 1.0, 1.0), turn=0.3, noise=0.1, joint=0.0, scale=1.0, seed=0
) -> list[View]:
    """Views of a board at `Y` by a camera at `X`, turned about `axes`; `joint` is an error of the arm in m and rad."""
    rng, board, made = np.random.default_rng(seed), Board(), []
    for _ in range(count):
        T_camera_board = pose(rng.normal(0, turn, 3) * axes, rng.uniform((-0.2, -0.2, 0.5), (0.1, 0.1, 0.9)))
        moved = X @ T_camera_board @ np.linalg.inv(Y)
        rotation, _ = cv2.Rodrigues(T_camera_board[:3, :3])
        pixels, _ = cv2.projectPoints(board.corners * scale, rotation, T_camera_board[:3, 3], K, DISTORTION)
        T_tool = moved if mounted == "fixed" else np.linalg.inv(moved)
        T_tool = T_tool @ pose(rng.normal(0, joint, 3), rng.normal(0, joint, 3))
        spread = pixels.reshape(-1, 2) + rng.normal(0, noise, (len(pixels), 2))
        made.append(View(T_tool, Sighting(np.arange(len(pixels)), spread)))
    return made


def off(a, b) -> tuple[float, float]:
    """mm and degrees between two poses."""
    away, turn = pose_distance(a, b)
    return away * 1000, np.degrees(turn)


def rasterised(pdf: bytes, per_mm: int) -> NDArray[np.uint8]:
    """The filled rectangles of a page, (H, W, 3), `per_mm` px a millimetre."""
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    px = 25.4 / 72 * per_mm
    width, height = (round(float(v) * px) for v in box.groups())
    page = np.full((height, width, 3), 255, np.uint8)
    for x, y, w, h in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f", pdf):
        left, low, right, high = (round(float(v) * px) for v in (x, y, float(x) + float(w), float(y) + float(h)))
        page[height - high : height - low, left:right] = 0
    return page
