"""Whether an arm is the one that its description tells of, as far as its first state shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_distance
from primitives.robot import Arm, ArmState, TellsToolPose

BEYOND = 0.05
"""rad by which a joint may stand beyond a declared limit."""
BELOW = 0.02
"""m by which the tool may be below the table."""
APART = 0.02
"""m between the tool by the controller and by the URDF."""


def mismatches(arm: Arm, state: ArmState) -> Iterator[str]:
    """What does not fit, a sentence each; moves nothing."""
    info = arm.info
    if state.q.shape != (info.dof,):
        yield f"the robot reports {state.q.size} joints, the description has {info.dof}: {', '.join(info.joint_names)}"
        return
    for name, q, low, high in zip(info.joint_names, state.q, info.lower, info.upper, strict=True):
        if not low - BEYOND <= q <= high + BEYOND:
            yield (
                f"the robot has joint {name!r} at {q:.3f} rad, outside of {low:.3f} to {high:.3f} as described: "
                "are units, sign and zero those of the URDF (arm.sign, arm.offset)?"
            )
    tool = Kinematics(info).tool(state.q)
    x, y, z = (float(v) for v in tool[:3, 3])
    if z < -BELOW:
        yield (
            f"the tool is at ({x:.3f}, {y:.3f}, {z:.3f}) m by URDF and joints, below the table: "
            "are URDF, arm.base, arm.tool, signs and zeros right?"
        )
    told = arm.tool_pose() if isinstance(arm, TellsToolPose) else None
    if told is not None and (apart := pose_distance(told, tool)[0]) > APART:
        where = ", ".join(f"{v:.3f}" for v in np.asarray(told)[:3, 3])
        yield (
            f"the controller has the tool at ({where}) m, URDF and joints have it at ({x:.3f}, {y:.3f}, {z:.3f}) m, "
            f"{1000 * apart:.0f} mm apart: is it another URDF, another base, or another tool in the controller?"
        )
