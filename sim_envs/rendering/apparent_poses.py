"""Where things seem to be when an image comes late, or the arm's joints are not where they are measured."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from primitives.kinematics.arm_kinematics import Kinematics
from sim_envs.physics.bullet import p
from sim_envs.physics.world import World
from sim_envs.rendering.render_items import link_names, poses

_STILL = 1e-4
"""m and rad; less is no motion."""


def apparent_poses(
    world: World, *, latency: float, joint_offset: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    """(N, 4, 4) as `render_items.poses`, but `latency` s ago, by the velocities of now, and with the arm's joints
    `joint_offset` (dof,) rad away from where they are measured; None when that is what `poses` says."""
    q, dq = (np.array(v) for v in world.joints())
    shown = q - dq * latency + (0.0 if joint_offset is None else joint_offset)
    speeds = np.array([p.getBaseVelocity(v.body, physicsClientId=world.client)[0] for v in world.visuals])
    way = speeds.reshape(-1, 3) * latency
    way[np.linalg.norm(way, axis=1) < _STILL] = 0.0
    if not way.any() and np.abs(shown - q).max() < _STILL:
        return None
    found = poses(world)
    names = link_names(world)
    kinematics = Kinematics(world.arm.robot.info)
    before, after = (_frames(kinematics, joints, world.width(), names) for joints in (q, shown))
    for i in range(len(names)):
        found[1 + i] = after[i] @ np.linalg.inv(before[i]) @ found[1 + i]
    found[1 + len(names) :, :3, 3] -= way
    return found


def _frames(
    kinematics: Kinematics, q: NDArray[np.float64], width: float, names: list[str]
) -> list[NDArray[np.float64]]:
    """(4, 4) poses of links in the base frame."""
    data = kinematics.model.createData()
    pin.framesForwardKinematics(kinematics.model, data, kinematics.full(q, width))
    return [data.oMf[kinematics.model.getFrameId(name)].homogeneous for name in names]
