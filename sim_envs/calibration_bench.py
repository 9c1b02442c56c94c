"""A simulated calibration: an empty table, and a printed board about where a person was asked to put it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from primitives.environment import TrialSpec
from primitives.hand_eye.bench import board_place
from primitives.hand_eye.charuco import CELLS, Board
from primitives.hand_eye.solver import Mounted
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.scene import Workspace
from sim_envs.rendering.board_overlay import BoardOverlay
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.sim_camera import SimCamera, rigid_error
from sim_envs.scenes.disturbances import named_set
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.world_setup import WorldSetup, stream

OFF = 0.006
"""Standard deviation of how far the board is from where it was asked for, along each axis, m."""
TURNED = np.radians(2.0)
"""The same of its turn, rad."""


def show_board(
    setup: WorldSetup, renderer: Renderer, spec: TrialSpec, workspace: Workspace, board: Board, mounted: Mounted
) -> tuple[SimCamera, ...]:
    """Clear the table and show `board` to the cameras of the trial `spec`: in the hand, or lying on the table."""
    disturbances = named_set(spec.disturbances)
    setup.arrange(SceneSpec(()), spec.seed, disturbances, workspace)
    world = setup.world
    place = board_place(board, mounted, workspace) @ rigid_error(OFF, TURNED, stream("calibration board", spec.seed))
    kinematics = Kinematics(setup.arm.info)

    def in_hand() -> NDArray[np.float64]:
        return kinematics.tool(np.array(world.joints()[0])) @ place

    def lying() -> NDArray[np.float64]:
        return place

    overlay = BoardOverlay(board.cells(), board.square / CELLS, in_hand if mounted == "fixed" else lying)
    return setup.cameras(renderer, setup.setting(spec.seed, disturbances), spec.seed, disturbances, overlay)
