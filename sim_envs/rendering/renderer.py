"""What every renderer shares: the pinhole model in OpenGL's terms, and the boundary to choose one behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo
from sim_envs.physics.world import World
from sim_envs.rendering.light import Light
from sim_envs.rendering.render_items import Item
from sim_envs.rendering.table_tops import TableTop

NEAR, FAR = 0.1, 4.0
"""Clipping planes in m."""
BACKGROUND = (255, 255, 255)
"""sRGB where a camera sees nothing."""
BACKDROP = (238, 241, 245)
"""sRGB behind the scene in pictures for people."""


class Renderer(Protocol):
    """What turns a world into pixels."""

    @property
    def name(self) -> str:
        """For result files."""
        ...

    @property
    def detailed(self) -> bool:
        """Whether it can afford the robot's full meshes in pictures for people."""
        ...

    @property
    def video_size(self) -> tuple[int, int]:
        """Width and height in px that it can afford in videos."""
        ...

    def measure(
        self,
        world: World,
        camera: CameraInfo,
        light: Light,
        table: TableTop | None = None,
        poses: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """What a camera sees: RGB (H, W, 3) uint8 and depth (H, W) float32 m along its z axis, 0 where nothing is.

        Args:
            world: what it looks at.
            camera: with its calibration.
            light: where it comes from, and whether it casts shadows.
            table: what its top looks like; left out, it is plain.
            poses: (N, 4, 4) pose of each item in the base frame; left out, as it is now. Software rendering knows only
                now.
        """
        ...

    def paint(
        self, to_draw: Sequence[Item], poses: NDArray[np.float64], camera: CameraInfo, light: Light, *, smooth: bool
    ) -> NDArray[np.uint8]:
        """A picture for people, RGB (H, W, 3) uint8, with shadows, and with smooth edges where asked for.

        Args:
            to_draw: what to draw, in the order of `poses`.
            poses: (N, 4, 4) pose of each item in the base frame.
            camera: where to look from.
            light: where it comes from.
            smooth: draw several samples per pixel.
        """
        ...

    def close(self) -> None:
        """Free what it holds. Idempotent."""
        ...


def gl_view(T_base_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """OpenGL's view matrix (4, 4) of a camera with OpenCV axes."""
    R, t = T_base_camera[:3, :3], T_base_camera[:3, 3]
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = R.T, -R.T @ t
    view[1:3] *= -1.0
    return view


def gl_projection(camera: CameraInfo, shift: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float64]:
    """OpenGL's projection matrix (4, 4) with the camera's intrinsics.

    Args:
        camera: whose pixel (u, v) has its centre at integer coordinates, half a pixel off OpenGL's corner origin.
        shift: what to add to the principal point, in px (right, down).
    """
    w, h = camera.width, camera.height
    fx, fy = float(camera.K[0, 0]), float(camera.K[1, 1])
    cx, cy = float(camera.K[0, 2]) + 0.5 + shift[0], float(camera.K[1, 2]) + 0.5 + shift[1]
    return np.array(
        [
            [2 * fx / w, 0.0, 1 - 2 * cx / w, 0.0],
            [0.0, 2 * fy / h, 2 * cy / h - 1, 0.0],
            [0.0, 0.0, -(FAR + NEAR) / (FAR - NEAR), -2 * FAR * NEAR / (FAR - NEAR)],
            [0.0, 0.0, -1.0, 0.0],
        ]
    )


def metric_depth(buffer: NDArray[np.float32]) -> NDArray[np.float32]:
    """Depth in m from OpenGL's buffer in [0, 1]; 0 at the far plane."""
    depth = np.float32(FAR * NEAR) / (np.float32(FAR) - np.float32(FAR - NEAR) * buffer)
    depth[buffer >= np.float32(1.0 - 1e-7)] = 0.0
    return depth
