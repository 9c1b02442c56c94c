"""One labelled picture of the scene for models with vision."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from codepolicy.prompting import quoting
from primitives.robot import Frame
from primitives.scene import SceneObject


def labelled_png(*looks: tuple[Frame, Sequence[SceneObject]]) -> bytes:
    """PNG of one look, or of several side by side, with the name of each object at its centre."""
    _, data = cv2.imencode(".png", np.hstack([_labelled(frame, objects) for frame, objects in looks]))
    return data.tobytes()


def _labelled(frame: Frame, objects: Sequence[SceneObject]) -> NDArray[np.uint8]:
    """(H, W, 3) BGR."""
    picture = np.ascontiguousarray(frame.rgb[:, :, ::-1])
    for o in objects:
        pixel = project(frame, o.position)
        if pixel is None:
            continue
        u, v = pixel
        text = quoting.name(o.name)
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
        corner = (max(0, min(u - width // 2, frame.camera.width - width)), max(height, v))
        for color, thickness in (((255, 255, 255), 3), ((0, 0, 0), 1)):
            cv2.putText(picture, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.4, color, thickness, cv2.LINE_AA)
    return picture


def project(frame: Frame, point: Sequence[float]) -> tuple[int, int] | None:
    """Pixel (u, v) of a point (x, y, z) in m, base frame; None when it is behind the camera or outside the image."""
    T_camera_base = np.asarray(np.linalg.inv(frame.camera.T_base_camera), dtype=np.float64)
    x, y, z = (T_camera_base @ np.array([*point, 1.0]))[:3]
    if z <= 0:
        return None
    u, v, _ = frame.camera.K @ np.array([x / z, y / z, 1.0])
    if not (0 <= u < frame.camera.width and 0 <= v < frame.camera.height):
        return None
    return round(float(u)), round(float(v))
