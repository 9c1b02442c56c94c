"""Furniture, nuts and pegs are put together from their parts, and plain things are not taken for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from primitives.environment import TrialSpec, World
from primitives.perception.oracle_detector import seen_from_truth
from primitives.perception.rgbd_detector import RgbdDetector
from tests.perception.conftest import Look, look

SCENE = """
[[objects]]
category = "drawer"
color = "red"
accent = "yellow"
position = [0.59, 0.15]
yaw = {yaw}
joint = {drawer}
[[objects]]
category = "door"
color = "green"
accent = "blue"
position = [0.62, -0.13]
yaw = 3.1416
joint = {door}
[[objects]]
category = "button"
color = "cyan"
accent = "orange"
position = [0.36, -0.22]
joint = {button}
[[objects]]
category = "nut"
color = "orange"
position = [0.45, -0.12]
[[objects]]
category = "peg"
color = "purple"
position = [0.34, -0.05]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "joints",
    [
        {"drawer": 0.0, "door": 0.0, "button": 0.0, "yaw": 3.0},
        {"drawer": 0.1, "door": 0.13, "button": 0.02, "yaw": 3.3},
        {"drawer": 0.04, "door": 0.06, "button": 0.0, "yaw": 3.1416},
    ],
)
def test_each_piece_is_found_with_its_joint_and_handle(
    environment: World, detector: RgbdDetector, tmp_path: Path, joints: dict[str, float]
) -> None:
    file = tmp_path / "furniture.toml"
    file.write_text(SCENE.format(**joints))
    trial = environment.reset(TrialSpec(scene=str(file)))
    found = look(trial.robot, dict(environment.world()), detector)
    assert found.names == sorted(found.truth)
    for seen in found.seen:
        there = seen_from_truth(found.truth[seen.name])
        assert math.dist(seen.position, there.position) < 0.01, seen
        assert seen.size == pytest.approx(there.size, abs=0.006), seen
        if there.joint is None:
            assert seen.joint is None
            continue
        assert seen.joint == pytest.approx(there.joint, abs=0.004)
        if seen.category != "button":
            assert math.cos(seen.yaw - there.yaw) > 0.999


@pytest.mark.parametrize("color", ["orange", "green"])
def test_a_nut_on_a_peg_is_a_nut_and_a_peg(see: Callable[..., Look], color: str) -> None:
    found = see("green peg 0.45 0.1", f"{color} nut 0.45 0.1 0.025")
    assert found.names == sorted(["green peg", f"{color} nut"])
    nut = next(o for o in found.seen if o.category == "nut")
    assert nut.position == pytest.approx((0.45, 0.1, 0.024), abs=0.004)


@pytest.mark.parametrize(
    "rows",
    [
        ("red block 0.5 0.0 0.04 0.08", "blue cylinder 0.5 0.0 0.1175 0.05"),  # a high post on a block is no button
        ("red block 0.55 0.0 0.06 0.12", "blue block 0.42 0.0"),  # a slab with a block before it is no drawer
        ("red box 0.5 0.0", "blue block 0.5 0.0 0.03 0.04"),  # a box with a block in it is no nut
        ("red cylinder 0.5 0.0 0.03 0.03", "blue block 0.4 0.1"),
    ],
)
def test_plain_things_stay_what_they_are(see: Callable[..., Look], rows: tuple[str, ...]) -> None:
    assert see(*rows).names == sorted(" ".join(row.split()[:2]) for row in rows)
