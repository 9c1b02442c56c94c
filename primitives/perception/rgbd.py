"""The default detector: objects from RGB-D images alone, by geometry and colour.

The images of all cameras are fused into one view from above without the table and the robot. Hollow things are found by
their rims, solid ones by their top faces, the layers of stacks by the colours of their sides, and flat ones by their
colour on the table.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.environment import Environment
from primitives.perception.coloring import named
from primitives.perception.containers import Container, containers
from primitives.perception.detector import Detector, RobotView
from primitives.perception.flats import zones
from primitives.perception.found import Found, Mask
from primitives.perception.light import light_level
from primitives.perception.robot_surface import RobotSurface
from primitives.perception.solids import patches, solid
from primitives.perception.stacks import layers_below
from primitives.perception.topview import RAISED, Grid, Ground, Sight, TopView, fuse, ground, heights, raised_points
from primitives.robot import CameraInfo, Frame
from primitives.scene import SceneObject, Workspace


class RgbdDetector:
    """Finds the twenty named colours on blocks, bowls, plates, zones, cylinders, balls, boxes and mugs."""

    def __init__(self) -> None:
        self._surface: RobotSurface | None = None
        self._pixels: dict[str, tuple[CameraInfo, Grid, NDArray[np.intp]]] = {}

    @property
    def privileged(self) -> bool:
        """Never: it looks at the images alone."""
        return False

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """Every object in view. See `Detector.detect`."""
        view = self._view_from_above(frames, workspace, robot)
        found = _things(view)
        light = light_level([_color(view, f) for f in found])
        return [o for o in (_described(view, f, light) for f in found) if workspace.table.contains(o.position[:2])]

    def _view_from_above(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> TopView:
        if self._surface is None:
            self._surface = RobotSurface(robot.arm)
        grid = Grid.over(workspace, frames)
        smoothed = [heights(f) for f in frames]
        noise = max(n for _, n in smoothed)
        points: list[tuple[NDArray[np.float32], NDArray[np.uint8]]] = []
        grounds: list[Ground] = []
        for frame, (z, _) in zip(frames, smoothed, strict=True):
            xyz, rgb = raised_points(frame, z, workspace, RAISED)
            own = self._surface.contains(xyz, robot.q, robot.gripper_width)
            points.append((xyz[~own], rgb[~own]))
            grounds.append(ground(frame, z, self._pixels_of(frame.camera, grid)))
        sights = [Sight(f.camera, z) for f, (z, _) in zip(frames, smoothed, strict=True)]
        return fuse(points, grounds, sights, grid, noise)

    def _pixels_of(self, camera: CameraInfo, grid: Grid) -> NDArray[np.intp]:
        """`Grid.pixels`, remembered while neither the camera nor the grid changes."""
        known = self._pixels.get(camera.name)
        if known is None or known[0] is not camera or known[1] != grid:
            known = (camera, grid, grid.pixels(camera))
            self._pixels[camera.name] = known
        return known[2]


def make(environment: Environment | None = None) -> Detector:
    """The detector; the environment is not looked at."""
    del environment
    return RgbdDetector()


def _things(view: TopView) -> list[Found]:
    """Everything raised above the table, from the highest to the lowest."""
    hollow = containers(view)
    found = [c.found for c in hollow]
    outside = view.raised.copy()
    for container in hollow:
        outside &= ~container.found.cells
        outside |= container.contents
    tops = patches(view, outside)
    levels = [float(np.median(view.height[p])) for p in tops]
    solids: list[Found] = []
    for i, patch in enumerate(tops):
        base = _base(view, patch, hollow)
        near = grown(patch)
        floors = [
            base,
            *(
                h
                for h, p in zip(levels[i + 1 :], tops[i + 1 :], strict=True)
                if base + 0.012 < h < levels[i] - 0.012 and (p & near).any()
            ),
        ]
        solids.extend(solid(view, patch, floors))
    for thing in sorted(solids, key=lambda f: -f.bottom):
        found.append(thing)
        if thing.category in ("block", "cylinder", "ball"):
            found.extend(layers_below(view, thing, _support(thing, solids, hollow, view), _color(view, thing)))
    return found + zones(view)


def grown(mask: Mask) -> Mask:
    """`mask` and the cells within two of it."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)


def _base(view: TopView, patch: Mask, hollow: Sequence[Container]) -> float:
    """Height of the bare ground under `patch`: the table, or the floor of what it lies in."""
    for container in hollow:
        if (patch & container.contents).sum() > 0.5 * patch.sum():
            own = view.height[container.found.cells & view.raised]
            return float(np.percentile(own, 5)) if len(own) else 0.0
    return 0.0


def _support(thing: Found, solids: Sequence[Found], hollow: Sequence[Container], view: TopView) -> float:
    """Height of the highest known surface under `thing`."""
    reach = min(thing.size) / 2
    tops = [
        f.top
        for f in solids
        if f is not thing
        and f.top < thing.bottom + 0.008
        and max(abs(f.center[0] - thing.center[0]), abs(f.center[1] - thing.center[1])) < 0.8 * reach + max(f.size) / 2
    ]
    return max([_base(view, thing.cells, hollow), *tops])


def _color(view: TopView, found: Found) -> NDArray[np.float64]:
    """(3,) sRGB that the top of a thing shows."""
    if found.color is not None:
        return found.color
    shown = view.rgb[found.cells & view.raised]
    return np.median(shown, axis=0) if len(shown) else np.zeros(3)


def _described(view: TopView, found: Found, light: float) -> SceneObject:
    color, sure = named(_color(view, found), light)
    x, y = found.center
    return SceneObject(
        name=f"{color} {found.category}",
        category=found.category,
        color=color,
        position=(x, y, (found.bottom + found.top) / 2),
        yaw=found.yaw,
        size=(found.size[0], found.size[1], found.height),
        confidence=float(np.clip(found.quality * (0.5 + 0.5 * min(1.0, 2 * sure)), 0.05, 1.0)),
    )
