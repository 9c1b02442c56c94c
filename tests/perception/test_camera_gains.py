"""Cameras that expose on their own show one scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.perception.detector import RobotView
from primitives.perception.rgbd_detector import RgbdDetector
from sim_envs.environment import PyBulletEnvironment


@pytest.mark.parametrize("gains", [((0.7,), (1.2,)), ((1.0,), (0.55,)), ((1.2, 1.0, 0.75), (0.8, 1.0, 1.15))])
def test_cameras_of_other_exposure_see_the_same_things(gains: tuple[tuple[float, ...], ...]) -> None:
    environment = PyBulletEnvironment()
    names: list[list[str]] = []
    for seed in (1, 2):
        robot = environment.reset(TrialSpec(seed=seed)).robot
        frames = [c.frame(after=0.0, timeout_s=1.0) for c in robot.cameras]
        changed = [
            replace(f, rgb=(f.rgb * np.array(gain)).clip(0, 255).astype(np.uint8))
            for f, gain in zip(frames, gains, strict=True)
        ]
        view = RobotView(robot.arm.info, robot.arm.state().q, robot.arm.state().gripper_width)
        names.append(sorted(o.name for o in RgbdDetector().detect(changed, robot.workspace, view)))
    environment.close()
    expected = sorted(f"{c} {k}" for k in ("block", "bowl") for c in ("red", "green", "blue", "yellow"))
    assert names == [expected, expected]
