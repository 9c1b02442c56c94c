"""Things on a table without physics: they stick between the fingers that close on them, and fall straight down."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from primitives.colors import COLORS
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo
from primitives.scene import Vector3


@dataclass(slots=True, eq=False)
class Box:
    """One cuboid."""

    color: str
    size: Vector3
    """Extent along its own axes in m."""
    T: NDArray[np.float64]
    """(4, 4) pose of its centre, base frame."""
    loose: bool = True
    """Whether the fingers can take it."""

    @property
    def rgb(self) -> NDArray[np.float64]:
        """(3,) 0..255."""
        return np.array(COLORS[self.color], dtype=np.float64)


def block(color: str, x: float, y: float, yaw: float = 0.0, edge: float = 0.04) -> Box:
    """A cube on the table."""
    return Box(color, (edge, edge, edge), _upright(x, y, edge / 2, yaw))


def open_box(color: str, x: float, y: float, *, edge: float = 0.11, height: float = 0.05) -> list[Box]:
    """A box without a lid: a floor and four walls."""
    wall, off = 0.004, (edge - 0.004) / 2
    parts = [Box(color, (edge, edge, 0.003), _upright(x, y, 0.0015), loose=False)]
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        size = (wall, edge, height) if dx else (edge, wall, height)
        parts.append(Box(color, size, _upright(x + dx * off, y + dy * off, height / 2), loose=False))
    return parts


@dataclass(slots=True)
class FakeTable:
    """What stands where, and what the hand holds."""

    info: ArmInfo
    boxes: list[Box]
    lock: threading.RLock = field(default_factory=threading.RLock)
    _held: tuple[Box, NDArray[np.float64], float] | None = None
    """What is held, its pose in the tool frame, and how far it keeps the fingers apart in m."""
    _touched: bool = False
    """Whether the fingers, closing, have come so near."""
    _kinematics: Kinematics = field(init=False)

    def __post_init__(self) -> None:
        self._kinematics = Kinematics(self.info)

    def moved(self, q: NDArray[np.float64], width: float) -> None:
        """The arm is at joints `q` (rad) with the fingers `width` m apart: what is held goes along, or falls."""
        with self.lock:
            if self._held is None:
                return
            box, T, apart = self._held
            if width <= apart + 0.001:
                self._touched = True
            if not self._touched:
                return
            box.T = self._kinematics.tool(q) @ T
            if width > apart + 0.001:
                self._held = None
                self._fall(box)

    def between(self, q: NDArray[np.float64], opened: float, goal: float) -> float:
        """How far apart closing fingers stay, in m, for what is between them; that is held from now on."""
        with self.lock:
            if self._held is not None:
                return self._held[2]
            tool = self._kinematics.tool(q)
            for box in self.boxes:
                offset = tool[:3, :3].T @ (box.T[:3, 3] - tool[:3, 3])
                near = abs(offset[0]) < 0.02 and abs(offset[1]) < opened / 2 and abs(offset[2]) < 0.04
                if box.loose and near:
                    across = np.abs(box.T[:3, :3].T @ tool[:3, 1])
                    apart = float(box.size[int(across.argmax())])
                    if goal < apart:
                        self._held, self._touched = (box, np.linalg.inv(tool) @ box.T, apart), False
                        return apart
            return goal

    def _fall(self, box: Box) -> None:
        x, y, _ = (float(v) for v in box.T[:3, 3])
        level = 0.0
        for other in self.boxes:
            off = other.T[:2, :2].T @ (box.T[:2, 3] - other.T[:2, 3])
            if other is not box and np.all(np.abs(off) < np.array(other.size[:2]) / 2):
                level = max(level, float(other.T[2, 3]) + other.size[2] / 2)
        box.T = _upright(x, y, level + box.size[2] / 2, math.atan2(float(box.T[1, 0]), float(box.T[0, 0])))


def _upright(x: float, y: float, z: float, yaw: float = 0.0) -> NDArray[np.float64]:
    c, s = math.cos(yaw), math.sin(yaw)
    T = np.eye(4)
    T[:2, :2], T[:3, 3] = ((c, -s), (s, c)), (x, y, z)
    return T
