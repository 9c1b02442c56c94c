"""What hangs below a held thing is part of it; what stands on the table is not."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.kinematics.poses import pose_matrix
from primitives.perception.tracking.hanging import grown
from primitives.perception.tracking.held_object import HeldObject, held_at
from primitives.scene import Pose, SceneObject

BLOCK = SceneObject(name="red block", category="block", color="red", position=(0.5, 0.0, 0.08), size=(0.03, 0.03, 0.03))


def held() -> tuple[HeldObject, np.ndarray]:
    """The block, taken at z = 0.08 and lifted by 0.1 m; with the tool's pose now."""
    T = pose_matrix(Pose.top_down(0.5, 0.0, 0.08, 0.7))
    lifted = T.copy()
    lifted[2, 3] += 0.1
    return held_at(BLOCK, T, 0.03), lifted


def filled(low: tuple[float, float, float], high: tuple[float, float, float]) -> np.ndarray:
    return np.random.default_rng(0).uniform(low, high, size=(4000, 3))


def test_the_rest_of_a_thing_makes_it_larger() -> None:
    thing, T = held()
    rest = filled((0.47, -0.04, 0.105), (0.53, 0.04, 0.165))
    larger = grown(thing, T, np.concatenate([rest, filled((0.3, -0.2, 0.0), (0.7, 0.2, 0.03))]))
    assert larger is not None
    assert larger.object.category == "object"
    assert larger.object.size[2] == pytest.approx(0.09, abs=0.003)
    assert larger.object.size[1] == pytest.approx(0.08, abs=0.003)
    assert larger.object.position[2] == pytest.approx(0.05, abs=0.003)
    assert np.allclose((T @ larger.T_tool_object)[:3, 3], (0.5, 0.0, 0.15), atol=0.003)


def test_what_stands_on_the_table_is_not_held() -> None:
    thing, T = held()
    assert grown(thing, T, filled((0.4, -0.1, 0.0), (0.6, 0.1, 0.06))) is None
    assert grown(thing, T, filled((0.53, -0.02, 0.0), (0.57, 0.02, 0.17))) is None  # a tower beside it
    assert grown(thing, T, filled((0.48, -0.02, 0.165), (0.52, 0.02, 0.195))) is None  # itself
    assert grown(thing, T, np.zeros((0, 3))) is None
