"""Where fingers touch what they push."""

from __future__ import annotations

import math

import numpy as np
import pytest

from primitives.motion.pushing.finger_contact import gap, leaning
from sim_envs.robots.panda import arm_info
from tests.motion.things import objects, thing

GRIPPER = arm_info().gripper
HALF = GRIPPER.finger_width / 2


@pytest.mark.parametrize(
    ("yaw", "turn", "width", "wanted"),
    [
        (0.0, 0.0, 0.0, 0.025 + HALF),
        (0.0, math.pi, 0.02, 0.025 + HALF),
        (0.0, math.pi / 2, 0.0, 0.025 + GRIPPER.finger_thickness),
        (math.pi / 4, 0.0, 0.0, 0.025 * math.sqrt(2) + HALF),  # the corner meets the fingers in their middle
        (math.pi / 4, 0.0, 0.02, 0.025 * math.sqrt(2) - 0.01 + HALF),  # it goes between them
    ],
)
def test_the_tool_is_so_far_behind_a_block_when_it_touches(yaw, turn, width, wanted):
    block = thing("red block", "block", position=(0.5, 0.1, 0.025), size=(0.05, 0.05, 0.05), yaw=yaw + 0.3)
    assert gap(block, 0.3, GRIPPER, turn, width) == pytest.approx(wanted, abs=1e-6)


def test_a_ball_is_touched_at_its_side():
    ball = thing("red ball", "ball", position=(0.5, 0.1, 0.03), size=(0.06, 0.06, 0.06))
    inner = 0.04 / 2
    assert gap(ball, 1.0, GRIPPER, 0.0, 0.04) == pytest.approx(math.sqrt(0.03**2 - inner**2) + HALF, abs=1e-3)


def test_leaning_is_towards_the_robot():
    up = leaning(np.array([0.3, 0.4]), 0.5) @ (0.0, 0.0, 1.0)
    assert up == pytest.approx((-0.6 * math.sin(0.5), -0.8 * math.sin(0.5), math.cos(0.5)))


@pytest.mark.slow
def test_the_iiwa_pushes_towards_itself_what_lies_far_out(tmp_path):
    from primitives.api import surface
    from primitives.environment import TrialSpec
    from primitives.perception import oracle_detector
    from primitives.server import Server
    from sim_envs.environment import make_iiwa

    (tmp_path / "scene.toml").write_text(objects("red block 0.67 0.2 0.05"))
    environment = make_iiwa()
    try:
        trial = environment.reset(TrialSpec(seed=0, scene=str(tmp_path / "scene.toml"), disturbances="none"))
        server = Server(trial.robot, oracle_detector.make(environment))
        server.begin(surface("skill"))
        server.invoke("push", "red block", (0.5, 0.1))
        assert math.dist(environment.world()["red block"].position[:2], (0.5, 0.1)) < 0.02
    finally:
        environment.close()
