"""The picture that a person approves: what the camera sees, names, and where the tool would go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from codepolicy.prompting.scene_image import labelled, project
from primitives.robot import Frame
from primitives.scene import SceneObject, Vector3

_START, _END = np.array((255.0, 160.0, 0.0)), np.array((60.0, 0.0, 255.0))
"""BGR at the two ends of a path: blue to red."""
_WHITE = (255, 255, 255)


def path_png(frame: Frame, objects: Sequence[SceneObject], path: Sequence[Vector3]) -> bytes:
    """PNG of one look with the path of the tool (m, base frame) drawn from blue to red; its ends are marked."""
    picture = labelled(frame, objects)
    pixels = [p for point in path if (p := project(frame, point)) is not None]
    count = max(1, len(pixels) - 1)
    for thickness in (5, 2):  # a white rim under the line
        for number, (a, b) in enumerate(pairwise(pixels)):
            blend = _START + (_END - _START) * (number / count)
            color = _WHITE if thickness == 5 else (int(blend[0]), int(blend[1]), int(blend[2]))
            cv2.line(picture, a, b, color, thickness, cv2.LINE_AA)
    for end, mark in zip((pixels[0], pixels[-1]) if pixels else (), ("start", "end"), strict=False):
        cv2.circle(picture, end, 5, _WHITE, -1, cv2.LINE_AA)
        cv2.circle(picture, end, 5, (0, 0, 0), 1, cv2.LINE_AA)
        for paint, thickness in ((_WHITE, 3), ((0, 0, 0), 1)):
            corner = (end[0] + 8, end[1] + 4)
            cv2.putText(picture, mark, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.4, paint, thickness, cv2.LINE_AA)
    _, data = cv2.imencode(".png", picture)
    return data.tobytes()
