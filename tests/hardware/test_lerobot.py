"""The driver `lerobot` through LeRobot's own SO-101 follower, on an emulated bus of Feetech servos with droop."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from primitives.failures import BadArgument, CommsLost, ProtectiveStop, Stopped
from primitives.robot import ArmMode, MotionLimits
from primitives.robots.fake.description import arm_info
from primitives.robots.lerobot.motor_arm import lerobot
from tests.hardware.feetech_bus import Bus, Servo

if missing := [name for name in ("lerobot", "scservo_sdk") if find_spec(name) is None]:
    pytest.skip(f"without {', '.join(missing)}", allow_module_level=True)

pytestmark = pytest.mark.slow

NAMES = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll")
STEP = 2 * np.pi / 4096
DROOP = np.radians(1.5)
HOME = np.array([0.0, -0.6, 0.5, 0.6, 0.0])
FAR = HOME + np.array([0.4, 0.2, -0.2, 0.1, 0.3])
INFO = replace(
    arm_info(),
    name="so101",
    joint_names=NAMES,
    lower=np.full(5, -1.9),
    upper=np.full(5, 1.9),
    limits=MotionLimits(np.full(5, 2.0), np.full(5, 8.0), np.full(5, 400.0)),
    home=HOME,
)
SLACK = 10.0


@pytest.fixture
def bus() -> Iterator[Bus]:
    servos = {i + 1: Servo(i + 1, 2047.5 + q / STEP, 0, 4095) for i, q in enumerate(HOME)}
    servos[2].droop = servos[3].droop = DROOP / STEP
    servos[6] = Servo(6, 3072.0, 1024, 3072)
    made = Bus(servos)
    yield made
    made.close()


@pytest.fixture
def config(bus: Bus, tmp_path: Path) -> dict:
    ranges = dict.fromkeys(NAMES, (0, 4095)) | {"gripper": (1024, 3072)}
    calibration = {
        name: {"id": i + 1, "drive_mode": 0, "homing_offset": 0, "range_min": low, "range_max": high}
        for i, (name, (low, high)) in enumerate(ranges.items())
    }
    (tmp_path / "left.json").write_text(json.dumps(calibration))
    return {"port": bus.port, "id": "left", "calibration_dir": str(tmp_path)}


@pytest.fixture
def arm(config) -> Iterator:
    made = lerobot(INFO, config=config, slack=SLACK)
    made.connect(60.0)
    yield made
    made.close()


def go(arm, q, timeout_s=20.0):
    return arm.start_joint_path(np.stack([arm.state().q, q]), INFO.limits.scaled(0.3)).wait(timeout_s)


def later(seconds: float, do) -> None:
    threading.Timer(seconds, do).start()


def test_it_arrives_in_spite_of_the_droop(arm) -> None:
    result = go(arm, FAR)
    assert result.reached, result.reason
    assert np.abs(result.state.q - FAR).max() < np.radians(0.6)
    assert np.abs(arm.state().q - FAR).max() < np.radians(0.6), "it stays there"


def test_the_jaw_tells_its_width_and_stops_on_things(arm, bus: Bus) -> None:
    hand = INFO.gripper
    assert arm.start_gripper(hand.max_width, hand.max_speed, 5.0).wait(20).state.gripper_width > 0.085
    bus.servos[6].wall = 1024 + 0.5 * 2048
    assert arm.start_gripper(0.0, hand.max_speed, 5.0).wait(20).state.gripper_width == pytest.approx(0.045, abs=2e-3)
    bus.servos[6].wall = None
    assert arm.start_gripper(0.0, hand.max_speed, 5.0).wait(20).state.gripper_width < 0.002


def test_a_blocked_joint_is_noticed_by_measurement_and_waits_for_a_person(arm, bus: Bus) -> None:
    later(0.3, lambda: setattr(bus.servos[1], "stuck", True))
    with pytest.raises(ProtectiveStop, match=r"shoulder_pan.*degrees from its command"):
        go(arm, FAR)
    assert arm.state().mode is ArmMode.PROTECTIVE_STOP
    with pytest.raises(ProtectiveStop):
        go(arm, FAR)
    bus.servos[1].stuck = False
    with pytest.raises(ProtectiveStop):
        arm.recover(operator_ack=False)
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_lost_torque_is_noticed_while_nothing_was_to_move(arm, bus: Bus) -> None:
    bus.servos[2].falls = True
    deadline = time.monotonic() + 20
    while arm.state().mode is not ArmMode.PROTECTIVE_STOP:
        assert time.monotonic() < deadline, "the arm fell and nobody noticed"
        time.sleep(0.02)
    assert "without torque" in arm.state().fault
    with pytest.raises(ProtectiveStop):
        go(arm, FAR)


def test_an_unplugged_servo_is_lost_and_found_again(arm, bus: Bus) -> None:
    later(0.2, lambda: setattr(bus.servos[3], "unplugged", True))
    with pytest.raises(CommsLost):
        go(arm, FAR)
    with pytest.raises(CommsLost):
        arm.state()
    bus.servos[3].unplugged = False
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached


def test_single_damaged_answers_cost_nothing(arm, bus: Bus) -> None:
    later(0.2, lambda: setattr(bus, "corrupt", 1))
    assert go(arm, FAR).reached


def test_a_stop_holds_until_recovery(arm) -> None:
    later(0.3, arm.stop)
    with pytest.raises(Stopped):
        go(arm, FAR)
    held = arm.state()
    assert held.mode is ArmMode.STOPPED and np.abs(held.q - FAR).max() > 0.05
    with pytest.raises(Stopped):
        go(arm, FAR)
    time.sleep(0.3)
    assert np.abs(arm.state().q - held.q).max() < np.radians(1.0)
    arm.recover(operator_ack=False)
    assert go(arm, FAR).reached


def test_a_killed_process_leaves_the_torque_on(arm, bus: Bus) -> None:
    later(0.3, lambda: os.kill(arm.processes[0], signal.SIGKILL))
    with pytest.raises(CommsLost):
        go(arm, FAR)
    assert all(bus.servos[i].memory[40] for i in range(1, 7)), "the arm would fall"
    arm.recover(operator_ack=True)
    assert go(arm, FAR).reached
    arm.close()
    assert all(bus.servos[i].memory[40] for i in range(1, 7))


@pytest.mark.parametrize("path", [np.full((2, 5), np.nan), np.zeros((2, 6)), np.stack([HOME, HOME + 3.0])])
def test_nonsense_is_refused_before_motion(arm, path) -> None:
    with pytest.raises(BadArgument):
        arm.start_joint_path(path, INFO.limits)


def test_what_cannot_be_opened_says_why(config, bus: Bus) -> None:
    for wrong, words in (
        ({"robot": "so102"}, r"it knows .*so101_follower"),
        ({"config": {**config, "port": "/dev/nothing"}}, "/dev/nothing"),
        ({"config": {**config, "id": "right"}}, "lerobot-calibrate"),
    ):
        with pytest.raises(CommsLost, match=words):
            lerobot(INFO, **{"config": config, "slack": SLACK, **wrong}).connect(60.0)
