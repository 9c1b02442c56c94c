"""The default detector sees what is on the table, from rendered images with the mild noise."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from primitives.perception.rgbd import RgbdDetector
from tests.perception.conftest import Look, look

See = Callable[..., Look]


def nearest(result: Look, name: str) -> tuple[float, str]:
    """Distance in m from the true position of `name` to what was seen there, and the name it was given."""
    there = result.truth[name].position
    best = min(result.seen, key=lambda o: math.dist(o.position, there))
    return math.dist(best.position, there), best.name


def test_every_category(see: See) -> None:
    result = see(
        "red block 0.35 0.20 0.02 0.04 0.4",
        "green bowl 0.60 0.18",
        "gray plate 0.60 -0.18",
        "blue zone 0.38 0.0",
        "orange cylinder 0.50 0.0",
        "pink ball 0.33 -0.22",
        "cyan mug 0.46 -0.22",
        "purple object 0.62 0.0",
    )
    assert result.names == sorted(result.truth)
    for name in result.truth:
        distance, seen_as = nearest(result, name)
        assert seen_as == name
        assert distance < 0.004, name


def test_position_yaw_and_size_of_a_block(see: See) -> None:
    (block,) = see("red block 0.45 0.10 0.02 0.04 0.3").seen
    assert block.position == pytest.approx((0.45, 0.10, 0.02), abs=0.0015)
    assert block.yaw == pytest.approx(0.3, abs=math.radians(2))
    assert block.size == pytest.approx((0.04, 0.04, 0.04), abs=0.0015)
    assert block.confidence > 0.7


def test_a_small_zone_in_the_corner_and_nothing_else(see: See) -> None:
    assert see("red zone 0.68 0.28 0.0005 0.03").names == ["red zone"]


@pytest.mark.parametrize("gap", [0.0005, 0.002, 0.006])
@pytest.mark.parametrize("shift", [0.0, 0.015])
def test_touching_blocks_of_one_color(see: See, gap: float, shift: float) -> None:
    result = see("red block 0.45 0.0 0.02 0.04 0", f"red block {0.49 + gap} {shift} 0.02 0.04 0")
    assert result.names == ["red block", "red block"]
    for name in result.truth:
        assert nearest(result, name)[0] < 0.003


def test_block_in_a_bowl_of_its_color(see: See) -> None:
    result = see("green bowl 0.5 0.1 0.025", "green block 0.505 0.095 0.0285 0.04 0.5")
    assert result.names == ["green block", "green bowl"]
    assert nearest(result, "green block")[0] < 0.003


@pytest.mark.parametrize("colors", [("red", "green", "blue"), ("blue", "navy", "blue"), ("red", "red", "red")])
def test_stack_of_three(see: See, colors: tuple[str, ...]) -> None:
    rows = [f"{c} block 0.5 {0.05 + 0.001 * i} {0.02 + 0.0402 * i} 0.04 0.3" for i, c in enumerate(colors)]
    result = see(*rows)
    assert result.names == sorted(f"{c} block" for c in colors)
    for name in result.truth:
        assert nearest(result, name)[0] < 0.004


def test_block_half_behind_another(see: See) -> None:
    result = see("red block 0.42 0.0 0.02", "blue block 0.48 0.01 0.02", "green block 0.48 0.01 0.0602")
    assert result.names == ["blue block", "green block", "red block"]
    assert nearest(result, "red block")[0] < 0.004


def test_an_odd_shape_is_an_object(see: See) -> None:
    result = see("teal object 0.5 0.0 0.02 0.06")
    assert result.names == ["teal object"]


def test_the_arm_is_no_object(see: See, detector: RgbdDetector) -> None:
    result = see("red block 0.40 -0.20 0.02", "green bowl 0.60 -0.10")
    arm = result.robot.arm
    over_the_table = np.array([0.2, 0.1, 0.0, -2.2, 0.0, 2.3, 0.785])
    arm.start_joint_path(np.stack([arm.state().q, over_the_table]), arm.info.limits).wait(20.0)
    assert look(result.robot, result.truth, detector).names == ["green bowl", "red block"]


def test_what_the_gripper_holds_is_no_object(see: See, detector: RgbdDetector) -> None:
    result = see("red block 0.40 -0.20 0.02", "green bowl 0.60 -0.10")
    held = next(o for o in result.seen if o.name == "red block")
    assert look(result.robot, result.truth, detector, held=held).names == ["green bowl"]


def test_a_camera_out_of_calibration_sees_no_phantoms(see: See) -> None:
    for seed in range(3):
        result = see("red block 0.40 -0.20 0.02", "green bowl 0.60 0.10", disturbances="sensor", seed=seed)
        assert result.names == ["green bowl", "red block"]


def test_never_privileged(detector: RgbdDetector) -> None:
    assert detector.privileged is False
