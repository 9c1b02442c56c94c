"""Furniture is an obstacle with the shape that it has, and is neither picked nor pushed."""

from __future__ import annotations

import math

import pytest

from primitives.categories import FIXED
from primitives.failures import BadArgument
from primitives.kinematics.poses import pose_matrix
from primitives.motion.planning.collision import Checker
from primitives.motion.preconditions import refuse_bolted
from primitives.scene import Pose
from tests.motion.things import thing

SIZE = (0.16, 0.18, 0.09)


def drawer(joint):
    return thing("red drawer", "drawer", position=(0.60, 0.0, 0.045), size=SIZE, yaw=math.pi, joint=joint)


def touched(geometry, kinematics, obj, x, z):
    q = kinematics.solve(pose_matrix(Pose.top_down(x, 0.0, z)), kinematics.info.home)
    assert q is not None
    return Checker(geometry, [obj], margin=0.0).contact(q, 0.0) is not None


def test_an_open_drawer_has_a_front_and_room_behind_it(geometry, kinematics):
    assert not touched(geometry, kinematics, drawer(0.0), 0.42, 0.05)
    assert touched(geometry, kinematics, drawer(0.10), 0.42, 0.05)
    assert not touched(geometry, kinematics, drawer(0.10), 0.47, 0.06)
    assert touched(geometry, kinematics, drawer(0.10), 0.47, 0.02)
    assert touched(geometry, kinematics, drawer(0.10), 0.60, 0.08)


def test_fingers_close_around_a_peg_above_its_plate(geometry, kinematics):
    peg = thing("red peg", "peg", position=(0.5, 0.0, 0.03), size=(0.08, 0.08, 0.06))
    q = kinematics.solve(pose_matrix(Pose.top_down(0.5, 0.0, 0.045)), kinematics.info.home)
    checker = Checker(geometry, [peg], margin=0.0)
    assert checker.contact(q, 0.05) is None
    assert checker.contact(q, 0.01)[1] == "red peg"


@pytest.mark.parametrize("category", sorted(FIXED))
def test_what_is_bolted_is_not_carried(category):
    with pytest.raises(BadArgument, match="bolted"):
        refuse_bolted(thing(f"red {category}", category))
    refuse_bolted(thing())
