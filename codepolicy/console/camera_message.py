"""What a camera sees, small and labelled, as the page is told."""

from __future__ import annotations

from typing import Final

import cv2

from codepolicy.console.messages import Message, image
from codepolicy.prompting.scene_image import project
from primitives.robot import Camera, Previewed
from primitives.scene import SceneObject

WIDTH: Final = 320
"""px of a picture on the page."""
QUALITY: Final = 70


def pictured(camera: Camera, seen: tuple[SceneObject, ...]) -> Message:
    """What `camera` sees now, with the names of what was `seen`. Raises CommsLost."""
    frame = camera.preview(WIDTH) if isinstance(camera, Previewed) else camera.frame(after=0.0, timeout_s=1.0)
    height, width = frame.rgb.shape[:2]
    small = frame.rgb
    if width != WIDTH:
        small = cv2.resize(small, (WIDTH, round(WIDTH * height / width)), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    places = ((thing.name, project(frame, thing.position)) for thing in seen)
    labels = [(name, place[0] / width, place[1] / height) for name, place in places if place is not None]
    return image(frame.camera.name, jpeg.tobytes(), labels, aspect=height / width)
