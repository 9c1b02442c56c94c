"""The object between the fingers, and how it lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.kinematics.poses import object_matrix
from primitives.scene import SceneObject


@dataclass(frozen=True, slots=True)
class HeldObject:
    """What is between the fingers, and how."""

    object: SceneObject
    """As last seen before it was grasped."""
    T_tool_object: NDArray[np.float64]
    """(4, 4), takes object-frame points to the tool frame."""
    width: float
    """Measured distance between the fingers in m."""
    contents: tuple[tuple[SceneObject, NDArray[np.float64]], ...] = ()
    """What lies in it and goes along: each as last seen before, with its pose (4, 4) in the tool frame."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all that moves with the hand, the held thing first."""
        return self.object.name, *(o.name for o, _ in self.contents)


def held_at(
    obj: SceneObject, T_tool: NDArray[np.float64], width: float, contents: Sequence[SceneObject] = ()
) -> HeldObject:
    """What the fingers hold when they close on `obj` with the tool at `T_tool` (4, 4), and `contents` lie in it."""
    T_tool_base = np.linalg.inv(T_tool)
    inside = tuple((o, T_tool_base @ object_matrix(o)) for o in contents)
    return HeldObject(obj, T_tool_base @ object_matrix(obj), width, inside)
