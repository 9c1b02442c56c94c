"""An arm that nothing in the library was written for, out of a description that `pybullet_data` ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pybullet_data

from primitives.robot import ArmInfo, GripperInfo, MotionLimits

HAND = """
<link name="hand"><collision><origin xyz="0 0 0.03"/><geometry><box size="0.06 0.16 0.06"/></geometry></collision>
</link>
<joint name="hand_mount" type="fixed"><parent link="link6"/><child link="hand"/><origin xyz="0 0 0"/></joint>
<link name="left_finger"><collision><origin xyz="0 0.007 0.025"/><geometry><box size="0.02 0.014 0.05"/></geometry>
</collision></link>
<joint name="left" type="prismatic"><parent link="hand"/><child link="left_finger"/><origin xyz="0 0 0.06"/>
<axis xyz="0 1 0"/><limit lower="0" upper="0.045" effort="20" velocity="0.2"/></joint>
<link name="right_finger"><collision><origin xyz="0 -0.007 0.025"/><geometry><box size="0.02 0.014 0.05"/></geometry>
</collision></link>
<joint name="right" type="prismatic"><parent link="hand"/><child link="right_finger"/><origin xyz="0 0 0.06"/>
<axis xyz="0 -1 0"/><limit lower="0" upper="0.045" effort="20" velocity="0.2"/></joint>
</robot>
"""
"""A parallel gripper of boxes, 11 cm from its mount to the fingertips."""


def xarm6(folder: Path) -> ArmInfo:
    """UFACTORY xArm 6 with a parallel gripper; it has no redundant joint."""
    root = Path(pybullet_data.getDataPath()) / "xarm"
    text = (root / "xarm6_robot.urdf").read_text().replace("package://", f"{root}/")
    lower, upper = (3.1, 2.059, 3.927, 3.1, 1.693, 3.1), (3.1, 2.094, 0.192, 3.1, 3.142, 3.1)
    names = [f"joint{i}" for i in range(1, 7)]
    path = folder / "xarm6.urdf"
    path.write_text(text.replace("</robot>", HAND))
    T = np.eye(4)
    T[2, 3] = 0.103
    return ArmInfo(
        name="xarm6",
        urdf=path,
        joint_names=tuple(names),
        finger_joint_names=("left", "right"),
        tool_link="hand",
        T_link_tool=T,
        lower=-np.array(lower),
        upper=np.array(upper),
        limits=MotionLimits(np.full(6, 2.0), np.full(6, 8.0), np.full(6, 4000.0)),
        gripper=GripperInfo(
            max_width=0.09, max_force=40.0, max_speed=0.2, finger_width=0.02, finger_thickness=0.014, finger_depth=0.043
        ),
        home=np.array((0.0, -0.6, -0.9, 0.0, 1.5, 0.0)),
    )
