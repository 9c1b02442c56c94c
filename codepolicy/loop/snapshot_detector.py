"""A detector that sees a scene of the past, to ask what was already true before anything moved."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from primitives.perception.detector import RobotView
from primitives.robot import Frame
from primitives.scene import SceneObject, Workspace


class SnapshotDetector:
    """Reports `objects` whatever the frames show.

    Args:
        objects: as a `SceneMemory` named them; the numbers of duplicates are taken off, since it adds them again.
    """

    def __init__(self, objects: Sequence[SceneObject]) -> None:
        self._objects = [
            msgspec.structs.replace(o, name=re.sub(r" \d+$", "", o.name))
            for o in sorted(objects, key=lambda o: _number(o.name))
        ]

    @property
    def privileged(self) -> bool:
        """False: it knows what the detector saw, no more."""
        return False

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """The remembered objects."""
        del frames, workspace, robot
        return list(self._objects)


def _number(name: str) -> int:
    match = re.search(r" (\d+)$", name)
    return int(match[1]) if match else 1
