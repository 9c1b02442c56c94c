"""Which points are the arm's own, and that its meshes are read once."""

from __future__ import annotations

import numpy as np
import pinocchio
import pytest

from primitives.environment import TrialSpec, World
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.perception.calibration.robot_mask import RobotMask


def test_the_meshes_are_read_once_and_poses_are_not_shared(environment: World, monkeypatch: pytest.MonkeyPatch) -> None:
    info = environment.reset(TrialSpec(seed=0)).robot.arm.info
    first = RobotMask(info)
    points = Kinematics(info).tool(info.home)[None, :3, 3].astype(np.float32) + np.array([0, 0, 0.1], np.float32)
    assert first.contains(points, info.home, 0.08).all()
    monkeypatch.delattr(pinocchio, "buildGeomFromUrdf")  # takes thirty times as long as all the rest
    assert not RobotMask(info).contains(points, info.home + 0.5, 0.08).any()
    assert first.contains(points, info.home, 0.08).all()


def test_points_in_the_hand_are_the_arm_s_and_points_on_the_table_are_not(environment: World) -> None:
    info = environment.reset(TrialSpec(seed=0)).robot.arm.info
    surface = RobotMask(info)
    hand = Kinematics(info).tool(info.home)[:3, 3] + np.array([0.0, 0.0, 0.1])
    below = hand - np.array([0.0, 0.0, 0.25])
    points = np.array([hand, (0.5, 0.25, 0.02), below], np.float32)
    assert surface.contains(points, info.home, 0.08).tolist() == [True, False, False]
    assert surface.contains(points[:0], info.home, 0.08).shape == (0,)
