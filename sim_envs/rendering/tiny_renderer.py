"""Rendering with PyBullet's own software renderer, which works everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.point_cloud import base_points
from primitives.robot import CameraInfo
from sim_envs.assets.meshes import write_mesh
from sim_envs.physics.body_loading import TABLE_CENTER, TABLE_COLOR, TABLE_SIZE, show_table
from sim_envs.physics.bullet import p
from sim_envs.physics.world import World
from sim_envs.rendering.light import Light
from sim_envs.rendering.render_items import Item
from sim_envs.rendering.renderer import BACKDROP, gl_projection, gl_view, metric_depth
from sim_envs.rendering.table_tops import TableTop

_TABLES = 8
"""How many images of the empty table are kept."""


class TinyRenderer:
    """PyBullet's software renderer."""

    name = "tiny"
    detailed = False
    video_size = (400, 300)

    def __init__(self) -> None:
        self._studio = -1
        self._to_draw: tuple[Item, ...] = ()
        self._bodies: list[int] = []
        self._tables: dict[tuple[object, ...], tuple[NDArray[np.uint8], NDArray[np.float32]]] = {}

    def measure(
        self,
        world: World,
        camera: CameraInfo,
        light: Light,
        table: TableTop | None = None,
        poses: NDArray[np.float64] | None = None,  # noqa: ARG002
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """See `Renderer.measure`. It draws no shadows, highlights and near lamps in what cameras see."""
        rgb, buffer = _image(world.client, camera, light, shadow=False)
        plain, behind = self._table(camera, light)
        covered = behind < buffer
        if table is not None:
            plain = _covered(plain, metric_depth(behind.copy()), camera, table)
        np.copyto(rgb, plain, where=covered[..., None])
        return rgb, metric_depth(np.minimum(buffer, behind))

    def paint(
        self, to_draw: Sequence[Item], poses: NDArray[np.float64], camera: CameraInfo, light: Light, *, smooth: bool
    ) -> NDArray[np.uint8]:
        """See `Renderer.paint`. Smooth edges come from twice the resolution."""
        import cv2

        self._set(to_draw)
        for body, pose in zip(self._bodies, poses, strict=True):
            p.resetBasePositionAndOrientation(
                body, pose[:3, 3].tolist(), _quaternion(pose[:3, :3]), physicsClientId=self._studio
            )
        size = (camera.width, camera.height)
        if smooth:
            K = camera.K.copy()
            K[:2] *= 2.0
            K[:2, 2] += 0.5
            camera = CameraInfo(camera.name, 2 * size[0], 2 * size[1], K, camera.T_base_camera)
        rgb, buffer = _image(self._studio, camera, light, shadow=True)
        rgb[buffer >= 1.0] = BACKDROP
        return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8) if smooth else rgb

    def _table(self, camera: CameraInfo, light: Light) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The table alone, which is most of every image and stays as it is: drawn once per camera and light."""
        key = (camera.width, camera.height, camera.K.tobytes(), camera.T_base_camera.tobytes(), light)
        if key not in self._tables:
            if len(self._tables) >= _TABLES:
                del self._tables[next(iter(self._tables))]
            client = p.connect(p.DIRECT)
            show_table(client)
            self._tables[key] = _image(client, camera, light, shadow=False)
            p.disconnect(physicsClientId=client)
        return self._tables[key]

    def close(self) -> None:
        """Free the studio."""
        if self._studio >= 0:
            p.disconnect(physicsClientId=self._studio)
            self._studio = -1

    def _set(self, to_draw: Sequence[Item]) -> None:
        """A client of its own with one massless body per item."""
        if self._studio >= 0 and self._to_draw == tuple(to_draw):
            return
        self.close()
        self._studio = studio = p.connect(p.DIRECT)
        self._to_draw = tuple(to_draw)
        self._bodies = [
            p.createMultiBody(
                baseMass=0,
                baseVisualShapeIndex=p.createVisualShape(
                    p.GEOM_MESH,
                    fileName=str(write_mesh("stage", item.mesh)),
                    rgbaColor=(*item.color, 1.0),
                    specularColor=(0, 0, 0),
                    physicsClientId=studio,
                ),
                basePosition=(0, 0, 0),
                physicsClientId=studio,
            )
            for item in to_draw
        ]


def _covered(
    plain: NDArray[np.uint8], depth: NDArray[np.float32], camera: CameraInfo, table: TableTop
) -> NDArray[np.uint8]:
    """The image `plain` (H, W, 3) of the bare table with the picture on its top."""
    points = base_points(depth, camera.K, camera.T_base_camera)
    (x, y, _), (wide, deep, _) = TABLE_CENTER, TABLE_SIZE
    rows, columns = table.rgb.shape[:2]
    row = ((points[..., 0] - (x - wide / 2)) / wide * rows).astype(np.intp)
    column = ((points[..., 1] - (y - deep / 2)) / deep * columns).astype(np.intp)
    top = (np.abs(points[..., 2]) < 0.002) & (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    shown = plain.copy()
    shaded = plain[top] / np.array(TABLE_COLOR, np.float32) * table.rgb[row[top], column[top]]
    shown[top] = shaded.clip(0, 255).astype(np.uint8)
    return shown


def _image(
    client: int, camera: CameraInfo, light: Light, *, shadow: bool
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """RGB (H, W, 3) uint8 and OpenGL's depth buffer (H, W) in [0, 1]."""
    # TinyRenderer samples pixel (u, v) at (u, v + 1) of OpenGL's image plane, not at its centre (u + 0.5, v + 0.5).
    projection = gl_projection(camera, shift=(-0.5, 0.5))
    _, _, pixels, buffer, _ = p.getCameraImage(
        camera.width,
        camera.height,
        viewMatrix=gl_view(camera.T_base_camera).T.ravel().tolist(),
        projectionMatrix=projection.T.ravel().tolist(),
        lightDirection=light.direction,
        lightColor=light.color,
        lightDistance=3.0,
        lightAmbientCoeff=light.ambient,
        lightDiffuseCoeff=light.diffuse,
        lightSpecularCoeff=0.0,
        shadow=int(shadow),
        renderer=p.ER_TINY_RENDERER,
        flags=p.ER_NO_SEGMENTATION_MASK,
        physicsClientId=client,
    )
    shape = (camera.height, camera.width)
    return np.ascontiguousarray(np.reshape(pixels, (*shape, 4))[:, :, :3].astype(np.uint8)), np.reshape(buffer, shape)


def _quaternion(R: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """xyzw of a rotation matrix (3, 3), by its largest component (Shepperd's method)."""
    t = float(np.trace(R))
    squares = np.array([*(1 - t + 2 * np.diag(R)), 1 + t])
    k = int(np.argmax(squares))
    s = 2 * float(np.sqrt(squares[k]))
    off = [R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]]
    if k == 3:
        return (off[0] / s, off[1] / s, off[2] / s, s / 4)
    q = [0.0] * 4
    for i in range(3):
        q[i] = s / 4 if i == k else float(R[i, k] + R[k, i]) / s
    q[3] = off[k] / s
    return (q[0], q[1], q[2], q[3])
