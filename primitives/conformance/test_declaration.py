"""What the robot says of itself before it moves."""

# pyright: basic

from __future__ import annotations

import numpy as np
import pytest

from primitives.conformance.subject import Subject
from primitives.kinematics.description_check import check_description
from primitives.kinematics.poses import pose_distance
from primitives.robot import TellsToolPose


def test_description(subject: Subject) -> None:
    """The description is whole, in rad and m, and agrees with its URDF."""
    check_description(subject.info)


def test_same_object(subject: Subject) -> None:
    """The description is one object, the same each time."""
    assert subject.arm.info is subject.arm.info


def test_joints_within_limits(subject: Subject) -> None:
    """The reported joints lie within the declared limits."""
    q, info = subject.state().q, subject.info
    outside = [n for n, v, a, b in zip(info.joint_names, q, info.lower, info.upper, strict=True) if not a <= v <= b]
    assert not outside, f"{', '.join(outside)} outside of the limits: other units, or another zero?"


def test_tool_above_the_table(subject: Subject) -> None:
    """The tool, by the URDF and the reported joints, is above the table and within reach."""
    x, y, z = subject.kinematics.tool(subject.state().q)[:3, 3]
    assert z > 0.0 and float(np.linalg.norm((x, y, z))) < 2.0, f"the tool would be at ({x:.3f}, {y:.3f}, {z:.3f}) m"


def test_tool_pose(subject: Subject) -> None:
    """Forward kinematics agrees with the tool pose that the controller tells."""
    arm = subject.arm
    if not isinstance(arm, TellsToolPose):
        pytest.skip("the driver tells no tool pose; give it tool_pose() where the controller knows")
    distance, angle = pose_distance(arm.tool_pose(), subject.kinematics.tool(subject.state().q))
    assert distance < 0.003 and angle < 0.01, f"{1000 * distance:.1f} mm and {np.degrees(angle):.2f} deg apart"


def test_hand(subject: Subject) -> None:
    """The hand tells what it says that it measures."""
    state, hand = subject.state(), subject.info.gripper
    match hand.measures:
        case "width":
            low, high = -hand.width_tolerance - 0.002, hand.max_width + hand.width_tolerance + 0.002
            assert low <= state.gripper_width <= high, f"width {state.gripper_width!r} m"
        case "closed":
            assert state.gripper_closed is not None, "it does not tell whether it closed whole"
        case "nothing":
            pass
