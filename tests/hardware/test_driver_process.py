"""A driver in a process of its own works as in ours, and whatever it does, nobody waits for it longer than agreed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from primitives.failures import BadArgument, CommsLost, HardwareFault, LimitExceeded, ProtectiveStop, Stopped
from primitives.robot import ArmMode
from primitives.robots.fake.description import arm_info
from primitives.robots.process.process_arm import ProcessArm

HERE = str(Path(__file__).parent)
LIMITS = arm_info().limits
FAR = np.array([arm_info().home, arm_info().home + np.array([1.5, 0, 0, 0, 0, 0])])
SLACK = 5.0
"""Host time in s that a busy machine may add to a deadline."""


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.syspath_prepend(HERE)
    made: list[ProcessArm] = []

    def make(factory: str = "primitives.robots.fake.arm:make", **options: object) -> ProcessArm:
        arm = ProcessArm(arm_info(), factory, options, stale_s=2.0)
        made.append(arm)
        arm.connect(60.0)
        return arm

    yield make
    for arm in made:
        arm.close()


def within(seconds: float, call) -> float:
    began = time.monotonic()
    call()
    took = time.monotonic() - began
    assert took < seconds + SLACK
    return took


def test_it_moves_measures_and_refuses_as_in_our_process(process) -> None:
    arm = process()
    result = arm.start_joint_path(FAR, LIMITS).wait(60.0)
    assert result.reached and np.abs(result.state.q - FAR[-1]).max() < 0.01
    assert arm.start_gripper(0.03, 0.1, 10.0).wait(60.0).state.gripper_width == pytest.approx(0.03)
    state = arm.state()
    assert state.mode is ArmMode.IDLE and state.stamp > 0 and time.monotonic() - state.received < 2.0
    for path in (FAR, np.full((2, 6), np.nan), FAR[:, :5]):
        with pytest.raises(BadArgument):
            arm.start_joint_path(path, LIMITS)
    arm.close()
    arm.close()
    with pytest.raises(CommsLost):
        arm.state()


def test_a_stop_returns_at_once_ends_the_motion_and_holds(process) -> None:
    arm = process()
    motion = arm.start_joint_path(FAR, LIMITS.scaled(0.1))
    stopper = threading.Timer(0.3, arm.stop)
    stopper.start()
    with pytest.raises(Stopped):
        motion.wait(60.0)
    assert arm.state().mode is ArmMode.STOPPED
    with pytest.raises(Stopped):
        arm.start_joint_path(FAR, LIMITS)
    arm.recover(operator_ack=True)
    arm.start_joint_path(np.array([arm.state().q, FAR[0]]), LIMITS).wait(60.0)


def test_a_motion_has_its_deadline_and_can_be_cancelled(process) -> None:
    arm = process()
    with pytest.raises(LimitExceeded):
        arm.start_joint_path(FAR, LIMITS.scaled(0.05)).wait(0.3)
    motion = arm.start_joint_path(np.array([arm.state().q, FAR[1]]), LIMITS.scaled(0.05))
    motion.cancel()
    assert not motion.wait(60.0).reached


def test_what_the_arm_does_by_itself_is_typed(process) -> None:
    arm = process("poor_drivers:Reflex")
    with pytest.raises(ProtectiveStop, match="collision"):
        arm.start_joint_path(FAR, LIMITS.scaled(0.1)).wait(60.0)


@pytest.mark.parametrize(
    ("factory", "kind"),
    [
        ("poor_drivers:Refusing", ProtectiveStop),
        ("poor_drivers:NoSuch", HardwareFault),
        ("no_such_module:make", HardwareFault),
    ],
)
def test_a_driver_that_refuses_says_why(process, factory: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        process(factory)


def test_a_driver_that_never_connects_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)
    arm = ProcessArm(arm_info(), "poor_drivers:Mute")

    def connect() -> None:
        with pytest.raises(CommsLost, match="connect within 1 s"):
            arm.connect(1.0)

    within(6.0, connect)
    assert arm.pid is None


def test_a_library_that_holds_the_lock_is_lost_and_started_anew(process) -> None:
    arm = process("poor_drivers:Holding")

    def move() -> None:
        with pytest.raises(CommsLost):
            arm.start_joint_path(FAR, LIMITS).wait(60.0)

    within(3.0, move)
    within(0.2, arm.stop)
    old = arm.pid
    with pytest.raises(CommsLost):
        while True:  # until its last state is stale
            arm.state()
            time.sleep(0.05)
    with pytest.raises(CommsLost):
        arm.recover(operator_ack=False)
    arm.recover(operator_ack=True)
    assert arm.pid != old and arm.state().mode is ArmMode.IDLE


def test_a_driver_that_dies_is_a_fault_of_the_hardware_and_started_anew(process) -> None:
    arm = process("poor_drivers:Crashing")
    with pytest.raises(HardwareFault, match="SIGABRT"):
        arm.start_joint_path(FAR, LIMITS).wait(60.0)
    arm.recover(operator_ack=True)
    assert arm.state().mode is ArmMode.IDLE
    os.kill(arm.pid, signal.SIGKILL)
    with pytest.raises(HardwareFault, match="SIGKILL"):
        while True:
            arm.state()


def test_what_hangs_in_the_driver_holds_nobody(process) -> None:
    arm = process("poor_drivers:Hanging")
    motion = arm.start_joint_path(FAR, LIMITS.scaled(0.05))
    within(0.05, arm.stop)

    def wait() -> None:
        with pytest.raises(Stopped):
            motion.wait(60.0)

    within(1.5, wait)
    within(3.0, arm.close)


def test_the_arm_is_stopped_when_its_host_is_gone(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = f"""
import os, sys
sys.path[:0] = {[HERE, *sys.path]!r}
from primitives.robots.fake.description import arm_info
from primitives.robots.process.process_arm import ProcessArm
import numpy as np
arm = ProcessArm(arm_info(), "poor_drivers:Marked", {{"mark": {str(mark)!r}}}, stale_s=5.0)
arm.connect(60.0)
home = arm_info().home
arm.start_joint_path(np.array([home, home + [1.5, 0, 0, 0, 0, 0]]), arm_info().limits.scaled(0.02))
print(arm.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    driver = int(done.stdout)
    until = time.monotonic() + 10 + SLACK
    while not mark.exists() or Path(f"/proc/{driver}").exists():
        assert time.monotonic() < until, done.stderr
        time.sleep(0.05)
