"""The fake arm as planners and drivers know it: six axes, two parallel fingers."""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from primitives.robot import ArmInfo, GripperInfo, MotionLimits


@lru_cache(maxsize=1)
def arm_info() -> ArmInfo:
    """Description of the fake arm."""
    T_hand_tool = np.eye(4)
    T_hand_tool[2, 3] = 0.103
    return ArmInfo(
        name="fake",
        urdf=Path(str(files("primitives.robots.fake") / "fake.urdf")),
        joint_names=("shoulder_pan", "shoulder_lift", "elbow", "wrist_1", "wrist_2", "wrist_3"),
        finger_joint_names=("left_finger_joint", "right_finger_joint"),
        tool_link="hand",
        T_link_tool=T_hand_tool,
        lower=np.full(6, -2 * math.pi),
        upper=np.full(6, 2 * math.pi),
        limits=MotionLimits(np.full(6, 2.0), np.full(6, 8.0), np.full(6, 4000.0)),
        gripper=GripperInfo(
            max_width=0.09,
            max_force=40.0,
            max_speed=0.2,
            finger_width=0.02,
            finger_thickness=0.014,
            finger_depth=0.043,
        ),
        home=np.array([2.751, -1.948, 1.704, -1.326, -1.571, -1.961]),
    )
