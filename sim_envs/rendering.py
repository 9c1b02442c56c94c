"""Camera images by PyBullet's own software renderer, which works everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pybullet as p
from numpy.typing import NDArray

from primitives.robot import CameraInfo
from sim_envs.world import World

NEAR, FAR = 0.1, 4.0
"""Clipping planes in m."""


@dataclass(frozen=True, slots=True)
class Light:
    """One far light, and the same from everywhere."""

    direction: tuple[float, float, float] = (0.35, 0.25, 1.0)
    """Towards the light."""
    ambient: float = 0.62
    diffuse: float = 0.38
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Renderer(Protocol):
    """What turns a world into pixels."""

    @property
    def name(self) -> str:
        """For result files."""
        ...

    def render(self, world: World, camera: CameraInfo, light: Light) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """RGB (H, W, 3) uint8 and depth (H, W) float32 m along the camera's z axis, 0 where there is nothing."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class TinyRenderer:
    """PyBullet's software renderer."""

    name = "tiny"

    def render(self, world: World, camera: CameraInfo, light: Light) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """See `Renderer.render`."""
        # TinyRenderer samples pixel (u, v) at (u, v + 1) of OpenGL's image plane, not at its centre (u + 0.5, v + 0.5).
        projection = gl_projection(camera, shift=(-0.5, 0.5))
        _, _, pixels, buffer, _ = p.getCameraImage(
            camera.width,
            camera.height,
            viewMatrix=gl_view(camera.T_base_camera).T.ravel().tolist(),
            projectionMatrix=projection.T.ravel().tolist(),
            lightDirection=light.direction,
            lightColor=light.color,
            lightAmbientCoeff=light.ambient,
            lightDiffuseCoeff=light.diffuse,
            lightSpecularCoeff=0.0,
            shadow=0,
            renderer=p.ER_TINY_RENDERER,
            flags=p.ER_NO_SEGMENTATION_MASK,
            physicsClientId=world.client,
        )
        rgb = np.reshape(pixels, (camera.height, camera.width, 4))[:, :, :3].astype(np.uint8)
        return np.ascontiguousarray(rgb), metric_depth(np.reshape(buffer, (camera.height, camera.width)))

    def close(self) -> None:
        """Nothing to free."""


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
    depth = FAR * NEAR / (FAR - (FAR - NEAR) * buffer.astype(np.float64))
    return np.where(buffer >= 1.0 - 1e-7, 0.0, depth).astype(np.float32)
