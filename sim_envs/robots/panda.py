"""The Franka Panda of `pybullet_data`."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pybullet_data

from primitives.robot import ArmInfo, GripperInfo, MotionLimits
from primitives.scene import Vector3
from sim_envs.assets.file_cache import cached
from sim_envs.physics.fingertips import write_finger
from sim_envs.physics.sim_robot import SimRobot

WRIST_INERTIA = '="0.003" ixy="0" ixz="0" iyy="0.003" iyz="0" izz="0.003"'
"""Attributes of an <inertia> element after its first name, kg m2."""


_FINGER_BACK: list[Vector3] = [
    *((x, y, 0.0) for x in (-0.0104, 0.0104) for y in (0.0025, 0.0263)),
    *((x, 0.0252, 0.019) for x in (-0.0104, 0.0104)),
    *((x, 0.0142, 0.0505) for x in (-0.0088, 0.0088)),
    *((x, 0.0142, 0.0537) for x in (-0.0056, 0.0056)),
]
"""Corners of a finger but for its pad, m; as in the collision mesh of `pybullet_data`."""


@lru_cache(maxsize=2)
def urdf(*, simulated: bool) -> Path:
    """A copy of the Panda's URDF with absolute mesh paths.

    Args:
        simulated: for a simulated world, with pads on the fingers, and showing the collision meshes, which render
            several times faster than the visual ones.
    """
    root = Path(pybullet_data.getDataPath()) / "franka_panda"
    text = (root / "panda.urdf").read_text()
    if simulated:
        finger = write_finger("panda-finger", _FINGER_BACK, width=0.0177, center=0.045, half_length=0.0087)
        text = text.replace("package://meshes/collision/finger.obj", str(finger))
        text = text.replace("package://meshes/visual/", "package://meshes/collision/")
    text = text.replace("package://", f"{root}/")
    # A frame without mass or shape that nothing here uses.
    text = re.sub(r"<link name=\"panda_grasptarget\">.*?</link>", "", text, flags=re.DOTALL)
    text = re.sub(r"<joint name=\"panda_grasptarget_hand\".*?</joint>", "", text, flags=re.DOTALL)
    # The file gives every link a placeholder inertia of 0.1 kg m2. Five of them at the wrist swamp joints 5 to 7, which
    # then fall behind quick motions; this is of the order of the real hand's.
    wrist = text.index('<link name="panda_link7">')
    text = text[:wrist] + text[wrist:].replace('="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"', WRIST_INERTIA)
    return cached("panda-simulated" if simulated else "panda", ".urdf", text)


@lru_cache(maxsize=1)
def arm_info() -> ArmInfo:
    """The Panda as planners and drivers know it. Limits: Franka Emika's interface specification."""
    T_hand_tool = np.eye(4)
    T_hand_tool[2, 3] = 0.1034
    return ArmInfo(
        name="panda",
        urdf=urdf(simulated=False),
        joint_names=tuple(f"panda_joint{i}" for i in range(1, 8)),
        finger_joint_names=("panda_finger_joint1", "panda_finger_joint2"),
        tool_link="panda_hand",
        T_link_tool=T_hand_tool,
        lower=np.array([-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973]),
        upper=np.array([2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973]),
        limits=MotionLimits(
            velocity=np.array([2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61]),
            acceleration=np.array([15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0]),
            jerk=np.array([7500.0, 3750.0, 5000.0, 6250.0, 7500.0, 10000.0, 10000.0]),
        ),
        gripper=GripperInfo(
            max_width=0.08,
            max_force=70.0,
            max_speed=0.2,
            finger_width=0.0177,
            finger_thickness=0.0144,
            finger_depth=0.0374,
        ),
        home=np.array([0.0, -0.7854, 0.0, -2.3562, 0.0, 1.5708, 0.7854]),
    )


@lru_cache(maxsize=1)
def panda() -> SimRobot:
    """The Panda for a simulated world."""
    return SimRobot(
        info=arm_info(),
        body=urdf(simulated=True),
        torque=(87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0),  # Franka Emika Panda datasheet
    )
