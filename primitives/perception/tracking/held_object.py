"""The object between the fingers, and how it lies there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
