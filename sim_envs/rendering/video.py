"""Pictures and videos for people. A recording keeps poses alone; pixels are made when it is written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo
from primitives.video_file import write_h264
from sim_envs.physics.world import STEP, World
from sim_envs.rendering.camera_mounts import look_at, pinhole
from sim_envs.rendering.light import Light
from sim_envs.rendering.render_items import items, poses
from sim_envs.rendering.renderer import Renderer

STUDIO_LIGHT = Light(direction=(0.2, -0.5, 1.0), ambient=0.45, diffuse=0.6)
FPS = 10
SPEED = 2.0
"""A video shows so many simulated seconds per second."""
MAX_FRAMES = 200
EVERY = round(SPEED / FPS / STEP)
"""Physics steps from frame to frame."""


def studio_camera(width: int, height: int) -> CameraInfo:
    """Over the robot's right shoulder, so that left is left and far is up."""
    return CameraInfo(
        name="studio",
        width=width,
        height=height,
        K=pinhole(width, height, 1.02 * min(width, height * 4 / 3)),
        T_base_camera=look_at((-0.42, -0.94, 1.02), (0.40, -0.01, 0.15)),
    )


def write_picture(path: Path, world: World, renderer: Renderer) -> None:
    """Write a PNG, 960x720, of the world as it is now."""
    to_draw = items(world, low_poly=not renderer.detailed)
    rgb = renderer.paint(to_draw, poses(world), studio_camera(960, 720), STUDIO_LIGHT, smooth=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), rgb[:, :, ::-1]):
        raise OSError(f"cannot write the picture {str(path)!r}")


class VideoRecording:
    """Where everything was while it ran."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._to_draw = items(world, low_poly=True)
        self._frames: list[NDArray[np.float64]] = [poses(world)]
        self.stop = world.after_each_step(self._after_step)
        """Listens no longer."""

    def write(self, path: Path, renderer: Renderer) -> None:
        """Write H.264 (yuv420p, mp4) at twice the robot's speed, faster where it would take more than `MAX_FRAMES`.

        The end stays for a second.
        """
        thinned = self._frames[:: math.ceil(len(self._frames) / MAX_FRAMES)]
        frames = [*thinned, *[poses(self._world)] * FPS]
        camera = studio_camera(*renderer.video_size)

        def painted() -> Iterator[NDArray[np.uint8]]:
            before: NDArray[np.float64] | None = None
            rgb = np.zeros((camera.height, camera.width, 3), np.uint8)
            for frame in frames:
                if before is None or not np.array_equal(frame, before):
                    rgb = renderer.paint(self._to_draw, frame, camera, STUDIO_LIGHT, smooth=False)
                before = frame
                yield rgb

        write_h264(path, painted(), width=camera.width, height=camera.height, fps=FPS)

    def _after_step(self) -> None:
        if self._world.steps % EVERY == 0:
            self._frames.append(poses(self._world))
