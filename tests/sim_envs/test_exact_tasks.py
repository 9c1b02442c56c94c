"""Whole tasks played by their oracles, hands full of things: the same task, seed and program end alike to the last bit,
whatever the world did before, in a new world, in another process and from a snapshot taken on the way."""

from __future__ import annotations

import contextlib
import functools
import importlib
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.sandbox.program_namespace import VALUES
from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.perception import oracle_detector
from primitives.registry import Surface
from primitives.robot import Arm
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer
from sim_envs.suites.task_catalog import all_tasks, find_task
from tests.sim_envs.test_exactness import Command, commands, digest, run

pytestmark = pytest.mark.slow

trials = st.builds(
    TrialSpec,
    task=st.sampled_from([task.id for task in all_tasks()]),
    seed=st.integers(0, 200),
    disturbances=st.sampled_from(["none", "hard"]),
)
lengths = st.integers(1, 3)
"""After how many calls that take time a program ends; a whole one is long."""


class EnoughError(Exception):
    """The program ends here."""


def begin(environment: PyBulletEnvironment, spec: TrialSpec) -> tuple[Arm, Server]:
    robot = environment.reset(spec).robot
    server = Server(robot, oracle_detector.make(environment))
    server.begin(level_of(spec))
    return robot.arm, server


def level_of(spec: TrialSpec) -> Surface:
    assert spec.task is not None
    return surface(find_task(spec.task).surface)


def play(environment: PyBulletEnvironment, spec: TrialSpec, length: int) -> list[str]:
    """The state at the start and after each of the oracle's first calls; it may fail, and go on if it expects that."""
    try:
        source = environment.oracle_program(spec)
        arm, server = begin(environment, spec)
    except ConfigurationError:
        reject()  # this task has no such scene
    states = [digest(environment, arm)]

    def call(name: str, *args: object, **kwargs: Any) -> object:
        before = server.robot_time
        try:
            return server.invoke(name, *args, **kwargs)
        finally:
            if server.robot_time > before:
                states.append(digest(environment, arm))
            if len(states) > length:
                raise EnoughError

    space: dict[str, object] = {name: functools.partial(call, name) for name in level_of(spec).names}
    space |= {name: importlib.import_module(module) for name, module in GIVEN.items()}
    space |= {cls.__name__: cls for cls in VALUES}
    with contextlib.suppress(Failure, EnoughError):
        exec(source, space)
    return states


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=trials, length=lengths, detour=trials)
def test_an_oracle_plays_alike_after_another_seed_after_another_task_and_in_a_new_world(
    environment: PyBulletEnvironment, spec: TrialSpec, length: int, detour: TrialSpec
) -> None:
    first = play(environment, spec, length)
    again = play(environment, spec, length)  # a reset of the same trial
    play(environment, TrialSpec(task=spec.task, seed=spec.seed + 1, disturbances=detour.disturbances), 2)
    after_a_seed = play(environment, spec, length)  # often the same bodies, arranged anew
    play(environment, detour, 2)
    after_a_task = play(environment, spec, length)
    other = PyBulletEnvironment(TinyRenderer())
    try:
        new = play(other, spec, length)
    finally:
        other.close()
    assert first == again == after_a_seed == after_a_task == new


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=trials, which=st.integers(0, 9), grip=st.floats(0.0, 0.08), steps=st.integers(0, 60), after=commands,
       detour=commands)  # fmt: skip
def test_a_world_restored_with_a_full_hand_goes_on_as_the_saved_one_did(
    environment: PyBulletEnvironment,
    spec: TrialSpec,
    which: int,
    grip: float,
    steps: int,
    after: Command,
    detour: Command,
) -> None:
    try:
        arm, server = begin(environment, spec)
    except ConfigurationError:
        reject()
    server.begin(surface("skill"))
    things = server.look()
    with contextlib.suppress(Failure):
        server.invoke("pick", things[which % len(things)].name)
    world = environment.simulation
    world.grip(grip, 0.1, 20.0)
    for _ in range(steps):  # while the hand closes harder, or lets go
        world.step()
    snapshot = environment.save()
    here = digest(environment, arm)
    ends: list[str] = []
    for _ in range(3):
        run(arm, after)
        ends.append(digest(environment, arm))
        run(arm, detour)
        environment.restore(snapshot)
        assert digest(environment, arm) == here
    assert len(set(ends)) == 1


IN_A_PROCESS = """
from primitives.environment import TrialSpec
from sim_envs.environment import PyBulletEnvironment
from sim_envs.rendering.tiny_renderer import TinyRenderer
from tests.sim_envs.test_exact_tasks import play
for task, seed in {trials}:
    print(*play(PyBulletEnvironment(TinyRenderer()), TrialSpec(task=task, seed=seed, disturbances="hard"), 3))
"""


def test_oracles_play_alike_in_another_process(environment: PyBulletEnvironment) -> None:
    chosen = [("lift-block", 3), ("manip-open-drawer", 1), ("cap-stack-all-blocks", 5)]
    command = [sys.executable, "-c", IN_A_PROCESS.format(trials=chosen)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    here = [play(environment, TrialSpec(task=t, seed=s, disturbances="hard"), 3) for t, s in chosen]
    assert all(len(states) > 1 for states in here)
    assert output == "".join(" ".join(states) + "\n" for states in here)
