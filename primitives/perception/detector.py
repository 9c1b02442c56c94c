"""The detector boundary: from RGB-D frames to objects. Implementations register under `codepolicy.detectors`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.robot import ArmInfo, Frame
from primitives.scene import SceneObject, Workspace


@dataclass(frozen=True, slots=True)
class RobotView:
    """What a detector may know about the robot, to leave it out of the picture."""

    arm: ArmInfo
    q: NDArray[np.float64]
    """(dof,) rad at the time of the frames."""
    gripper_width: float
    """m."""
    held: SceneObject | None = None
    """What hangs in the gripper, at its position now: no object on the table either."""


class Detector(Protocol):
    """Finds the objects in synchronised frames of one scene."""

    @property
    def privileged(self) -> bool:
        """Whether it uses ground truth; stamped on every result."""
        ...

    def detect(self, frames: Sequence[Frame], workspace: Workspace, robot: RobotView) -> list[SceneObject]:
        """Every object in view, without what the gripper holds.

        Args:
            frames: one per camera, taken while nothing moves; fused by the detector.
            workspace: what is outside it is not an object.
            robot: configuration of the arm, whose own surface is no object.

        Returns:
            Objects in the base frame. Names are "<color> <category>" without numbers; `SceneMemory` numbers
            duplicates and keeps names stable across looks.
        """
        ...


@runtime_checkable
class Resolver(Protocol):
    """A detector that knows what words mean beside colours and categories."""

    def resolve(self, query: str, objects: Sequence[SceneObject]) -> list[SceneObject]:
        """Those of `objects` that `query` means; empty when it knows none."""
        ...


@runtime_checkable
class Profiler(Protocol):
    """A detector that measures the surfaces of things, for grasps of what has no known shape."""

    def profile(self, obj: SceneObject, others: Sequence[SceneObject] = ()) -> HeightProfile | None:
        """How high `obj` is where, among `others`, as the last `detect` saw it; None where no surface was seen."""
        ...
