"""What the cameras showed since the start of an instruction, and labelled pictures of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from codepolicy.loop.robot_snapshot import robot_snapshot
from primitives.robot import Frame, Robot
from primitives.scene import SceneObject


@dataclass(slots=True)
class SceneViews:
    """Looks, and remembers the first and the last."""

    robot: Robot
    look_through: Callable[[], Sequence[SceneObject]]
    """Takes a fresh look."""
    start: tuple[SceneObject, ...] = field(init=False, default=())
    """The scene as first seen since the last `mark_start`."""
    seen: tuple[SceneObject, ...] = field(init=False, default=())
    """The last look."""
    start_robot: Robot | None = field(init=False, default=None)
    """The robot as it was at the start; None before any."""
    _start_frame: Frame | None = field(init=False, default=None)

    def look(self) -> tuple[SceneObject, ...]:
        """What the cameras see now."""
        self.seen = tuple(self.look_through())
        return self.seen

    def mark_start(self) -> None:
        """Take the last look as the scene against which changes are told and goal checks must not already hold."""
        self.start, self._start_frame = self.seen, None
        self.start_robot = robot_snapshot(self.robot)

    def frame(self) -> Frame:
        """What the first camera sees."""
        from primitives.kinematics.camera_frames import fresh_frame

        return fresh_frame(self.robot, self.robot.cameras[0], after=time.monotonic())

    def picture(self) -> bytes:
        """PNG of what the first camera sees, labelled; from the second time since `mark_start` on, start and now."""
        from codepolicy.prompting.scene_image import labelled_png

        now = (self.frame(), self.seen)
        if self._start_frame is None:
            self._start_frame = now[0]
            return labelled_png(now)
        return labelled_png((self._start_frame, self.start), now)

    @property
    def picture_told(self) -> str:
        """What is to be said about the next `picture`."""
        from codepolicy.prompting.scene_image import SIDES, TOLD

        return TOLD.format(sides=SIDES if self._start_frame is not None else "")
