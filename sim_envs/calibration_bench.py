"""A simulated calibration: an empty table, and a printed board about where a person was asked to put it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.environment import TrialSpec
from primitives.hand_eye.bench import board_place
from primitives.hand_eye.charuco import CELLS, Board
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo, Camera, CameraInfo, Frame
from primitives.scene import Workspace
from sim_envs.rendering.board_overlay import BoardOverlay
from sim_envs.rendering.camera_mounts import pinhole
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.setting import Setting
from sim_envs.rendering.sim_camera import rigid_error
from sim_envs.scenes.disturbances import named_set
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.world_setup import WorldSetup, stream

OFF = 0.006
"""Standard deviation of how far the board is from where it was asked for, along each axis, m."""
TURNED = np.radians(2.0)
"""The same of its turn, rad."""


WRIST = "wrist"
_T_TOOL_WRIST = ((-1.0, 0.0, 0.0, 0.08), (0.0, -1.0, 0.0, 0.0), (0.0, 0.0, 1.0, -0.12), (0.0, 0.0, 0.0, 1.0))
"""Beside the fingers, looking along them."""
_MISTAKEN_M, _MISTAKEN_RAD = 0.005, float(np.radians(1.0))
"""How far off the wrist camera is believed to be."""


def show_board(
    setup: WorldSetup, renderer: Renderer, spec: TrialSpec, workspace: Workspace, board: Board, camera: str | None
) -> tuple[Camera, ...]:
    """Clear the table and show `board` to the cameras of the trial `spec`; see `ShowsBoard`."""
    disturbances = named_set(spec.disturbances)
    setup.arrange(SceneSpec(()), spec.seed, disturbances, workspace)
    world, mounted = setup.world, "hand" if camera == WRIST else "fixed"
    place = board_place(board, mounted, workspace) @ rigid_error(OFF, TURNED, stream("calibration board", spec.seed))
    kinematics = Kinematics(setup.arm.info)

    def in_hand() -> NDArray[np.float64]:
        return kinematics.tool(np.array(world.joints()[0])) @ place

    def lying() -> NDArray[np.float64]:
        return place

    overlay = BoardOverlay(board.cells(), board.square / CELLS, in_hand if mounted == "fixed" else lying)
    setting = setup.setting(spec.seed, disturbances)
    fixed = setup.cameras(renderer, setting, spec.seed, disturbances, overlay)
    return (*fixed, WristCamera(setup, renderer, setting, overlay, spec.seed)) if mounted == "hand" else fixed


def wrist_camera(info: ArmInfo) -> CameraInfo:
    """Where the camera in the hand really is."""
    T_link_camera = info.T_link_tool @ np.array(_T_TOOL_WRIST)
    return CameraInfo(WRIST, 640, 480, pinhole(640, 480, 615.0), link=info.tool_link, T_link_camera=T_link_camera)


class WristCamera:
    """A camera in the hand; it measures no depth."""

    def __init__(self, setup: WorldSetup, renderer: Renderer, setting: Setting, board: BoardOverlay, seed: int) -> None:
        self._setup, self._renderer, self._setting, self._board = setup, renderer, setting, board
        self._kinematics = Kinematics(setup.arm.info)
        true = wrist_camera(setup.arm.info)
        assert true.T_link_camera is not None
        self._true = true.T_link_camera
        error = rigid_error(_MISTAKEN_M, _MISTAKEN_RAD, stream("wrist camera", seed))
        self.info = replace(true, T_link_camera=self._true @ error, depth=False)

    def frame(self, *, after: float, timeout_s: float) -> Frame:  # noqa: ARG002
        """An image of the world as it is now."""
        world, info = self._setup.world, self.info
        q = np.array(world.joints()[0])
        assert info.link is not None
        placed = replace(info, T_base_camera=self._kinematics.link(q, info.link) @ self._true)
        rgb, depth = self._renderer.measure(world, placed, self._setting.light, self._setting.table_top, None)
        rgb = self._board(placed, rgb, depth)
        return Frame(info, rgb, np.zeros_like(depth), world.time, received=time.monotonic(), q=q)
