"""What a program that leads the tool itself is told about the things that it touches."""

from __future__ import annotations

import math

from primitives.scene import Pose
from tests.motion.things import objects


def test_what_closed_fingers_push_is_known_where_it_is(trial, environment):
    server = trial(objects("blue block 0.55 0.02 0.04"), level="tool")
    server.invoke("close_gripper")
    server.invoke("move_to", Pose.top_down(0.63, 0.02, 0.12))
    for x, z in ((0.63, 0.02), (0.52, 0.02)):
        server.invoke("move_linear", Pose.top_down(x, 0.02, z))
    seen = server.invoke("find", "blue block")
    truth = environment.world()["blue block"].position
    assert truth[0] < 0.53 and math.dist(seen.position, truth) < 0.005


def test_a_bowl_held_by_its_rim_is_in_the_hand(trial):
    server = trial(objects("yellow bowl 0.5 0.1"), level="tool")
    grasp = server.invoke("grasps", "yellow bowl")[0]
    server.invoke("open_gripper")
    server.invoke("move_to", grasp.pre_grasp)
    server.invoke("move_linear", grasp.pose)
    server.invoke("close_gripper")
    x, y, z = grasp.pose.position
    server.invoke("move_linear", Pose((x, y, z + 0.1), grasp.pose.quaternion_xyzw))
    bowl = server.invoke("find", "yellow bowl")
    assert server.invoke("holding") and bowl.on == "gripper" and bowl.position[2] > 0.1
