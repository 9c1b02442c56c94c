"""Grasps of things of no known shape by what was measured of their surface."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.motion.grasping.surface_grasps import surface_grasps
from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment
from sim_envs.robots.panda import arm_info

CELL = 0.002
GRIPPER = arm_info().gripper


def profile(height: np.ndarray, beside: np.ndarray | None = None) -> HeightProfile:
    """Of a thing (R, C) m in the middle of the table, and what stands beside it."""
    whole = height if beside is None else np.maximum(height, beside)
    unseen = np.zeros(height.shape, bool)
    return HeightProfile(CELL, (0.4, -0.1), whole.astype(np.float32), height > 0, unseen)


def t_shape() -> np.ndarray:
    """A bar of 12 x 3 cm along y, and one of 7 x 2 cm that begins in its middle, along x."""
    height = np.zeros((100, 100))
    height[20:35, 20:80] = 0.03
    height[35:70, 45:55] = 0.03
    return height


def test_the_parts_of_a_wide_thing_are_grasped_across() -> None:
    found = surface_grasps(profile(t_shape()), GRIPPER)
    assert found == sorted(found, key=lambda g: -g.score)
    best = found[0]
    assert best.width == pytest.approx(0.03, abs=0.004) or best.width == pytest.approx(0.02, abs=0.004)
    # the middle of the long bar: closing along x, centred on it
    along_x = [g for g in found if abs(math.remainder(g.direction, math.pi)) < 0.1]
    assert any(abs(g.position[0] - (0.4 + 27 * CELL)) < 0.004 for g in along_x)
    assert all(g.width < GRIPPER.max_width for g in found)
    assert all(0.0 <= g.position[2] - 0.0087 < 0.03 for g in found)


def test_where_fingers_have_no_room_they_are_not_put() -> None:
    height, wall = t_shape(), np.zeros((100, 100))
    wall[10:17, :] = 0.05  # 6 mm beside the long bar
    for grasp in surface_grasps(profile(height, wall), GRIPPER):
        closing_x = abs(math.cos(grasp.direction)) * (grasp.opening / 2 + GRIPPER.finger_thickness)
        assert grasp.position[0] - closing_x > 0.4 + 16 * CELL or abs(math.cos(grasp.direction)) < 0.5


def test_what_no_side_of_can_be_held_has_no_grasp() -> None:
    r, c = np.ogrid[:100, :100]
    cone = np.maximum(0.0, 0.04 - 0.7 * np.hypot(r - 50, c - 50) * CELL)
    assert surface_grasps(profile(cone), GRIPPER) == []
    slab = np.zeros((100, 100))
    slab[25:75, 25:75] = 0.03  # 10 cm wide both ways
    assert [g for g in surface_grasps(profile(slab), GRIPPER) if g.score > 0.4] == []


def test_the_palm_stays_over_what_is_higher_beside_the_grasp() -> None:
    height = t_shape()
    height[50:70, 45:55] = 0.10  # a tower on one end
    for grasp in surface_grasps(profile(height), GRIPPER):
        near = math.dist(grasp.position[:2], (0.4 + 60 * CELL, -0.1 + 50 * CELL)) < 0.03
        assert not near or grasp.position[2] + GRIPPER.finger_depth > 0.10


def test_a_thing_of_no_category_is_put_into_a_box(tmp_path: Path) -> None:
    pytest.importorskip("trimesh")
    scene = tmp_path / "scene.toml"
    scene.write_text(
        '[[objects]]\nurdf = "pybullet_data:random_urdfs/030"\ncolor = "orange"\nname = "thing"\n'
        "position = [0.5, -0.1]\nyaw = 0.5\n"
        '[[objects]]\ncategory = "box"\ncolor = "gray"\nsize = [0.24, 0.2, 0.05]\nposition = [0.5, 0.17]\nyaw = 0.0\n'
    )
    environment = PyBulletEnvironment()
    server = Server(environment.reset(TrialSpec(seed=3, scene=str(scene), disturbances="mild")).robot, RgbdDetector())
    server.begin(surface("skill"))
    server.invoke("pick", server.invoke("find", "object"))
    held = environment.world()["thing"].position
    assert held[2] > 0.1
    server.invoke("place", server.invoke("find", "box"))
    x, y, _ = environment.world()["thing"].position
    environment.close()
    assert abs(x - 0.5) < 0.12
    assert abs(y - 0.17) < 0.1


def test_what_looks_like_two_blocks_and_is_one_thing_is_put_down_whole(tmp_path: Path) -> None:
    pytest.importorskip("trimesh")
    scene = tmp_path / "scene.toml"
    scene.write_text(
        '[[objects]]\nurdf = "pybullet_data:random_urdfs/250"\ncolor = "orange"\nname = "thing"\n'
        "position = [0.54, -0.05]\nyaw = 0.1\n"
        '[[objects]]\ncategory = "box"\ncolor = "gray"\nsize = [0.24, 0.2, 0.05]\nposition = [0.5, 0.17]\nyaw = 0.0\n'
    )
    environment = PyBulletEnvironment()
    server = Server(environment.reset(TrialSpec(seed=0, scene=str(scene))).robot, RgbdDetector())
    server.begin(surface("skill"))
    parts = server.invoke("detect", "orange block")
    assert len(parts) == 2
    server.invoke("put", max(parts, key=lambda o: o.top), server.invoke("find", "box"))
    x, y, _ = environment.world()["thing"].position
    environment.close()
    assert abs(x - 0.5) < 0.12
    assert abs(y - 0.17) < 0.1
