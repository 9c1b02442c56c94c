"""Draws a printed board into rendered images, since the renderers draw no textures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo

INK, PAPER = 28.0, 232.0
"""sRGB of the print."""
SAMPLES = 6
"""Along each side of a pixel: corners are to be found to a hundredth of one."""


@dataclass(frozen=True, slots=True, eq=False)
class BoardOverlay:
    """A flat board that things can hide."""

    cells: NDArray[np.bool_]
    """(rows, columns) which cells are black; a margin of eight white cells surrounds them."""
    cell: float
    """Side of a cell in m."""
    T_base_board: Callable[[], NDArray[np.float64]]
    """Where the board is now, (4, 4); its z axis points into the paper."""

    def __call__(self, camera: CameraInfo, rgb: NDArray[np.uint8], depth: NDArray[np.float32]) -> NDArray[np.uint8]:
        """`rgb` (H, W, 3) with the board where nothing in `depth` (H, W) m is before it."""
        T = np.linalg.inv(camera.T_base_camera) @ self.T_base_board()
        margin = 8
        rows, columns = self.cells.shape
        if T[2, 3] <= 0.05 or T[:3, 2] @ T[:3, 3] <= 0.0:
            return rgb  # behind the camera, or seen from its back
        outline = np.array(
            [
                [x * self.cell, y * self.cell, 0.0, 1.0]
                for x in (-margin, columns + margin)
                for y in (-margin, rows + margin)
            ]
        )
        seen = (outline @ T.T)[:, :3]
        if (seen[:, 2] <= 0.05).any():
            return rgb
        pixels = seen @ camera.K.T
        pixels = pixels[:, :2] / pixels[:, 2:]
        u0, v0 = (int(max(0.0, np.floor(low))) for low in pixels.min(axis=0))
        u1, v1 = (
            int(min(size, np.ceil(high) + 1))
            for size, high in zip((camera.width, camera.height), pixels.max(axis=0), strict=True)
        )
        if u0 >= u1 or v0 >= v1:
            return rgb
        offsets = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5
        u = (np.arange(u0, u1)[:, None] + offsets).ravel()
        v = (np.arange(v0, v1)[:, None] + offsets).ravel()
        rays = np.stack([*np.meshgrid(u, v), np.ones((len(v), len(u)))], axis=-1) @ np.linalg.inv(camera.K).T
        along = float(T[:3, 2] @ T[:3, 3]) / (rays @ T[:3, 2])
        points = (rays * along[..., None] - T[:3, 3]) @ T[:3, :2] / self.cell
        column, row = np.floor(points[..., 0]).astype(int), np.floor(points[..., 1]).astype(int)
        on_paper = (column >= -margin) & (column < columns + margin) & (row >= -margin) & (row < rows + margin)
        printed = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        black = np.zeros(on_paper.shape, dtype=np.bool_)
        black[printed] = self.cells[row[printed], column[printed]]
        blocks = (v1 - v0, SAMPLES, u1 - u0, SAMPLES)
        covered = on_paper.reshape(blocks).mean(axis=(1, 3))
        tone = np.where(black, INK, PAPER) * on_paper
        mean = tone.reshape(blocks).mean(axis=(1, 3))
        at = along.reshape(blocks).mean(axis=(1, 3))
        scene = depth[v0:v1, u0:u1]
        shown = covered * ((scene == 0.0) | (at < scene + 1e-3))
        out = rgb.copy()
        patch = out[v0:v1, u0:u1].astype(np.float64)
        tint = (mean / np.maximum(covered, 1e-9))[..., None]
        out[v0:v1, u0:u1] = np.rint(patch * (1 - shown[..., None]) + tint * shown[..., None])
        return out
