"""The driver `ur` through ur_rtde's own library, against an emulated controller in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from primitives.failures import BadArgument, CommsLost, HardwareFault, LimitExceeded, ProtectiveStop, Stopped
from primitives.robot import ArmMode
from primitives.robots.fake.description import arm_info

pytest.importorskip("rtde_control")
from primitives.robots.ur.driver import ur

pytestmark = pytest.mark.slow

HOME = np.array([0.0, -1.5, 1.2, -1.2, -1.5, 0.0])
FAR = HOME + np.array([0.5, 0.1, 0.0, 0.0, 0.0, 0.0])
INFO = replace(arm_info(), name="ur", home=HOME)
LIMITS = INFO.limits.scaled(0.4)
SLACK = 12.0
"""Other programs share the processor."""


class Peer:
    """The emulator's process."""

    def __init__(self, host: str) -> None:
        script = Path(__file__).with_name("ur_emulator.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), host, *map(str, HOME)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = self._process.pid
        assert self._process.stdout.readline() == "ready\n"

    def do(self, statement: str) -> str:
        self._process.stdin.write(statement + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def host(request) -> str:
    """An address of its own for each test, since the ports are fixed."""
    return f"127.0.{os.getpid() % 200 + 20}.{abs(hash(request.node.name)) % 200 + 10}"


@pytest.fixture
def peer(host) -> Iterator[Peer]:
    made = Peer(host)
    yield made
    made.close()


@pytest.fixture
def arm(peer, host) -> Iterator:
    made = ur(INFO, host, slack=SLACK)
    made.connect(20.0)
    yield made
    made.close()


def go(arm, q, timeout_s=30.0):
    return arm.start_joint_path(np.stack([arm.state().q, q]), LIMITS).wait(timeout_s)


def later(seconds, do) -> None:
    threading.Timer(seconds, do).start()


def test_it_follows_a_path_and_measures_where_it_ends(arm, peer) -> None:
    result = go(arm, FAR)
    assert result.reached and np.abs(result.state.q - FAR).max() < 0.002
    assert result.state.mode is ArmMode.IDLE
    path = np.array(eval(peer.do("answer = [q.tolist() for q in robot.path]")))
    off = np.abs((path - HOME) - np.outer((path[:, 0] - HOME[0]) / 0.5, FAR - HOME)).max()
    assert off < 0.01, "the joints leave the straight line between the waypoints"


def test_it_grips_and_tells_the_width(arm, peer) -> None:
    hand = INFO.gripper
    assert arm.start_gripper(hand.max_width, hand.max_speed, 20.0).wait(20).state.gripper_width > 0.085
    peer.do("robot.between = 140")
    closed = arm.start_gripper(0.0, hand.max_speed, 20.0).wait(20)
    assert closed.reached and closed.state.gripper_width == pytest.approx(0.09 * (1 - 140 / 255), abs=1e-3)
    peer.do("robot.silent_hand = True")
    with pytest.raises(HardwareFault, match="gripper"):
        arm.start_gripper(hand.max_width, hand.max_speed, 20.0).wait(5)


def test_a_stop_from_another_thread_holds_until_recovery(arm) -> None:
    took = []

    def stop() -> None:
        began = time.monotonic()
        arm.stop()
        took.append(time.monotonic() - began)

    later(0.3, stop)
    with pytest.raises(Stopped):
        go(arm, FAR)
    assert took[0] < 0.25, "50 ms on a machine of its own"
    stopped = arm.state()
    assert stopped.mode is ArmMode.STOPPED and np.abs(stopped.q - FAR).max() > 0.05
    with pytest.raises(Stopped):
        go(arm, FAR)
    assert np.abs(arm.state().q - stopped.q).max() < 0.01
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_a_protective_stop_waits_for_a_person(arm, peer) -> None:
    later(0.3, lambda: peer.do("robot.protective_stop()"))
    with pytest.raises(ProtectiveStop, match="PROTECTIVE_STOP"):
        go(arm, FAR)
    assert arm.state().mode is ArmMode.PROTECTIVE_STOP and "protective stop" in arm.state().fault
    with pytest.raises(ProtectiveStop):
        go(arm, FAR)
    with pytest.raises(ProtectiveStop, match="protective"):
        arm.recover(operator_ack=False)
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_a_joint_that_is_held_is_a_protective_stop(arm, peer) -> None:
    peer.do("robot.held = 0")
    with pytest.raises(ProtectiveStop):
        go(arm, FAR)


def test_a_frozen_controller_is_noticed_and_its_last_state_is_not_believed(arm, peer) -> None:
    later(0.3, lambda: os.kill(peer.pid, signal.SIGSTOP))
    began = time.monotonic()
    with pytest.raises(CommsLost):
        go(arm, FAR)
    assert time.monotonic() - began < 0.3 + 1.5 * SLACK
    with pytest.raises(CommsLost):
        arm.state()
    os.kill(peer.pid, signal.SIGCONT)
    time.sleep(1.0)
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_a_dead_controller_is_noticed_and_closing_returns(arm, peer) -> None:
    later(0.3, lambda: os.kill(peer.pid, signal.SIGKILL))
    with pytest.raises(CommsLost):
        go(arm, FAR)
    began = time.monotonic()
    arm.close()
    arm.close()
    assert time.monotonic() - began < 5.0
    with pytest.raises(CommsLost):
        arm.state()


def test_a_killed_driver_process_is_noticed_and_restarted(arm, peer) -> None:
    later(0.3, lambda: os.kill(arm.processes[0], signal.SIGKILL))
    with pytest.raises(CommsLost):
        go(arm, FAR)
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_a_motion_that_takes_too_long_is_ended(arm) -> None:
    with pytest.raises(LimitExceeded):
        go(arm, FAR, timeout_s=0.05)
    assert arm.state().mode is not ArmMode.MOVING


def test_one_motion_at_a_time_and_one_that_nobody_waits_for_ends(arm) -> None:
    arm.start_joint_path(np.stack([HOME, FAR]), LIMITS)
    with pytest.raises(BadArgument, match="under way"):
        arm.start_joint_path(np.stack([HOME, FAR]), LIMITS)
    deadline = time.monotonic() + 30
    while np.abs(arm.state().q - FAR).max() > 0.002 or arm.state().mode is ArmMode.MOVING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    assert go(arm, HOME).reached


@pytest.mark.parametrize("path", [np.full((2, 6), np.nan), np.zeros((2, 5)), np.stack([HOME, HOME + 9.0]), np.zeros(6)])
def test_nonsense_is_refused_before_motion(arm, path) -> None:
    before = arm.state().q
    with pytest.raises(BadArgument):
        arm.start_joint_path(path, LIMITS)
    assert np.abs(arm.state().q - before).max() < 1e-6


@pytest.mark.parametrize(
    ("state", "words"), [("robot.remote = False", "remote control"), ("robot.robot_mode = 3", "brakes|POWER_OFF")]
)
def test_a_robot_that_is_not_ready_says_what_to_do(peer, host, state, words) -> None:
    peer.do(state)
    arm = ur(INFO, host, slack=SLACK)
    with pytest.raises((CommsLost, HardwareFault), match=words):
        arm.connect(20.0)
        go(arm, FAR)
    arm.close()


def test_nobody_at_the_address() -> None:
    arm = ur(INFO, "127.0.250.250", slack=SLACK)
    with pytest.raises(CommsLost):
        arm.connect(5.0)
    arm.close()


ROBOT = """
name = "emulated"
driver = "primitives.robots.ur.driver:ur"
simulated = true
stale = 3.0
options = {{ host = "{host}", slack = {slack} }}
[arm]
description = "primitives.robots.fake.description:arm_info"
home = {home}
[workspace]
low = [0.2, -0.4, 0.0]
high = [0.8, 0.4, 0.6]
"""


def test_the_conformance_kit_finds_nothing(peer, host, tmp_path) -> None:
    """By a robot file, in a driver's process."""
    file = tmp_path / "robot.toml"
    file.write_text(ROBOT.format(host=host, slack=SLACK, home=HOME.tolist()))
    kit = ["-q", "--pyargs", "primitives.conformance", "--robot", str(file), "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *kit, "--rootdir", str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert run.returncode == 0 and " passed" in run.stdout, run.stdout[-3000:]
