"""A detector that sees a scene of the past, to ask what was already true before anything moved."""

from __future__ import annotations

from collections.abc import Sequence

from primitives.perception.detector import RobotView
from primitives.robot import Frame
from primitives.scene import SceneObject, Workspace


class SnapshotDetector:
    """Reports `objects` whatever the frames show.

    Args:
        objects: as a `SceneMemory` named them; names that differ are kept.
    """

    def __init__(self, objects: Sequence[SceneObject]) -> None:
        self._objects = tuple(objects)

    @property
    def privileged(self) -> bool:
        """False: it knows what the detector saw, no more."""
        return False

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """The remembered objects."""
        del frames, workspace, robot
        return list(self._objects)
