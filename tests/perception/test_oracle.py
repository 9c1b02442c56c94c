"""The privileged detector reports the truth, in the terms of any detector."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from primitives.environment import ObjectState
from primitives.errors import ConfigurationError
from primitives.perception.oracle_detector import OracleDetector, make, seen_from_truth


def state(quaternion: tuple[float, float, float, float], size=(0.04, 0.04, 0.04), category="block") -> ObjectState:
    return ObjectState(
        position=(0.5, 0.1, 0.02), quaternion_xyzw=quaternion, category=category, color="red", size=size
    )  # fmt: skip


def about_z(angle: float) -> tuple[float, float, float, float]:
    return (0.0, 0.0, math.sin(angle / 2), math.cos(angle / 2))


@pytest.mark.parametrize(("angle", "yaw"), [(0.3, 0.3), (1.2, 1.2 - math.pi / 2), (-2.0, -2.0 + math.pi / 2)])
def test_yaw_of_a_cube(angle: float, yaw: float) -> None:
    assert seen_from_truth(state(about_z(angle))).yaw == pytest.approx(yaw)


def test_a_block_on_its_side_keeps_its_extents_straight() -> None:
    tipped = (math.sin(math.pi / 4), 0.0, 0.0, math.cos(math.pi / 4))
    seen = seen_from_truth(state(tipped, size=(0.02, 0.04, 0.06)))
    assert seen.size == pytest.approx((0.02, 0.06, 0.04))


def test_a_bowl_has_no_yaw() -> None:
    assert seen_from_truth(state(about_z(0.7), size=(0.15, 0.15, 0.05), category="bowl")).yaw == 0.0


def test_privileged_and_named() -> None:
    environment = SimpleNamespace(name="test", world=lambda: {"a": state(about_z(0.0))})
    detector = OracleDetector(environment)  # type: ignore[arg-type]
    assert detector.privileged
    assert [o.name for o in detector.detect([], None, None)] == ["red block"]  # type: ignore[arg-type]


def test_without_ground_truth_it_says_so() -> None:
    with pytest.raises(ConfigurationError, match="rgbd"):
        make(SimpleNamespace(name="real"))  # type: ignore[arg-type]
