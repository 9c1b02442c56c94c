"""Changes between two looks, told modulo the symmetry of each shape."""

from __future__ import annotations

import math

import msgspec
import pytest

from codepolicy.prompting.scene_diff import changes_table
from primitives.scene import SceneObject


@pytest.mark.parametrize(
    ("category", "size", "turn", "told"),
    [
        ("block", (0.16, 0.04, 0.03), 75, "turned 75 deg"),
        ("block", (0.16, 0.04, 0.03), 105, "turned -75 deg"),
        ("block", (0.16, 0.04, 0.03), 179, None),
        ("block", (0.04, 0.04, 0.04), 30, "turned 30 deg"),
        ("block", (0.04, 0.041, 0.04), 91, None),
        ("box", (0.2, 0.1, 0.05), 90, "turned -90 deg"),
        ("mug", (0.09, 0.07, 0.09), 179, "turned 179 deg"),
        ("bowl", (0.15, 0.15, 0.05), 60, None),
    ],
)
def test_a_turn_is_what_can_be_seen_of_it(
    category: str, size: tuple[float, float, float], turn: float, told: str | None
) -> None:
    before = SceneObject(name="it", category=category, color="red", position=(0.5, 0.0, 0.03), size=size)
    text = changes_table([before], [msgspec.structs.replace(before, yaw=math.radians(turn))])
    assert text == "nothing" if told is None else told in text
