"""No digit that a camera would not repeat stays as it was when a goal check is asked again."""

from __future__ import annotations

import pytest

from codepolicy.loop.measurement_noise import moved
from primitives.relations import near
from primitives.scene import SceneObject

DRAWER = SceneObject(
    name="red drawer",
    category="drawer",
    color="red",
    position=(0.5, 0.1, 0.045),
    size=(0.16, 0.18, 0.09),
    yaw=0.3,
    confidence=0.91,
    joint=0.04,
)
BLOCK = SceneObject(name="blue block", category="block", color="blue", position=(0.3004, 0.1, 0.02), size=(0.04,) * 3)


@pytest.mark.parametrize("field", ["position", "size", "yaw", "confidence", "joint"])
def test_every_measured_number_of_a_thing_moves_a_little(field: str) -> None:
    before, after = getattr(DRAWER, field), getattr(moved(DRAWER, 1), field)
    assert before != after and after == pytest.approx(before, abs=0.004)
    assert after != getattr(moved(DRAWER, 2), field)


def test_so_do_the_numbers_of_a_relation_and_not_whether_it_holds() -> None:
    seen = near(DRAWER, BLOCK, 0.2)
    again = moved(seen, 1)
    assert again.holds is seen.holds
    assert len({moved(seen, seed).text for seed in range(20)}) > 1, seen.text
    assert again.values != seen.values and again.values == pytest.approx(seen.values, abs=0.001)


def test_a_confidence_stays_one() -> None:
    sure = [moved(SceneObject(**{f: getattr(BLOCK, f) for f in ("name", "category", "color", "position", "size")},
                              confidence=1.0), seed).confidence for seed in range(20)]  # fmt: skip
    assert max(sure) <= 1.0
