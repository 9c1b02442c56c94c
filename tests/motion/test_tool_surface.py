"""Leading the hand: levels add up, poses compose, contact is felt, and the hand says where it is."""

import math
import time

import numpy as np
import pytest

from primitives.api import surface
from primitives.failures import BadArgument, LimitExceeded
from primitives.kinematics.poses import pose_matrix
from primitives.scene import Pose, Workspace
from primitives.server import Server
from sim_envs.robots.panda import arm_info
from tests.motion.still_world import StillWorld
from tests.motion.things import objects, thing

A = Pose.from_rpy(0.5, 0.1, 0.2, math.pi - 0.2, 0.3, -1.1)
B = Pose.top_down(0.4, -0.2, 0.1, 0.7, 0.4)


@pytest.fixture
def server():
    world = StillWorld(arm_info(), [thing()], Workspace())
    made = Server(world.robot, world)
    made.begin(surface("joint"))
    return made


def test_a_level_has_all_that_is_below_it():
    skill, tool, joint = (set(surface(level).names) for level in ("skill", "tool", "joint"))
    assert skill < tool < joint
    assert {"pick", "move_linear", "segment"} <= joint
    assert "pick" not in surface("tool", alone=True).names and "grasps" in surface("tool", alone=True).names


def test_poses_compose_as_matrices_do():
    assert pose_matrix(A.compose(B)) == pytest.approx(pose_matrix(A) @ pose_matrix(B))
    assert pose_matrix(A.inverse()) == pytest.approx(np.linalg.inv(pose_matrix(A)))
    assert pose_matrix(A.compose(A.inverse())) == pytest.approx(np.eye(4))
    assert Pose.from_rpy(*A.position, *A.rpy).quaternion_xyzw == pytest.approx(A.quaternion_xyzw)
    down = Pose.top_down(0.5, 0.0, 0.2, 0.6)
    assert pose_matrix(Pose.from_rpy(0.5, 0.0, 0.2, math.pi, 0.0, 0.6)) == pytest.approx(pose_matrix(down))
    assert down.offset(z=0.05).position == pytest.approx((0.5, 0.0, 0.15))
    assert pose_matrix(Pose.top_down(0.5, 0.0, 0.2, 0.6, 0.3)) == pytest.approx(pose_matrix(down.turned(pitch=0.3)))


def test_the_hand_says_where_it_is_and_one_program_mixes_levels(server):
    server.invoke("move_to", Pose.top_down(0.45, 0.1, 0.2))
    server.invoke("move_linear", [Pose.top_down(0.45, 0.1, 0.15), Pose.top_down(0.5, 0.1, 0.15)], speed=0.5)
    assert server.invoke("tool_pose").position == pytest.approx((0.5, 0.1, 0.15), abs=1e-3)
    assert len(server.invoke("joints")) == 7
    assert server.invoke("set_gripper", 0.03, force=10.0) == pytest.approx(0.03)
    assert server.invoke("gripper_width") == pytest.approx(0.03)
    server.invoke("put", "red block", (0.4, -0.15))


def test_the_guard_is_the_same_for_force_and_speed(server):
    with pytest.raises(LimitExceeded, match="force"):
        server.invoke("set_gripper", 0.0, force=60.0)
    for speed in (0.0, 1.5):
        with pytest.raises(BadArgument, match="speed"):
            server.invoke("move_to", Pose.top_down(0.45, 0.1, 0.2), speed=speed)


def test_without_contact_the_way_is_gone_to_its_end(server):
    server.invoke("move_to", Pose.top_down(0.45, 0.15, 0.2))
    assert server.invoke("move_until_contact", Pose.top_down(0.45, 0.15, 0.1)) is None
    assert server.invoke("tool_pose").position[2] == pytest.approx(0.1, abs=1e-3)


def test_an_arm_that_keeps_its_own_time_is_waited_for(server):
    server.invoke("move_to", Pose.top_down(0.45, 0.15, 0.2))
    started = time.monotonic()
    assert server.invoke("dwell", 0.1).position == pytest.approx((0.45, 0.15, 0.2), abs=1e-3)
    assert time.monotonic() - started >= 0.1
    for duration in (0.0, 61.0):
        with pytest.raises(BadArgument, match="duration"):
            server.invoke("dwell", duration)


@pytest.mark.slow
def test_simulated_time_passes_while_the_arm_holds_still(environment, trial):
    server = trial(objects("red block 0.5 0.0 0.06"), level="tool")
    arm = server._context.robot.arm
    server.invoke("move_to", Pose.top_down(0.5, 0.1, 0.15))
    before = arm.state().stamp
    pose = server.invoke("dwell", 1.5)
    assert arm.state().stamp - before == pytest.approx(1.5, abs=0.1)
    assert pose.position == pytest.approx((0.5, 0.1, 0.15), abs=1e-3)


@pytest.mark.slow
def test_the_top_of_a_block_is_felt(environment, trial):
    server = trial(objects("red block 0.5 0.0 0.06"), level="tool")
    server.invoke("close_gripper")
    server.invoke("move_to", Pose.top_down(0.5, 0.0, 0.15))
    touched = server.invoke("move_until_contact", Pose.top_down(0.5, 0.0, 0.02))
    assert touched is not None and touched.position[2] == pytest.approx(0.06 + 0.009, abs=0.008)
