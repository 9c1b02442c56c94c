"""The default detector: objects from RGB-D images alone, by geometry and colour.

The images of all cameras are fused into one view from above without the table and the robot. Hollow things are found by
their rims, solid ones by their top faces, the layers of stacks by the colours of their sides, and flat ones by their
colour on the table.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.environment import World
from primitives.errors import ConfigurationError
from primitives.perception.calibration.camera_gains import matched
from primitives.perception.calibration.camera_registration import CameraRegistration, moved
from primitives.perception.calibration.disagreeing_cameras import refuse_disagreeing
from primitives.perception.calibration.illuminant import Illuminant, illuminant
from primitives.perception.calibration.illumination import light_level
from primitives.perception.calibration.robot_mask import RobotMask, of_held
from primitives.perception.calibration.table_plane import TablePlane
from primitives.perception.color_classes import classes, classes_cut_off, named
from primitives.perception.detector import Detector, RobotView
from primitives.perception.heightmap.agreement import agreed
from primitives.perception.heightmap.fusion import fuse
from primitives.perception.heightmap.grid import Grid
from primitives.perception.heightmap.height_profile import HeightProfile, height_profile
from primitives.perception.heightmap.raised_points import SHARED, heights, raised_points
from primitives.perception.heightmap.topview import RAISED, Ground, Sight, TopView, ground
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.markings import background
from primitives.perception.recognition.recognizer import things
from primitives.perception.recognition.zones import shown, table_color
from primitives.robot import Frame
from primitives.scene import SceneObject, Workspace

EDGE = 0.005
"""m beside the table up to which a thing may seem to be whose centre is on its edge."""
_SAMPLED = 7
"""Every seventh raised cell says what the light is like."""


class RgbdDetector:
    """Finds the twenty named colours on blocks, bowls, plates, zones, cylinders, balls, boxes, mugs and furniture."""

    def __init__(self) -> None:
        self._surface: RobotMask | None = None
        self._table = TablePlane()
        self._agreement = CameraRegistration()
        self._view: TopView | None = None

    @property
    def privileged(self) -> bool:
        """Never: it looks at the images alone."""
        return False

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """Every object in view. See `Detector.detect`."""
        frames = _with_depth(frames)
        with _one_thread():
            self._view = view = self._view_from_above(frames, workspace, robot)
            even = evened(view)
            light = illuminant(table_color(even), even.rgb[even.raised][::_SAMPLED])
            found = things(balanced(even, light) if even is not view or not light.ordinary else view)
        level = light_level([f.color for f in found], light.white)
        objects = [_described(f, level, light) for f in found]
        return [o for o in objects if workspace.table.contains(o.position[:2], -EDGE)]

    def profile(self, obj: SceneObject, others: Sequence[SceneObject] = ()) -> HeightProfile | None:
        """See `Profiler.profile`."""
        return height_profile(self._view, obj, others) if self._view is not None else None

    def survey(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> None:
        """Measure surfaces alone, for things that another detector found."""
        with _one_thread():
            self._view = self._view_from_above(_with_depth(frames), workspace, robot)

    def _view_from_above(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> TopView:
        if self._surface is None:
            self._surface = RobotMask(robot.arm)
        calibrated = [f.camera for f in frames]
        frames = [self._table.corrected(f, workspace) for f in frames]
        grid = Grid.over(workspace, frames)
        smoothed = [heights(f) for f in frames]
        noise = max(n for _, n, _ in smoothed)
        blotchy = max(left for _, _, left in smoothed) > SHARED
        points: list[tuple[NDArray[np.float32], NDArray[np.uint8]]] = []
        for frame, (z, _, _) in zip(frames, smoothed, strict=True):
            xyz, rgb = raised_points(frame, z, workspace, RAISED)
            own = self._surface.contains(xyz, robot.q, robot.gripper_width)
            if robot.held is not None:
                own |= of_held(xyz, robot.held)
            other = np.flatnonzero(~own)
            points.append((xyz.take(other, axis=0), rgb.take(other, axis=0)))
        offsets = self._agreement.offsets(calibrated, [xyz for xyz, _ in points], grid)
        grounds: list[Ground] = []
        sights: list[Sight] = []
        for frame, (z, _, _), (xyz, _), offset in zip(frames, smoothed, points, offsets, strict=True):
            camera = moved(frame.camera, offset)
            xyz[:, :2] += offset.astype(np.float32)
            grounds.append(ground(camera, frame.rgb, z, grid))
            sights.append(Sight(camera, z))
        refuse_disagreeing([xyz for xyz, _ in points], sights)
        points, grounds = matched(points, grounds)
        view = fuse(points, grounds, sights, grid, noise)
        return agreed(view, [n for _, n, _ in smoothed]) if blotchy else view


def make(environment: World | None = None) -> Detector:
    """The detector; the environment is not looked at."""
    del environment
    return RgbdDetector()


def _with_depth(frames: Sequence[Frame]) -> list[Frame]:
    """Those of cameras that measure depth. Raises ConfigurationError where there is none."""
    measured = [f for f in frames if f.camera.depth]
    if not measured:
        names = ", ".join(repr(f.camera.name) for f in frames) or "none"
        raise ConfigurationError(
            f"detector 'rgbd' needs depth, and no camera measures it (cameras: {names}). Without depth there are no "
            "positions, sizes or obstacles: use a depth camera, or another --detector"
        )
    return measured


@contextmanager
def _one_thread() -> Generator[None]:
    """Let OpenCV work in the calling thread: its helpers wait actively between so many small steps."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def evened(view: TopView) -> TopView:
    """`view` as if no lamp were nearer to one part of the table than to another."""
    look = background(*shown(view))
    if look is None or look.field is None:
        return view
    points = replace(view.points, rgb=look.evened(view.points.rgb, view.points.cell))
    grounds = tuple(replace(g, rgb=look.evened(g.rgb)) for g in view.ground)
    return replace(view, rgb=look.evened(view.rgb), points=points, ground=grounds)


def balanced(view: TopView, light: Illuminant) -> TopView:
    """`view` as in white light of full brightness."""
    rgb, kind = light.removed(view.rgb), np.zeros_like(view.kind)
    seen, cut_off = rgb[view.raised], bool((light.white < 250.0).any())
    kind[view.raised] = classes_cut_off(seen, light.white) if cut_off else classes(seen)
    points = replace(view.points, rgb=light.removed(view.points.rgb))
    grounds = tuple(replace(g, rgb=light.removed(g.rgb)) for g in view.ground)
    return replace(view, rgb=rgb, kind=kind, points=points, ground=grounds)


def _described(found: Detection, level: float, light: Illuminant) -> SceneObject:
    color, sure = named(found.color, level, light.white)
    x, y = (float(v) for v in found.center)  # numpy's own would make numpy.bool of every comparison in a program
    return SceneObject(
        name=f"{color} {found.category}",
        category=found.category,
        color=color,
        position=(x, y, (found.bottom + found.top) / 2),
        yaw=found.yaw,
        size=(found.size[0], found.size[1], found.height),
        joint=found.joint,
        confidence=float(np.clip(found.quality * (0.5 + 0.5 * min(1.0, 2 * sure)), 0.05, 1.0)),
    )
