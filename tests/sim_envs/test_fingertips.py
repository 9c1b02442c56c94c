"""What the fingers hold, they hold: by friction alone, without creeping or trembling, on both arms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from primitives.environment import TrialSpec
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_matrix
from primitives.scene import Pose
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.bullet import p
from sim_envs.physics.sim_robot import SimRobot
from sim_envs.physics.world import World
from sim_envs.rendering.tiny_renderer import TinyRenderer
from sim_envs.robots.iiwa import iiwa
from sim_envs.robots.panda import panda

SWING = np.array([0.6, 0.3, -0.3, 0.3, 0.2, 0.3, -0.6])


def in_hand(world: World, body: int) -> tuple[NDArray[np.float64], float]:
    """Where the object is in the hand's frame, in mm, and how far it is turned there, in degrees."""
    hand = p.invertTransform(*world.pose(world.arm.body, world.arm.links[world.arm.robot.info.tool_link]))
    position, quaternion = p.multiplyTransforms(*hand, *world.pose(body))
    return 1e3 * np.array(position), float(np.degrees(2 * np.arccos(min(1.0, abs(quaternion[0])))))


@pytest.mark.slow
@pytest.mark.parametrize("robot", [panda(), iiwa()], ids=["panda", "iiwa"])
@pytest.mark.parametrize(
    ("category", "size", "mass"), [("block", 0.025, 0.03), ("block", 0.06, 0.3), ("block", (0.10, 0.03, 0.03), 0.3)]
)
def test_what_is_held_stays(
    tmp_path: Path, robot: SimRobot, category: str, size: float | tuple[float, ...], mass: float
) -> None:
    scene = tmp_path / "scene.toml"
    extent = list(size) if isinstance(size, tuple) else size
    scene.write_text(
        f'[[objects]]\ncategory = "{category}"\ncolor = "red"\nsize = {extent}\nposition = [0.45, 0.0]\nyaw = 0.0\n'
    )
    environment = PyBulletEnvironment(TinyRenderer(), robot=robot)
    arm = environment.reset(TrialSpec(scene=str(scene), disturbances="none")).robot.arm
    world = environment.simulation
    body = world.bodies[0].id
    p.changeDynamics(body, -1, mass=mass, physicsClientId=world.client)
    kinematics = Kinematics(arm.info)

    def go(x: float, z: float) -> None:
        q = arm.state().q
        goal = kinematics.solve(pose_matrix(Pose.top_down(x, 0.0, z, np.radians(8.0))), q)
        assert goal is not None
        arm.start_joint_path(np.array([q, goal]), arm.info.limits.scaled(0.5)).wait(20.0)

    low = world.bodies[0].spec.extent[2] / 2
    for z in (low + 0.1, low):
        go(0.455, z)  # 5 mm and 8 degrees beside the best grasp
    arm.start_gripper(0.0, 0.1, 20.0).wait(3.0)
    go(0.45, 0.2)
    assert world.pose(body)[0][2] > 0.15

    held, turned = in_hand(world, body)
    fastest = 0.0
    for step in range(1200):
        world.step()
        if step > 240:
            fastest = max(fastest, float(np.linalg.norm(p.getBaseVelocity(body, physicsClientId=world.client)[0])))
    creep, turn = in_hand(world, body)
    assert np.linalg.norm(creep - held) < 0.02
    assert abs(turn - turned) < 0.2
    assert fastest < 5e-4

    home = arm.state().q
    for goal in (home + SWING, home):
        arm.start_joint_path(np.array([arm.state().q, goal]), arm.info.limits).wait(20.0)  # as fast as the arm can
    slip, turn = in_hand(world, body)
    assert np.linalg.norm(slip - creep) < 1.0
    assert abs(turn - turned) < 5.0
    environment.close()
