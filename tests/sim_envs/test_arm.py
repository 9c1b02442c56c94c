"""The simulated arm keeps the contract of `Arm`: it arrives or says why not, and can be stopped at any time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from primitives.environment import TrialSpec
from primitives.failures import BadArgument, CommsLost, LimitExceeded, ProtectiveStop, Stopped
from primitives.motion.planning.time_parametrization import time_path
from primitives.robot import Arm, ArmMode
from sim_envs.environment import PyBulletEnvironment


@pytest.fixture
def arm(environment: PyBulletEnvironment) -> Arm:
    return environment.reset(TrialSpec(seed=3, disturbances="none")).robot.arm


def swing(arm: Arm, scale: float = 0.5) -> tuple[np.ndarray, Callable[[], object]]:
    q = arm.state().q
    goal = q + np.array([0.5, 0.2, -0.3, 0.3, 0.2, 0.3, -0.6])
    motion = arm.start_joint_path(np.array([q, goal]), arm.info.limits.scaled(scale))
    return goal, motion


def test_home_is_where_the_arm_starts(arm: Arm) -> None:
    state = arm.state()
    assert state.q == pytest.approx(arm.info.home, abs=1e-3)
    assert state.gripper_width == pytest.approx(arm.info.gripper.max_width, abs=1e-3)
    assert (state.mode, state.stamp) == (ArmMode.IDLE, 0.0)


def test_a_motion_arrives_and_time_passes_only_while_it_is_waited_for(arm: Arm) -> None:
    goal, motion = swing(arm)
    assert arm.state().stamp == 0.0
    assert arm.state().mode is ArmMode.MOVING
    result = motion.wait(10.0)
    assert result.reached
    assert np.abs(result.state.q - goal).max() < 1e-3
    assert result.state.stamp == pytest.approx(result.duration) == pytest.approx(arm.state().stamp)
    assert motion.wait(10.0) is result


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (np.zeros((2, 6)), r"shape \(N, 7\)"),
        (np.zeros((0, 7)), r"shape \(N, 7\)"),
        (np.full((2, 7), np.nan), "not finite"),
        (np.zeros((2, 7)), "panda_joint4 at 0.0000 rad; its limits are -3.0718 to -0.0698"),
        (np.array([[0.5, -0.7854, 0, -2.3562, 0, 1.5708, 0.7854]]), "the path starts 0.500 rad from"),
    ],
)
def test_a_faulty_path_is_refused_before_motion(arm: Arm, path: np.ndarray, says: str) -> None:
    with pytest.raises(BadArgument, match=says):
        arm.start_joint_path(path, arm.info.limits)
    assert arm.state().mode is ArmMode.IDLE


@pytest.mark.parametrize(
    ("width", "speed", "force"),
    [(-0.01, 0.1, 20), (0.09, 0.1, 20), (0.04, 0, 20), (0.04, 0.1, 500), (float("nan"), 0.1, 20)],
)
def test_a_faulty_gripper_command_is_refused(arm: Arm, width: float, speed: float, force: float) -> None:
    with pytest.raises(BadArgument, match="gripper"):
        arm.start_gripper(width, speed, force)


def test_the_gripper_opens_and_closes_at_the_speed_asked_for(arm: Arm) -> None:
    result = arm.start_gripper(0.02, 0.1, 20.0).wait(3.0)
    assert result.reached
    assert result.state.gripper_width == pytest.approx(0.02, abs=1e-3)
    assert result.duration == pytest.approx(0.6, abs=0.15)


def test_stop_brakes_and_refuses_motion_until_recovered(arm: Arm) -> None:
    goal, motion = swing(arm)
    arm.stop()
    with pytest.raises(Stopped):
        motion.wait(10.0)
    assert arm.state().mode is ArmMode.STOPPED
    assert np.abs(arm.state().q - goal).max() > 0.3
    with pytest.raises(Stopped):
        arm.start_gripper(0.02, 0.1, 20.0)
    arm.recover(operator_ack=False)
    assert arm.start_gripper(0.02, 0.1, 20.0).wait(3.0).reached


def test_a_stop_while_the_path_is_timed_is_not_lost(arm: Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped_meanwhile(*args: object, **kwargs: object) -> object:
        arm.stop()
        return time_path(*args, **kwargs)

    monkeypatch.setattr("sim_envs.robots.sim_arm.time_path", stopped_meanwhile)
    with pytest.raises(Stopped):
        swing(arm)
    assert arm.state().mode is ArmMode.STOPPED


def test_a_stop_at_the_end_of_a_motion_holds_for_the_next(arm: Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    _, motion = swing(arm)
    enter = arm.enter

    def stopped_meanwhile(mode: ArmMode) -> None:
        arm.stop()
        enter(mode)

    monkeypatch.setattr(arm, "enter", stopped_meanwhile)
    assert motion.wait(20.0).reached
    with pytest.raises(Stopped):
        arm.start_gripper(0.02, 0.1, 20.0)


def test_cancel_ends_the_motion_along_its_path(arm: Arm) -> None:
    start = arm.state().q
    goal, motion = swing(arm, 0.2)
    with pytest.raises(LimitExceeded, match="did not end within its time limit"):
        motion.wait(0.5)
    here = arm.state()
    assert here.mode is ArmMode.IDLE
    assert np.abs(here.dq).max() < 0.05
    share = (here.q - start) / (goal - start)
    assert share.std() < 0.01, "it left the straight line"
    _, motion = swing(arm, 0.2)
    motion.cancel()
    result = motion.wait(10.0)
    assert (result.reached, result.reason) == (False, "cancelled")


def test_two_motions_at_once_are_refused(arm: Arm) -> None:
    swing(arm)
    with pytest.raises(BadArgument, match="under way"):
        arm.start_gripper(0.02, 0.1, 20.0)


def test_pressing_into_the_table_is_a_protective_stop(arm: Arm) -> None:
    q = arm.state().q
    down = q.copy()
    down[1] += 1.6
    motion = arm.start_joint_path(np.array([q, down]), arm.info.limits.scaled(0.3))
    with pytest.raises(ProtectiveStop, match=r"joint \d met resistance") as failure:
        motion.wait(20.0)
    assert "rad behind" in str(failure.value.measured)
    assert arm.state().mode is ArmMode.PROTECTIVE_STOP
    with pytest.raises(ProtectiveStop):
        arm.recover(operator_ack=False)
    arm.recover(operator_ack=True)
    now = arm.state().q
    up = now.copy()
    up[1] -= 0.3
    assert arm.start_joint_path(np.array([now, up]), arm.info.limits.scaled(0.3)).wait(10.0).reached


def test_a_closed_arm_says_so(arm: Arm) -> None:
    arm.close()
    arm.close()
    with pytest.raises(CommsLost):
        arm.state()
    arm.connect(1.0)
    assert arm.state().mode is ArmMode.IDLE


def test_a_person_who_interrupts_a_motion_or_its_start_can_recover_and_go_on(arm: Arm) -> None:
    ticks = iter(range(3))

    def interrupt() -> None:
        if next(ticks, None) == 2:
            raise KeyboardInterrupt

    end = arm.every(0.05, interrupt)  # type: ignore[attr-defined]
    _, motion = swing(arm)
    with pytest.raises(KeyboardInterrupt):
        motion.wait(10.0)
    end()
    arm.stop()
    assert arm.state().mode is ArmMode.STOPPED
    with pytest.raises(Stopped):
        swing(arm)
    arm.recover(operator_ack=True)
    _, never_waited_for = swing(arm)  # interrupted before anybody could wait
    arm.stop()
    arm.recover(operator_ack=True)
    goal, motion = swing(arm, 0.3)
    assert np.abs(motion.wait(10.0).state.q - goal).max() < 1e-3
    with pytest.raises(Stopped):
        never_waited_for.wait(1.0)
