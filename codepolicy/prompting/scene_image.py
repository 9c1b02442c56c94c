"""One labelled picture of the scene for models with vision."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from codepolicy.prompting import quoting
from primitives.robot import Frame
from primitives.scene import SceneObject

_TITLES = ("start", "now")
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def labelled_png(*looks: tuple[Frame, Sequence[SceneObject]]) -> bytes:
    """PNG of one look, or of start and now side by side, with the name of each object at its centre."""
    pictures = [_labelled(frame, objects) for frame, objects in looks]
    if len(pictures) == len(_TITLES):
        for picture, title in zip(pictures, _TITLES, strict=True):
            _write(picture, title, (8, 20), scale=0.6)
    _, data = cv2.imencode(".png", np.hstack(pictures))
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
        (width, height), _ = cv2.getTextSize(text, _FONT, 0.4, 1)
        _write(picture, text, (max(0, min(u - width // 2, frame.camera.width - width)), max(height, v)), scale=0.4)
    return picture


def _write(picture: NDArray[np.uint8], text: str, corner: tuple[int, int], *, scale: float) -> None:
    """Black on a white rim, legible on any ground; `corner` is the lower left (u, v) in px."""
    for color, thickness in (((255, 255, 255), 3), ((0, 0, 0), 1)):
        cv2.putText(picture, text, corner, _FONT, scale, color, thickness, cv2.LINE_AA)


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
