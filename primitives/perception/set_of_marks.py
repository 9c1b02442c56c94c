"""A picture on which things are numbered, so that a vision model can say which is which (Yang et al., "Set-of-mark
prompting unleashes extraordinary visual grounding in GPT-4V", 2023)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.robot import CameraInfo, Frame
from primitives.scene import SceneObject

_SCALE = 2
"""Pixels of the picture for each of the image."""
_OUTLINE, _DIGITS = (255, 255, 255), (0, 0, 0)


def marked(frame: Frame, objects: Sequence[SceneObject], marks: Sequence[int]) -> bytes:
    """PNG of `frame` with an outline around each object of `marks` (counted from 1), and its number beside it."""
    picture = cv2.resize(frame.rgb, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
    for mark in marks:
        corners = outline(frame.camera, objects[mark - 1]) * _SCALE
        hull = cv2.convexHull(corners.astype(np.float32)).astype(np.int32)
        cv2.polylines(picture, [hull], True, (0, 0, 0), 4, cv2.LINE_AA)
        cv2.polylines(picture, [hull], True, _OUTLINE, 2, cv2.LINE_AA)
        x, y = (int(v) for v in (hull[:, 0, 0].max(), hull[:, 0, 1].min()))
        (w, h), _ = cv2.getTextSize(str(mark), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 2)
        x, y = min(x, picture.shape[1] - w - 8), max(y, h + 8)
        cv2.rectangle(picture, (x, y - h - 6), (x + w + 6, y + 4), _OUTLINE, -1)
        cv2.putText(picture, str(mark), (x + 3, y - 1), cv2.FONT_HERSHEY_SIMPLEX, 0.9, _DIGITS, 2, cv2.LINE_AA)
    written, data = cv2.imencode(".png", picture[:, :, ::-1])
    assert written
    return data.tobytes()


def outline(camera: CameraInfo, obj: SceneObject) -> NDArray[np.float64]:
    """(8, 2) px (u, v): the corners of the box around `obj`."""
    c, s = np.cos(obj.yaw), np.sin(obj.yaw)
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
    local = signs * np.array(obj.size)
    turned = np.stack([c * local[:, 0] - s * local[:, 1], s * local[:, 0] + c * local[:, 1], local[:, 2]], axis=1)
    T = camera.T_base_camera
    seen = (turned + np.array(obj.position) - T[:3, 3]) @ T[:3, :3]
    ahead = np.maximum(seen[:, 2], 0.05)
    u, v = (seen[:, i] / ahead * camera.K[i, i] + camera.K[i, 2] for i in (0, 1))
    return np.stack([u.clip(0, camera.width - 1), v.clip(0, camera.height - 1)], axis=1)


def appearance(frame: Frame, obj: SceneObject) -> NDArray[np.float64]:
    """(64,) how much of what shows of `obj` has each of 64 colours; sums to 1."""
    corners = outline(frame.camera, obj)
    (u0, v0), (u1, v1) = corners.min(axis=0), corners.max(axis=0)
    middle, half = ((u0 + u1) / 2, (v0 + v1) / 2), (max(2.0, 0.35 * (u1 - u0)), max(2.0, 0.35 * (v1 - v0)))
    rows = slice(max(0, int(middle[1] - half[1])), int(middle[1] + half[1]) + 1)
    columns = slice(max(0, int(middle[0] - half[0])), int(middle[0] + half[0]) + 1)
    coarse = (frame.rgb[rows, columns].reshape(-1, 3) >> 6).astype(np.int64)
    counts = np.bincount(coarse[:, 0] * 16 + coarse[:, 1] * 4 + coarse[:, 2], minlength=64).astype(np.float64)
    return counts / max(1.0, counts.sum())
