"""One picture of the scene for models with vision: names beside the things, and the axes of the base frame to scale."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from codepolicy.prompting import quoting
from primitives.robot import Frame
from primitives.scene import SceneObject

TOLD: Final = (
    "The picture is what the camera sees{sides}. Names stand beside the things, with a line to each. The arrows on the "
    "table are 10 cm long: x (red) leads away from the robot, y (green) to its left; where they start is written there."
)
"""What a prompt says about the picture; `sides` is empty, or `SIDES`."""
SIDES: Final = ", on the left at the start, on the right now"
AXIS = 0.10
"""Length of the drawn axes in m."""
_TITLES = ("start", "now")
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SCALE = 0.4
_GAP = 5
"""Distance of a label from its thing in px."""
_INSIDE = 6
"""How far into its thing a line leads, px."""
_MARGIN = 80
"""Room for what is written beside the axes, px."""
_BLACK, _RED, _GREEN = (0, 0, 0), (0, 0, 200), (0, 130, 0)
_FREE_X, _FREE_Y = np.arange(0.20, 0.86, 0.05), np.arange(-0.45, 0.46, 0.05)
"""Where the axes may start, in m."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle of the picture, px."""

    left: int
    top: int
    right: int
    bottom: int

    def overlap(self, other: _Box) -> int:
        """Common area in px²."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, width) * max(0, height)

    def beyond(self, width: int, height: int) -> int:
        """How far it sticks out of a picture of that size, px."""
        return max(0, -self.left) + max(0, -self.top) + max(0, self.right - width) + max(0, self.bottom - height)

    def nearest(self, pixel: tuple[int, int]) -> tuple[int, int]:
        """The pixel of the rectangle nearest to `pixel`."""
        return min(max(pixel[0], self.left), self.right), min(max(pixel[1], self.top), self.bottom)

    def shrunk(self, by: int) -> _Box:
        """Without a rim of `by` px, where that leaves anything."""
        u, v = self.center
        return _Box(min(self.left + by, u), min(self.top + by, v), max(self.right - by, u), max(self.bottom - by, v))

    @property
    def center(self) -> tuple[int, int]:
        """(u, v)."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2


def labelled_png(*looks: tuple[Frame, Sequence[SceneObject]]) -> bytes:
    """PNG of one look, or of start and now side by side, with names beside the objects, axes and scale."""
    pictures = [labelled(frame, objects) for frame, objects in looks]
    if len(pictures) == len(_TITLES):
        for picture, title in zip(pictures, _TITLES, strict=True):
            _write(picture, title, (8, 20), scale=0.6)
    _, data = cv2.imencode(".png", np.hstack(pictures))
    return data.tobytes()


def labelled(frame: Frame, objects: Sequence[SceneObject]) -> NDArray[np.uint8]:
    """One look with names beside the objects, axes and scale: (H, W, 3) BGR."""
    picture = np.ascontiguousarray(frame.rgb[:, :, ::-1])
    seen = [(o, box) for o in objects if (box := _outline(frame, o)) is not None]
    taken = [box for _, box in seen]
    axes = _draw_axes(picture, frame, objects)
    taken += [axes] if axes is not None else []
    for thing, box in seen:
        text = quoting.name(thing.name)
        label = _beside(box, text, taken, frame)
        taken.append(label)
        edge = box.shrunk(_INSIDE).nearest(label.center)
        cv2.line(picture, edge, label.nearest(edge), (255, 255, 255), 2, cv2.LINE_AA)
        cv2.line(picture, edge, label.nearest(edge), _BLACK, 1, cv2.LINE_AA)
        _write(picture, text, (label.left, label.bottom - 3), scale=_SCALE)
    return picture


def _outline(frame: Frame, thing: SceneObject) -> _Box | None:
    """The rectangle around `thing` in the picture; None when its centre is not in view."""
    if project(frame, thing.position) is None:
        return None
    c, s = math.cos(thing.yaw), math.sin(thing.yaw)
    pixels: list[tuple[int, int]] = []
    for i, j, k in itertools.product((-0.5, 0.5), repeat=3):
        dx, dy, dz = i * thing.size[0], j * thing.size[1], k * thing.size[2]
        x, y, z = thing.position
        pixels.append(project(frame, (x + c * dx - s * dy, y + s * dx + c * dy, z + dz), clip=True) or (0, 0))
    us, vs = zip(*pixels, strict=True)
    return _Box(min(us), min(vs), max(us), max(vs))


