"""The default detector sees what is on the table, from rendered images with the mild noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from primitives.environment import TrialSpec, World
from primitives.perception.detector import RobotView
from primitives.perception.heightmap.grid import Grid
from primitives.perception.heightmap.topview import Points, TopView
from primitives.perception.recognition.balls import ball
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.robot import Frame
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
    for o in result.seen:
        numbers = (*o.position, *o.size, o.yaw, o.confidence)
        assert {type(number) for number in numbers} == {float}, "numpy's own numbers compare to numpy.bool"


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


@pytest.mark.slow
@pytest.mark.parametrize(("near", "far", "gap"), [(0.03, 0.035, 0.0055), (0.035, 0.03, 0.002), (0.025, 0.03, 0.0006)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_blocks_of_one_color_and_little_different_height(
    see: See, near: float, far: float, gap: float, seed: int
) -> None:
    edge = 0.465 - far / 2 - gap - near / 2
    result = see(
        "brown box 0.465 -0.085 0.025 0.22x0.18x0.05 0",
        f"orange block 0.465 -0.085 {0.0085 + far / 2} {far} 0.01",
        f"orange block {edge} -0.085 {0.0085 + near / 2} {near} -0.03",
        seed=seed,
    )
    assert result.names == ["brown box", "orange block", "orange block"]
    for name in result.truth:
        assert nearest(result, name)[0] < 0.003, name
    for name, height in (("orange block 1", far), ("orange block 2", near)):
        there = result.truth[name].position
        seen = min((o for o in result.seen if o.category == "block"), key=lambda o: math.dist(o.position, there))
        assert seen.size == pytest.approx((height,) * 3, abs=0.002)


def test_blocks_of_one_color_with_a_gap_into_which_no_camera_sees(see: See) -> None:
    result = see(
        "magenta box 0.5487 -0.0725 0.025 0.178x0.1587x0.05 0.709",
        "teal block 0.5041 -0.0956 0.0285 0.04 0.466",
        "teal block 0.5287 -0.1219 0.021 0.025 0.466",
        "teal block 0.5588 -0.1083 0.021 0.025 0.466",
    )
    assert result.names == ["magenta box", "teal block", "teal block", "teal block"]


@pytest.mark.parametrize("seed", [1, 2])
def test_cameras_that_see_other_walls_of_a_box_do_not_disagree(see: See, seed: int) -> None:
    result = see(
        "brown box 0.465 -0.085 0.025 0.22x0.18x0.05 0",
        "orange block 0.465 -0.085 0.0265 0.035 0.01",
        seed=seed,
    )
    (box,) = (o for o in result.seen if o.category == "box")
    assert box.size == pytest.approx((0.22, 0.18, 0.05), abs=0.0035)


def test_small_blocks_in_a_box_are_no_cylinders(see: See) -> None:
    result = see(
        "orange box 0.5648 -0.1693 0.025 0.1897x0.1225x0.05 0.035",
        "black block 0.5852 -0.1605 0.021 0.025 0.45",
        "black block 0.6062 -0.1825 0.021 0.025 0.45",
        "black block 0.5572 -0.1816 0.026 0.035 -0.728",
    )
    assert result.names == ["black block", "black block", "black block", "orange box"]


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


@pytest.mark.parametrize("turns", [(0.0, 0.0, 0.0), (0.1, 0.75, -0.3), (-0.2, 0.6, 0.1)])
@pytest.mark.parametrize("sizes", [(0.05, 0.04, 0.03), (0.06, 0.045, 0.035), (0.04, 0.035, 0.025)])
def test_tower_of_unequal_turned_blocks(see: See, sizes: tuple[float, ...], turns: tuple[float, ...]) -> None:
    rows: list[str] = []
    height = 0.0
    for color, size, turn in zip(("purple", "lime", "red"), sizes, turns, strict=True):
        rows.append(f"{color} block 0.6 -0.1 {height + size / 2 + 0.0001} {size} {turn}")
        height += size + 0.0002
    result = see(*rows)
    assert result.names == ["lime block", "purple block", "red block"]
    for name in result.truth:
        assert nearest(result, name)[0] < 0.006


def test_what_shows_of_the_top_of_a_turned_layer_is_no_thing_of_its_own(see: See) -> None:
    result = see(
        "beige block 0.594 0.178 0.03 0.06 -0.54",
        "navy block 0.595 0.174 0.085 0.05 0.47",
        "teal block 0.595 0.174 0.1252 0.03 0.47",
    )
    assert result.names == sorted(result.truth)
    for name in result.truth:
        assert nearest(result, name)[0] < 0.003


def test_two_blocks_of_one_color_under_a_third_not_in_line_are_no_large_one(see: See) -> None:
    result = see(
        "green block 0.5229 -0.1561 0.0200 0.040 0.047",
        "green block 0.5252 -0.1578 0.0600 0.040 0.020",
        "green block 0.5216 -0.1608 0.1000 0.040 0.012",
    )
    assert result.names == ["green block"] * 3
    for name in result.truth:
        assert nearest(result, name)[0] < 0.005


def test_a_layer_turned_against_the_one_on_it_is_no_cylinder(see: See) -> None:
    result = see(
        "pink block 0.434 -0.207 0.02 0.04 -0.15",
        "blue block 0.429 -0.204 0.0575 0.035 -0.43",
        "maroon block 0.430 -0.207 0.0877 0.025 -0.38",
    )
    assert result.names == sorted(result.truth)
    for name in result.truth:
        assert nearest(result, name)[0] < 0.003


@pytest.mark.parametrize(
    "rows",
    [
        ("cyan cylinder 0.45 0.1 0.03375 0.045", "pink block 0.447 0.103 0.088 0.04 0.2"),
        ("green cylinder 0.49 0.165 0.03375 0.045", "pink cylinder 0.489 0.17 0.094 0.035"),
        ("red block 0.5 0.0 0.025 0.05 0.3", "yellow ball 0.5 0.0 0.0703 0.04"),
        ("red block 0.5 0.0 0.025 0.05 0.3", "lime cylinder 0.5 0.002 0.0766 0.035"),
        ("white plate 0.5 0.0", "orange cylinder 0.5 0.01 0.0336 0.035"),
        ("blue box 0.5 0.0", "magenta ball 0.51 0.01 0.0286 0.04"),
    ],
    ids=lambda rows: " and ".join(" ".join(r.split()[:2]) for r in rows),
)
def test_one_solid_on_or_in_another(see: See, rows: tuple[str, ...]) -> None:
    result = see(*rows)
    assert result.names == sorted(result.truth)
    for name in result.truth:
        assert nearest(result, name)[0] < 0.006


def test_cylinders_of_one_width_are_told_apart_by_color(see: See) -> None:
    result = see("red cylinder 0.5 0.0 0.03 0.04", "white cylinder 0.5 0.0 0.0902 0.04")
    assert result.names == ["red cylinder", "white cylinder"]
    upper = next(o for o in result.seen if o.color == "white")
    assert upper.size[2] == pytest.approx(0.06, abs=0.004)


@pytest.mark.parametrize("yaw", [0.0, 0.4, 0.785])
def test_a_small_square_box_is_no_bowl(see: See, yaw: float) -> None:
    result = see(f"black box 0.55 0.1 0.025 0.08 {yaw}", "green block 0.55 0.1 0.0238 0.03 0.2")
    assert result.names == ["black box", "green block"]


@pytest.mark.parametrize(
    "cells", [((0, 0), (1, 0), (0, 1)), ((0, 0), (1, 0), (0, 1), (1, 1)), ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1))]
)
def test_blocks_of_one_color_that_touch_in_two_directions(see: See, cells: tuple[tuple[int, int], ...]) -> None:
    result = see(*(f"olive block {0.5 + 0.0405 * u} {0.1 + 0.0405 * v} 0.02 0.04 0" for u, v in cells))
    assert result.names == ["olive block"] * len(cells)
    for name in result.truth:
        assert nearest(result, name)[0] < 0.003


def test_block_half_behind_another(see: See) -> None:
    result = see("red block 0.42 0.0 0.02", "blue block 0.48 0.01 0.02", "green block 0.48 0.01 0.0602")
    assert result.names == ["blue block", "green block", "red block"]
    assert nearest(result, "red block")[0] < 0.004


@pytest.mark.parametrize(
    "row",
    [
        "teal object 0.5 0.0 0.02 0.06",
        "red object 0.384 0.212 0.022 0.0644 2.93",
        "red object 0.45 0.17 0.022 0.06 2.9",
        "beige object 0.596 0.2046 0.024 0.0687 0.806",
        "teal object 0.6244 -0.0284 0.024 0.0681 -1.667",
    ],
)
def test_an_odd_shape_is_an_object(see: See, row: str) -> None:
    result = see(row)
    assert result.names == sorted(result.truth)


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


def test_cameras_that_disagree_see_one_of_everything(see: See) -> None:
    result = see("red block 0.45 -0.15 0.02", "white mug 0.50 0.12", "lime cylinder 0.60 -0.05", "blue ball 0.40 0.05")
    frames = [c.frame(after=0.0, timeout_s=1.0) for c in result.robot.cameras]
    for frame, offset in zip(frames, ((0.004, -0.003), (-0.004, 0.003)), strict=True):
        frame.camera.T_base_camera[:2, 3] += offset
    state = result.robot.arm.state()
    view = RobotView(result.robot.arm.info, state.q, state.gripper_width)
    seen = RgbdDetector().detect(frames, result.robot.workspace, view)
    for frame, offset in zip(frames, ((0.004, -0.003), (-0.004, 0.003)), strict=True):
        frame.camera.T_base_camera[:2, 3] -= offset
    assert sorted(o.name for o in seen) == result.names == sorted(result.truth)
    for obj in seen:
        assert math.dist(obj.position, result.truth[obj.name].position) < 0.004, obj.name
    cylinder = next(o for o in seen if o.category == "cylinder")
    assert cylinder.size[0] == pytest.approx(0.04, abs=0.002)


def test_a_thin_rim_in_a_coarse_image_is_one_mug(environment: World, tmp_path: Path) -> None:
    path = tmp_path / "scene.toml"
    path.write_text("[[objects]]\ncategory = 'mug'\ncolor = 'white'\nposition = [0.373, 0.169]\nyaw = 1.0")
    trial = environment.reset(TrialSpec(seed=4, scene=str(path), disturbances="mild"))
    coarse: list[Frame] = []
    for frame in (c.frame(after=0.0, timeout_s=1.0) for c in trial.robot.cameras):
        K = frame.camera.K.copy()
        K[:2] /= 2
        camera = replace(frame.camera, K=K, width=320, height=240)
        coarse.append(Frame(camera, frame.rgb[::2, ::2].copy(), frame.depth[::2, ::2].copy(), frame.stamp))
    state = trial.robot.arm.state()
    view = RobotView(trial.robot.arm.info, state.q, state.gripper_width)
    assert [o.name for o in RgbdDetector().detect(coarse, trial.robot.workspace, view)] == ["white mug"]


def test_a_post_in_a_mug_of_its_color_is_no_peg(see: See) -> None:
    result = see("green mug 0.468 0.221", "green cylinder 0.468 0.235 0.064 0.03x0.03x0.11")
    assert result.names == ["green cylinder", "green mug"]
    assert nearest(result, "green cylinder")[0] < 0.01


@pytest.mark.parametrize("width", [0.15, 0.168])
def test_the_shaded_inside_of_a_bowl_is_no_layer_of_what_leans_in_it(see: See, width: float) -> None:
    result = see(
        f"orange bowl 0.370 0.188 0.03 {width}",
        "blue block 0.392 0.187 0.0285 0.04 0",
        "gray block 0.347 0.188 0.0285 0.04 0",
        "green block 0.370 0.230 0.0695 0.04 0",
    )
    assert result.names == ["blue block", "gray block", "green block", "orange bowl"]


@pytest.mark.parametrize(("x", "y", "turn"), [(0.562, -0.021, 2.54), (0.6, 0.15, 1.0), (0.4, -0.2, 0.2)])
def test_a_box_around_a_block_little_smaller(see: See, x: float, y: float, turn: float) -> None:
    result = see(
        f"orange box {x} {y} 0.02 0.1x0.1x0.04 {turn - 0.8}", f"yellow block {x} {y} 0.0384 0.06x0.06x0.06 {turn}"
    )
    assert result.names == ["orange box", "yellow block"]
    for name in result.truth:
        assert nearest(result, name)[0] < 0.004


@pytest.mark.parametrize(("x", "y"), [(0.543, 0.05), (0.6, 0.15), (0.6, -0.087)])
def test_the_wall_of_a_box_is_no_thing_in_it(see: See, x: float, y: float) -> None:
    assert see(f"gray box {x} {y} 0.025 0.18x0.14x0.05 0").names == ["gray box"]


@pytest.mark.parametrize(
    "on",
    [
        ("orange block 0.5 0.0 0.025 0.05 0", "red block 0.5 0.055 0.025 0.05 0", "blue block 0.5 -0.055 0.025 0.05 0"),
        ("orange block 0.5 0.03 0.06 0.12 0.8",),
        ("orange block 0.5 0.06 0.06 0.12 0.8",),
        ("orange block 0.46 0.0 0.06 0.12 0.1",),
    ],
    ids=["across", "cuts off a corner", "covers a side", "covers a corner"],
)
def test_a_zone_with_things_on_it_is_one_zone(see: See, on: tuple[str, ...]) -> None:
    result = see("green zone 0.5 0.0 0.0005 0.16 0.3", *on)
    (zone,) = (o for o in result.seen if o.category == "zone")
    assert zone.position == pytest.approx((0.5, 0.0, 0.0005), abs=0.004)
    assert zone.size == pytest.approx((0.16, 0.16, 0.001), abs=0.006)


def test_two_zones_of_one_color_in_line_stay_two(see: See) -> None:
    result = see("green zone 0.42 0.0 0.0005 0.1 0", "green zone 0.56 0.0 0.0005 0.1 0", "red block 0.49 0.03")
    assert result.names == ["green zone", "green zone", "red block"]


@pytest.mark.parametrize(
    "rows",
    [
        ("red mug 0.5 0.0", "blue block 0.518 0.029 0.075 0.03 0.24"),
        ("red mug 0.5 0.0", "blue cylinder 0.503 -0.051 0.075 0.04 -0.13"),
        ("red bowl 0.5 0.0 0.03 0.15", "blue cylinder 0.422 0.003 0.075 0.03 0.40"),
    ],
    ids=lambda rows: " in ".join(" ".join(r.split()[:2]) for r in reversed(rows)),
)
def test_what_leans_on_a_rim_is_no_ball(see: See, rows: tuple[str, ...]) -> None:
    assert not [o.name for o in see(*rows).seen if o.category == "ball"]


def test_the_handle_of_a_mug_is_no_block_where_cameras_disagree(see: See) -> None:
    mugs = ("yellow mug 0.40 0.20", "white mug 0.58 0.07", "green mug 0.45 -0.15", "navy mug 0.60 -0.20")
    for seed in range(1, 4):
        result = see(*mugs, disturbances="sensor", seed=seed)
        assert result.names == sorted(result.truth)
        for mug in result.seen:
            assert mug.size[0] == pytest.approx(0.11, abs=0.008)


def test_a_dome_that_is_only_a_part_of_a_ball_is_none() -> None:
    grid = Grid(0.002, (0.4, -0.1), (101, 101))
    rows, columns = np.mgrid[:101, :101].reshape(2, -1)
    x, y = grid.xy(rows, columns)
    away = np.hypot(x - 0.5, y)
    for width, seen in ((0.055, True), (0.025, False)):
        z = np.where(away < width, 0.06 + np.sqrt(np.maximum(0.06**2 - away**2, 0)), 0.0).astype(np.float32)
        xyz = np.stack([x, y, z], axis=1).astype(np.float32)[z > 0]
        height, raised = z.reshape(grid.shape), (z > 0).reshape(grid.shape)
        color = np.zeros((*grid.shape, 3), np.uint8)
        points = Points(xyz, np.zeros_like(xyz, np.uint8), np.flatnonzero(z))
        view = TopView(grid, height, color, color[..., 0], raised, ~raised, points, (), (), 0.0)
        assert (ball(view, raised) is not None) == seen


def test_never_privileged(detector: RgbdDetector) -> None:
    assert detector.privileged is False


def test_points_that_cameras_in_agreement_move_off_the_grid_are_kept_at_its_edge() -> None:
    grid = Grid(0.002, (0.2, -0.38), (291, 381))
    xyz = np.array([(0.196, 0.0, 0.1), (0.785, 0.385, 0.1), (0.2, -0.385, 0.1), (0.2, -0.38, 0.1)], np.float32)
    assert grid.index(xyz).tolist() == [190, 291 * 381 - 1, 0, 0]
