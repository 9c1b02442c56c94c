"""A world behind real libfranka: one episode, and every fault typed in time, recorded, acknowledged and finished.

The controller, the arm's process and the hand's process share the processor with everything else: what they waited for
it does not count.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec

import msgspec
import numpy as np
import pytest

from codepolicy import Agent
from codepolicy.events import Calling
from primitives.conformance.run_delay import Stopwatch
from primitives.environment import TrialSpec
from primitives.failures import BadArgument, CommsLost, HardwareFault, LimitExceeded, ProtectiveStop, Stopped
from primitives.robot import ArmMode

if missing := [name for name in ("franky_sim", "pylibfranka", "franky") if find_spec(name) is None]:
    pytest.skip(f"without {', '.join(missing)}", allow_module_level=True)  # two of them cannot be imported together
from sim_envs.franka_twin.twin_environment import FrankaTwin

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("franka-twin")]

TOLD_S = 1.5
"""Host time from a fault to its failure."""
TURN = np.array([0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def shared() -> Iterator[FrankaTwin]:
    made = FrankaTwin()
    yield made
    made.close()


@pytest.fixture
def twin(shared: FrankaTwin) -> FrankaTwin:
    shared.reset(TrialSpec())
    return shared


def go(arm, q, timeout_s=30.0):
    return arm.start_joint_path(np.stack([arm.state().q, q]), arm.info.limits.scaled(0.2)).wait(timeout_s)


def away(arm) -> np.ndarray:
    return arm.info.home + (TURN if arm.state().q[0] < 0.2 else -TURN)


class Fault(threading.Thread):
    """Something that is done once the arm is on its way."""

    def __init__(self, arm, do) -> None:
        super().__init__()
        self._arm, self._do, self._start = arm, do, arm.state().q
        self.since: Stopwatch | None = None
        self.start()

    def run(self) -> None:
        for _ in range(3000):
            if np.abs(self._arm.state().q - self._start).max() > 0.05:
                self.since = Stopwatch()
                return self._do()
            time.sleep(0.005)
        return None

    def told(self) -> None:
        """Now its failure has come."""
        assert self.since is not None
        took, waited = self.since.elapsed, self.since.kept_waiting
        self.join()
        assert took < TOLD_S + waited, f"told after {took:.2f} s, of which {waited:.2f} s were waited for a processor"


def test_an_instruction_is_carried_out_through_libfranka_and_judged(shared: FrankaTwin, tmp_path) -> None:
    episode = Agent(env=shared).run("put the red block in the green bowl", out=tmp_path, video=False)
    assert episode.outcome == "achieved", episode.summary
    assert episode.verdict is not None and episode.verdict.status == "achieved"


def test_the_path_is_followed_to_half_a_milliradian(twin: FrankaTwin) -> None:
    arm = twin.arm
    goal = away(arm)
    result = go(arm, goal)
    assert result.reached and np.abs(result.state.q - goal).max() < 5e-4


def test_a_stop_holds_until_recovery(twin: FrankaTwin) -> None:
    arm = twin.arm
    fault = Fault(arm, arm.stop)
    with pytest.raises(Stopped):
        go(arm, away(arm))
    fault.told()
    held = arm.state()
    assert held.mode is ArmMode.STOPPED
    with pytest.raises(Stopped):
        go(arm, away(arm))
    assert np.abs(arm.state().q - held.q).max() < 1e-3
    arm.recover(operator_ack=False)
    assert go(arm, away(arm)).reached


def test_a_reflex_in_motion_waits_for_a_person(twin: FrankaTwin) -> None:
    arm = twin.arm
    fault = Fault(arm, lambda: twin.inject("protective_stop"))
    with pytest.raises(ProtectiveStop, match="reflex"):
        go(arm, away(arm))
    fault.told()
    assert arm.state().mode is ArmMode.PROTECTIVE_STOP and "reflex" in arm.state().fault
    with pytest.raises(ProtectiveStop):
        go(arm, away(arm))
    with pytest.raises(ProtectiveStop):
        arm.recover(operator_ack=False)
    arm.recover(operator_ack=True)
    assert go(arm, away(arm)).reached


def test_a_frozen_controller_is_noticed_and_left_behind(twin: FrankaTwin) -> None:
    arm = twin.arm
    fault = Fault(arm, lambda: twin.inject("freeze"))
    try:
        with pytest.raises(CommsLost):
            go(arm, away(arm))
        fault.told()
        with pytest.raises(CommsLost):
            arm.state()
    finally:
        fault.join()
        twin.mend()
    arm.recover(operator_ack=True)
    assert go(arm, away(arm)).reached


@pytest.mark.parametrize("which", [0, 1], ids=["arm", "hand"])
def test_a_killed_process_is_noticed_and_restarted(twin: FrankaTwin, which: int) -> None:
    arm = twin.arm
    fault = Fault(arm, lambda: os.kill(arm.processes[which], signal.SIGKILL))
    with pytest.raises(CommsLost):
        go(arm, away(arm))
    fault.told()
    with pytest.raises(CommsLost):
        arm.state()
    arm.recover(operator_ack=True)
    assert go(arm, away(arm)).reached


def test_a_silent_hand_is_a_fault_and_not_waited_for(twin: FrankaTwin) -> None:
    arm = twin.arm
    twin.inject("silent_gripper")
    since = Stopwatch()
    try:
        with pytest.raises(HardwareFault, match="hand"):
            arm.start_gripper(0.02, 0.1, 20.0).wait(10.0)
        assert since.elapsed < TOLD_S + since.kept_waiting
    finally:
        twin.mend()
    arm.connect(20.0)
    assert arm.start_gripper(0.08, 0.1, 20.0).wait(10.0).state.gripper_width > 0.075


def test_a_motion_out_of_time_is_ended_on_its_path(twin: FrankaTwin) -> None:
    arm = twin.arm
    with pytest.raises(LimitExceeded):
        go(arm, away(arm), timeout_s=0.02)
    assert arm.state().mode is not ArmMode.MOVING


@pytest.mark.parametrize("path", [np.full((2, 7), np.nan), np.zeros((2, 6)), np.zeros(7), "here"])
def test_nonsense_is_refused_before_motion(twin: FrankaTwin, path) -> None:
    with pytest.raises(BadArgument):
        twin.arm.start_joint_path(path, twin.arm.info.limits)


def test_a_controller_that_dies_in_motion_costs_the_episode_and_leaves_a_record(tmp_path) -> None:
    twin = FrankaTwin()
    try:
        twin.reset(TrialSpec())
        pid = twin.controller_pid

        def kill(event) -> None:
            if isinstance(event, Calling):
                Fault(twin.arm, lambda: os.kill(pid, signal.SIGKILL))

        episode = Agent(env=twin, observer=kill).run("put the red block in the green bowl", out=tmp_path, video=False)
        assert episode.outcome == "error" or episode.exit_status == 3, episode.outcome
        kept = next(tmp_path.rglob("episode.json"))
        assert msgspec.json.decode(kept.read_bytes())["outcome"] == episode.outcome
    finally:
        twin.close()
    twin.close()
