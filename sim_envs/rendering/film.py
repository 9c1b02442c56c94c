"""A video for people, of the size, speed and camera that was asked for, with the running line written below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.environment import Caption, Film
from primitives.errors import unknown_name
from primitives.robot import CameraInfo
from primitives.video_file import write_h264
from sim_envs.physics.world import STEP, World
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.rendering.render_items import items, poses
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.video import STUDIO_LIGHT, studio_camera

MOST_FRAMES = 5_400
"""Three minutes; what takes longer is shown faster, and the factor is written on it."""
END_S = 1.0
"""How long the end stays."""
FONT = cv2.FONT_HERSHEY_SIMPLEX


class FilmRecording:
    """Where everything was while it ran; pixels are made when it is written."""

    def __init__(self, world: World, film: Film, renderer: Renderer) -> None:
        self._world = world
        self._film = film
        self._camera = film_camera(film)
        self._to_draw = items(world, low_poly=not renderer.detailed)
        self._every = max(1, round(film.speed / film.fps / STEP))
        self._frames: list[tuple[float, NDArray[np.float64]]] = [(world.time, poses(world))]
        self.stop = world.after_each_step(self._after_step)
        """Listens no longer."""

    def write(self, path: Path, renderer: Renderer, captions: Sequence[Caption]) -> None:
        """Write H.264 (yuv420p, mp4)."""
        film = self._film
        faster = math.ceil(len(self._frames) / MOST_FRAMES)
        end = (self._world.time, poses(self._world))
        frames = [*self._frames[::faster], *[end] * round(END_S * film.fps)]
        speed = faster * self._every * STEP * film.fps
        painted = self._painted(frames, renderer, captions, speed)
        write_h264(path, painted, width=film.width, height=film.height, fps=film.fps)

    def _painted(
        self,
        frames: Sequence[tuple[float, NDArray[np.float64]]],
        renderer: Renderer,
        captions: Sequence[Caption],
        speed: float,
    ) -> Iterator[NDArray[np.uint8]]:
        before: NDArray[np.float64] | None = None
        told: Caption | None = None
        rgb = np.zeros((self._film.height, self._film.width, 3), np.uint8)
        for time, placed in frames:
            caption = next((c for c in reversed(captions) if c.start - 1e-9 <= time <= c.end + 1e-9), None)
            if before is None or caption is not told or not np.array_equal(placed, before):
                rgb = renderer.paint(self._to_draw, placed, self._camera, STUDIO_LIGHT, smooth=False)
                rgb = _written(np.ascontiguousarray(rgb), caption, speed)
            before, told = placed, caption
            yield rgb

    def _after_step(self) -> None:
        if self._world.steps % self._every == 0:
            self._frames.append((self._world.time, poses(self._world)))


def film_camera(film: Film) -> CameraInfo:
    """The camera that a film is made with, in its size. Raises ConfigurationError."""
    if film.camera == "studio":
        return studio_camera(film.width, film.height)
    mounts = {mount.name: mount for mount in MOUNTS}
    if film.camera not in mounts:
        raise unknown_name("camera", film.camera, ("studio", *mounts))
    return camera_info(mounts[film.camera], film.width, film.height)


def _written(rgb: NDArray[np.uint8], caption: Caption | None, speed: float) -> NDArray[np.uint8]:
    """`rgb` (H, W, 3) with the caption on a dark strip below, and the speed above where it is not 1."""
    height, width = rgb.shape[:2]
    scale = height / 720
    if caption is not None:
        strip = round(78 * scale)
        rgb[-strip:] = (rgb[-strip:] * 0.28).astype(np.uint8)
        for row, (text, color) in enumerate(((caption.line, (255, 255, 255)), (caption.call, (205, 225, 255)))):
            place = (round(18 * scale), height - strip + round((30 + 32 * row) * scale))
            _put(rgb, _fitting(text, width - 2 * place[0], 0.72 * scale), place, 0.72 * scale, color)
    if abs(speed - 1.0) > 0.02:
        _put(rgb, f"{speed:.3g}x", (width - round(110 * scale), round(44 * scale)), 1.1 * scale, (40, 40, 40))
    return rgb


def _put(rgb: NDArray[np.uint8], text: str, place: tuple[int, int], scale: float, color: tuple[int, int, int]) -> None:
    cv2.putText(rgb, text, place, FONT, scale, color, max(1, round(1.6 * scale)), cv2.LINE_AA)


def _fitting(text: str, width: int, scale: float) -> str:
    """`text`, in letters that the font has, cut with dots where it is too wide."""
    text = text.encode("ascii", "replace").decode().replace("\n", " ")
    while cv2.getTextSize(text, FONT, scale, 1)[0][0] > width and len(text) > 4:
        text = text[:-5] + "..."
    return text
