"""Same scene, seed and commands: the same end state to the last bit, in whatever world and after whatever detour."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from primitives.environment import TrialSpec
from primitives.failures import BadArgument, ProtectiveStop
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_matrix
from primitives.robot import Arm
from primitives.scene import Pose
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer

HOME = np.array([0.0, -0.7854, 0.0, -2.3562, 0.0, 1.5708, 0.7854])


@dataclass(frozen=True)
class Command:
    """A joint offset from home, and then a gripper width."""

    offset: tuple[float, ...]
    width: float


commands = st.builds(
    Command,
    st.tuples(
        st.floats(-0.6, 0.6), st.floats(0.0, 0.9), st.floats(-0.2, 0.2), st.floats(-0.4, 0.4), st.floats(-0.3, 0.3),
        st.floats(0.0, 0.7), st.floats(-1.0, 1.0),
    ),
    st.sampled_from([0.0, 0.02, 0.08]),
)  # fmt: skip


def run(arm: Arm, command: Command) -> None:
    """One command; what is in the way may stop it, and then the next goes on from there."""
    try:
        q = arm.state().q
        arm.start_joint_path(np.array([q, HOME + command.offset]), arm.info.limits.scaled(0.7)).wait(10.0)
        arm.start_gripper(command.width, 0.2, 20.0).wait(3.0)
    except ProtectiveStop:
        arm.recover(operator_ack=True)
    except BadArgument:
        pass


def digest(environment: PyBulletEnvironment, arm: Arm) -> str:
    """Every bit of the measured state."""
    state = arm.state()
    bits = hashlib.sha256(struct.pack("16d", *state.q, *state.dq, state.gripper_width, state.stamp))
    for name, o in sorted(environment.world().items()):
        bits.update(name.encode() + struct.pack("7d", *o.position, *o.quaternion_xyzw))
    return bits.hexdigest()


def start(environment: PyBulletEnvironment, seed: int) -> Arm:
    return environment.reset(TrialSpec(seed=seed, disturbances="none")).robot.arm


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1000), program=st.lists(commands, min_size=1, max_size=3), detour=commands)
@pytest.mark.slow
def test_a_program_ends_alike_in_a_used_world_and_in_a_new_one(
    environment: PyBulletEnvironment, seed: int, program: list[Command], detour: Command
) -> None:
    ends: list[str] = []
    for world in (environment, environment, PyBulletEnvironment(TinyRenderer())):
        arm = start(world, seed)
        for command in program:
            run(arm, command)
        ends.append(digest(world, arm))
        run(arm, detour)
        if world is not environment:
            world.close()
    assert len(set(ends)) == 1


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 1000),
    before=st.lists(commands, max_size=2),
    detour=st.lists(commands, min_size=1, max_size=2),
    after=st.lists(commands, min_size=1, max_size=2),
)
@pytest.mark.slow
def test_a_restored_world_goes_on_as_the_saved_one_did(
    environment: PyBulletEnvironment, seed: int, before: list[Command], detour: list[Command], after: list[Command]
) -> None:
    arm = start(environment, seed)
    for command in before:
        run(arm, command)
    snapshot = environment.save()
    here = digest(environment, arm)
    ends: list[str] = []
    for _ in range(2):
        for command in after:
            run(arm, command)
        ends.append(digest(environment, arm))
        for command in detour:
            run(arm, command)
        environment.restore(snapshot)
        assert digest(environment, arm) == here
    assert ends[0] == ends[1]


SCENE = '[[objects]]\ncategory = "block"\ncolor = "red"\nposition = [0.5, 0.0]\nyaw = 0.0\n'


def reach(arm: Arm, height: float, x: float = 0.5) -> np.ndarray:
    """Joint positions with the fingers straight down at (x, 0, height)."""
    q = Kinematics(arm.info).solve(pose_matrix(Pose.top_down(x, 0.0, height)), arm.state().q)
    assert q is not None
    return q


def go(arm: Arm, q: np.ndarray) -> None:
    assert arm.start_joint_path(np.array([arm.state().q, q]), arm.info.limits.scaled(0.4)).wait(10.0).reached


def test_a_world_restored_in_mid_grasp_still_holds_the_block(environment: PyBulletEnvironment, tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(SCENE)
    arm = environment.reset(TrialSpec(scene=str(file), disturbances="none")).robot.arm
    for height in (0.12, 0.02):
        go(arm, reach(arm, height))
    result = arm.start_gripper(0.0, 0.1, 20.0).wait(3.0)
    assert result.state.gripper_width == pytest.approx(0.04, abs=3e-3)
    go(arm, reach(arm, 0.2))
    held = environment.save()
    here = digest(environment, arm)
    assert environment.world()["red block"].position[2] > 0.15
    ends: list[str] = []
    for _ in range(2):
        go(arm, reach(arm, 0.12, 0.55))
        assert environment.world()["red block"].position[2] > 0.1
        ends.append(digest(environment, arm))
        arm.start_gripper(0.08, 0.1, 20.0).wait(3.0)
        assert environment.world()["red block"].position[2] < 0.11
        environment.restore(held)
        assert digest(environment, arm) == here
    assert ends[0] == ends[1]


IN_A_PROCESS = """
from tests.sim_envs.test_exactness import Command, digest, run, start
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer
environment = PyBulletEnvironment(TinyRenderer())
arm = start(environment, 11)
run(arm, Command((0.2, 0.8, 0.1, -0.2, 0.1, 0.5, 0.3), 0.02))
print(digest(environment, arm))
"""


@pytest.mark.slow
def test_another_process_ends_alike_and_prints_nothing_else(environment: PyBulletEnvironment) -> None:
    command = [sys.executable, "-c", IN_A_PROCESS]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    arm = start(environment, 11)
    run(arm, Command((0.2, 0.8, 0.1, -0.2, 0.1, 0.5, 0.3), 0.02))
    assert output == digest(environment, arm) + "\n"


def test_worlds_share_nothing(environment: PyBulletEnvironment) -> None:
    other = PyBulletEnvironment(TinyRenderer())
    try:
        arm, unmoved = start(environment, 5), start(other, 5)
        before = digest(other, unmoved)
        run(arm, Command((0.4, 0.8, 0.0, 0.0, 0.0, 0.5, 0.0), 0.0))
        assert digest(other, unmoved) == before != digest(environment, arm)
    finally:
        other.close()
