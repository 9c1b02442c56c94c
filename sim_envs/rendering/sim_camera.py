"""The simulated cameras behind the `Camera` protocol."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost
from primitives.robot import CameraInfo, Frame
from sim_envs.physics.world import World
from sim_envs.rendering.apparent_poses import apparent_poses
from sim_envs.rendering.board_overlay import BoardOverlay
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.setting import Setting
from sim_envs.rendering.stereo_depth import measured_depth
from sim_envs.scenes.disturbances import BASELINE, Disturbances

_RENDERING = threading.RLock()
"""A renderer draws one image at a time: a film made of the cameras asks for them from a thread of its own."""


class SimCamera:
    """An RGB-D camera that renders a world when asked.

    Args:
        world: what it looks at.
        renderer: what makes the image.
        true: calibration that the image is made with.
        believed: calibration that the robot knows.
        setting: light and table of the scene, and what is wrong with the sensor.
        disturbances: noise of the sensor.
        seed: of the noise, which is the same whenever the world is at the same time.
        board: a calibration board to be drawn into the image.
    """

    def __init__(
        self,
        world: World,
        renderer: Renderer,
        *,
        true: CameraInfo,
        believed: CameraInfo,
        setting: Setting,
        disturbances: Disturbances,
        seed: int,
        board: BoardOverlay | None = None,
    ) -> None:
        self._world = world
        self._renderer = renderer
        self._true = true
        self._believed = believed
        self._setting = setting
        self._disturbances = disturbances
        self._seed = seed
        self._last: tuple[int, Frame] | None = None
        self._board = board

    @property
    def info(self) -> CameraInfo:
        """Calibration, as the robot believes it."""
        return self._believed

    def frame(self, *, after: float, timeout_s: float) -> Frame:  # noqa: ARG002
        """An image of the world as it is now."""
        if self._world.client < 0:
            raise CommsLost(f"the world of camera {self._believed.name!r} is closed")
        with _RENDERING:
            if self._last is None or self._last[0] != self._world.changes:  # half of all looks: nothing has moved
                self._last = self._world.changes, self._measured()
            frame = self._last[1]
        return replace(frame, rgb=frame.rgb.copy(), depth=frame.depth.copy(), received=time.monotonic())

    def preview(self, width: int) -> Frame:
        """See `primitives.robot.Previewed`: a quarter of the pixels is a quarter of the work."""
        if self._world.client < 0:
            raise CommsLost(f"the world of camera {self._believed.name!r} is closed")
        with _RENDERING:
            light, table = self._setting.light, self._setting.table_top
            rgb, _ = self._renderer.measure(self._world, _scaled(self._true, width), light, table)
        if self._setting.exposure != 1.0:
            rgb = np.clip(rgb * np.float32(self._setting.exposure), 0, 255).astype(np.uint8)
        camera = _scaled(self._believed, width)
        return Frame(camera, rgb, np.zeros(rgb.shape[:2], np.float32), self._world.time, time.monotonic())

    def _measured(self) -> Frame:
        setting, poses = self._setting, None
        latency = self._disturbances.latency
        if latency or setting.joint_offset is not None:
            poses = apparent_poses(self._world, latency=latency, joint_offset=setting.joint_offset)
        rgb, depth = self._renderer.measure(self._world, self._true, setting.light, setting.table_top, poses)
        if self._board is not None:
            rgb = self._board(self._true, rgb, depth)
        rng = np.random.default_rng([self._seed & (2**64 - 1), self._world.steps])
        focal = float(self._true.K[0, 0])
        depth = with_depth_noise(depth, focal, self._disturbances, rng)
        if setting.depth_scale != 1.0:
            depth = depth * np.float32(setting.depth_scale)
        if setting.exposure != 1.0:
            rgb = np.clip(rgb * np.float32(setting.exposure), 0, 255).astype(np.uint8)
        if self._disturbances.color_noise > 0.0:
            noise = rng.normal(0.0, self._disturbances.color_noise, rgb.shape)
            rgb = np.clip(rgb + noise, 0, 255).astype(np.uint8)
        q = np.array(self._world.joints()[0])
        return Frame(self._believed, rgb, depth, self._world.time, time.monotonic(), q)


def _scaled(camera: CameraInfo, width: int) -> CameraInfo:
    """`camera` with pictures `width` px wide. Pixel centres are whole numbers, so corners lie half a pixel outside."""
    by = width / camera.width
    K = camera.K.copy()
    K[:2, 2] += 0.5
    K[:2] *= by
    K[:2, 2] -= 0.5
    return replace(camera, width=width, height=round(camera.height * by), K=K)


def with_depth_noise(
    depth: NDArray[np.float32], focal: float, disturbances: Disturbances, rng: np.random.Generator
) -> NDArray[np.float32]:
    """`depth` (H, W) m as a stereo camera would measure it."""
    if disturbances.stereo_noise or disturbances.stereo_window:
        depth = measured_depth(
            depth,
            focal * BASELINE,
            noise=disturbances.stereo_noise,
            window=disturbances.stereo_window,
            holes=disturbances.holes,
            rng=rng,
        )
    noisy = depth
    if disturbances.disparity_noise > 0.0:
        spread = np.float32(disturbances.disparity_noise / (focal * BASELINE))
        noisy = depth + depth * depth * spread * rng.standard_normal(depth.shape, dtype=np.float32)
    lost = np.zeros(depth.shape, dtype=np.bool_)
    if disturbances.dropout > 0.0:
        lost |= rng.random(depth.shape, dtype=np.float32) < disturbances.dropout
    if disturbances.edge_dropout > 0.0:
        edge = np.zeros(depth.shape, dtype=np.bool_)
        across, down = np.abs(np.diff(depth, axis=1)) > 0.01, np.abs(np.diff(depth, axis=0)) > 0.01
        edge[:, 1:] |= across
        edge[:, :-1] |= across
        edge[1:] |= down
        edge[:-1] |= down
        lost |= edge & (rng.random(depth.shape, dtype=np.float32) < disturbances.edge_dropout)
    return np.where(lost, np.float32(0.0), noisy)


def miscalibrated(true: CameraInfo, disturbances: Disturbances, rng: np.random.Generator) -> CameraInfo:
    """What a calibration with the errors of `disturbances` would say of the camera."""
    if disturbances.camera_offset == 0.0 and disturbances.camera_turn == 0.0:
        return true
    error = rigid_error(disturbances.camera_offset, np.deg2rad(disturbances.camera_turn), rng)
    return CameraInfo(true.name, true.width, true.height, true.K, true.T_base_camera @ error, true.distortion)


def rigid_error(offset: float, turn: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(4, 4) small motion, normally distributed along (m) and about (rad) each axis."""
    error = np.eye(4)
    error[:3, 3] = rng.normal(0.0, offset, 3)
    x, y, z = rng.normal(0.0, turn, 3).tolist()
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    u, _, v = np.linalg.svd(np.eye(3) + skew)
    error[:3, :3] = u @ v
    return error
