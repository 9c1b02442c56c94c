"""Where a board is put for a calibration, and what an environment without a printer offers instead."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from primitives.hand_eye.charuco import Board
from primitives.hand_eye.solver import Mounted
from primitives.robot import Robot
from primitives.scene import Workspace

GRIPPED = 0.01
"""How deep the board's edge is between the fingers, m."""


@runtime_checkable
class ShowsBoard(Protocol):
    """A simulated environment that can put a board into its cameras' view."""

    def show_board(self, board: Board, camera: str | None) -> Robot:
        """The robot of the trial under way, whose cameras now see a board near where `board_place` says: on the table
        for `camera` "wrist", which is in the hand and there for this alone, else in the hand."""
        ...


def board_place(board: Board, mounted: Mounted, workspace: Workspace) -> NDArray[np.float64]:
    """Where a person is asked to put the board, to within some centimetres and ten degrees.

    Fixed cameras: the middle of the upper long edge (where the text is not) is between the fingers, the board goes on
    beyond the fingertips and its print faces along +y of the tool. A camera in the hand: the board lies in the middle
    of the workspace, its text towards the robot.

    Returns:
        (4, 4), takes board-frame points to the tool frame (fixed), or to the base frame (hand).
    """
    width, height = board.size
    T = np.eye(4)
    if mounted == "fixed":
        T[:3, 0], T[:3, 1], T[:3, 2] = (1, 0, 0), (0, 0, 1), (0, -1, 0)
        T[:3, 3] = (-width / 2, 0.0, -GRIPPED)
        return T
    x, y = ((low + high) / 2 for low, high in zip(workspace.low[:2], workspace.high[:2], strict=True))
    T[:3, 0], T[:3, 1], T[:3, 2] = (0, -1, 0), (-1, 0, 0), (0, 0, -1)
    T[:3, 3] = (x + height / 2, y + width / 2, 0.0)
    return T
