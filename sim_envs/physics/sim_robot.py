"""An arm as a simulated world needs it: a description, and the body that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from primitives.robot import ArmInfo
from sim_envs.physics.bullet import p
from sim_envs.physics.fingertips import set_rubber


@dataclass(frozen=True, slots=True, eq=False)
class SimRobot:
    """Any arm with two prismatic fingers. The base frame of its URDF is the world's; nothing else in the simulation
    knows which arm it is."""

    info: ArmInfo
    """What planners and drivers know of it."""
    body: Path
    """URDF that is loaded and that cameras see; it may show fewer triangles than `info.urdf`."""
    torque: tuple[float, ...]
    """Largest joint torques in N·m."""
    finger_friction: float = 1.0
    """Of the fingertips; a contact has the product of both sides."""


@dataclass(frozen=True, slots=True, eq=False)
class MountedRobot:
    """A robot in a world."""

    robot: SimRobot
    body: int
    joints: tuple[int, ...]
    """Bullet's indices of the arm joints, base to tip."""
    fingers: tuple[int, ...]
    links: Mapping[str, int]
    """Bullet's link index by name; the root has -1."""


def mount(client: int, robot: SimRobot) -> MountedRobot:
    """Put `robot` at the origin of a world, at home with open, gear-coupled fingers."""
    info = robot.info
    body = p.loadURDF(str(robot.body), useFixedBase=True, flags=p.URDF_USE_INERTIA_FROM_FILE, physicsClientId=client)
    indices: dict[str, int] = {}
    links: dict[str, int] = {p.getBodyInfo(body, physicsClientId=client)[0].decode(): -1}
    for index in range(p.getNumJoints(body, physicsClientId=client)):
        found = p.getJointInfo(body, index, physicsClientId=client)
        indices[found[1].decode()] = index
        links[found[12].decode()] = index
    joints = tuple(indices[name] for name in info.joint_names)
    fingers = tuple(indices[name] for name in info.finger_joint_names)
    for joint, q in zip(joints, info.home.tolist(), strict=True):
        p.resetJointState(body, joint, q, physicsClientId=client)
    for joint in fingers:
        p.resetJointState(body, joint, info.gripper.max_width / 2, physicsClientId=client)
        set_rubber(client, body, joint, friction=robot.finger_friction)
    # Without the gear the fingers drift sideways under load and place objects millimetres off.
    gear = p.createConstraint(
        body, fingers[0], body, fingers[1], p.JOINT_GEAR, (1, 0, 0), (0, 0, 0), (0, 0, 0), physicsClientId=client
    )
    p.changeConstraint(gear, gearRatio=-1, erp=0.1, maxForce=50, physicsClientId=client)
    return MountedRobot(robot, body, joints, fingers, links)