def _beside(box: _Box, text: str, taken: Sequence[_Box], frame: Frame) -> _Box:
    """Where the label of what is in `box` hides least: right of it, left, below, above, or the same farther off."""
    (w, h), _ = cv2.getTextSize(text, _FONT, _SCALE, 1)
    w, h = w + 2, h + 6
    u, v = box.center
    places: list[_Box] = []
    for far in (_GAP, 4 * _GAP, 8 * _GAP):
        corners = (
            (box.right + far, v - h // 2),
            (box.left - far - w, v - h // 2),
            (u - w // 2, box.bottom + far),
            (u - w // 2, box.top - far - h),
        )
        places += [_Box(left, top, left + w, top + h) for left, top in corners]
    width, height = frame.camera.width, frame.camera.height

    def cost(place: _Box) -> int:
        return sum(place.overlap(other) for other in taken) + 1000 * place.beyond(width, height)

    return min(places, key=cost)


def _draw_axes(picture: NDArray[np.uint8], frame: Frame, objects: Sequence[SceneObject]) -> _Box | None:
    """Draw x and y of the base frame, `AXIS` long, where the table is free; None where there is no room in view."""
    starts = [
        (float(x), float(y))
        for x in _FREE_X
        for y in _FREE_Y
        if _in_view(frame, (x, y, 0.0)) and _in_view(frame, (x + AXIS, y, 0.0)) and _in_view(frame, (x, y + AXIS, 0.0))
    ]
    if not starts:
        return None

    def room(start: tuple[float, float]) -> float:
        middle = (start[0] + AXIS / 2, start[1] + AXIS / 2)
        return min((math.dist(middle, o.position[:2]) - max(o.size[:2]) / 2 for o in objects), default=0.0)

    x, y = max(starts, key=room)
    origin, ahead, left = (project(frame, p) for p in ((x, y, 0.0), (x + AXIS, y, 0.0), (x, y + AXIS, 0.0)))
    if origin is None or ahead is None or left is None:
        return None
    for end, name, color, (du, dv) in ((ahead, "x", _RED, (5, 4)), (left, "y", _GREEN, (-6, 18))):
        cv2.arrowedLine(picture, origin, end, (255, 255, 255), 4, cv2.LINE_AA, tipLength=0.25)
        cv2.arrowedLine(picture, origin, end, color, 2, cv2.LINE_AA, tipLength=0.25)
        _write(picture, f"{name} 10 cm", (end[0] + du, end[1] + dv), scale=_SCALE, color=color)
    _write(picture, f"({x:.2f}, {y:.2f})", (origin[0] + 6, origin[1] + 4), scale=_SCALE)
    us, vs = zip(origin, ahead, left, strict=True)
    return _Box(min(us) - 6, min(vs) - 6, max(us) + _MARGIN, max(vs) + 20)


def _in_view(frame: Frame, point: tuple[float, float, float]) -> bool:
    """Whether a point is in the picture, with room to its right."""
    pixel = project(frame, point)
    return pixel is not None and pixel[0] + _MARGIN < frame.camera.width and pixel[1] + 20 < frame.camera.height


def _write(
    picture: NDArray[np.uint8],
    text: str,
    corner: tuple[int, int],
    *,
    scale: float,
    color: tuple[int, int, int] = _BLACK,
) -> None:
    """In `color` on a white rim, legible on any ground; `corner` is the lower left (u, v) in px."""
    for paint, thickness in (((255, 255, 255), 3), (color, 1)):
        cv2.putText(picture, text, corner, _FONT, scale, paint, thickness, cv2.LINE_AA)


def project(frame: Frame, point: Sequence[float], *, clip: bool = False) -> tuple[int, int] | None:
    """Pixel (u, v) of a point (x, y, z) in m, base frame.

    Returns:
        None when it is behind the camera or, without `clip`, outside the image; with it, the nearest pixel.
    """
    T_camera_base = np.asarray(np.linalg.inv(frame.camera.T_base_camera), dtype=np.float64)
    x, y, z = (T_camera_base @ np.array([*point, 1.0]))[:3]
    if z <= 0:
        return None
    u, v, _ = frame.camera.K @ np.array([x / z, y / z, 1.0])
    width, height = frame.camera.width, frame.camera.height
    if clip:
        u, v = min(max(u, 0.0), width - 1.0), min(max(v, 0.0), height - 1.0)
    if not (0 <= u < width and 0 <= v < height):
        return None
    return round(float(u)), round(float(v))
