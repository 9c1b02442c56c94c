"""Drivers of robots that are emulated in the driver's own process, with faults: `emulated_robots:ur`, `:so101`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from primitives.robot import ArmInfo
from primitives.robots.lerobot.motor_arm import lerobot
from primitives.robots.streamed_arm import StreamedArm
from primitives.robots.ur.driver import ur as ur_driver
from tests.hardware.feetech_bus import Bus, Servo
from tests.hardware.ur_emulator import EMERGENCY, RUNNING, UrEmulator

STEP = 2 * np.pi / 4096


class Emulated:
    """An arm, and what can be done to the robot at the other end."""

    def __init__(self, arm: StreamedArm, faults: Mapping[str, Callable[[], object]], mend: Callable[[], None]) -> None:
        self.arm, self._faults, self._mend = arm, faults, mend

    @property
    def faults(self) -> tuple[str, ...]:
        return tuple(self._faults)

    def inject(self, fault: str) -> None:
        self._faults[fault]()

    def mend(self) -> None:
        self._mend()

    @property
    def processes(self) -> tuple[int, ...]:
        return self.arm.processes

    def __getattr__(self, name: str):
        return getattr(self.arm, name)


def ur(info: ArmInfo, *, host: str, slack: float = 4.0) -> Emulated:
    """A UR at `host`, an address of this machine that is free."""
    robot = UrEmulator(host, info.home)

    def set_to(**values: object) -> Callable[[], object]:
        return lambda: [setattr(robot, name, value) for name, value in values.items()]

    def mend() -> None:
        if robot.safety == EMERGENCY:
            robot.safety = RUNNING
        robot.frozen.clear()
        robot.robot_mode, robot.held, robot.silent_hand, robot.corrupt = 7, None, False, False

    faults = {
        "freeze": robot.frozen.set,
        "corrupt": set_to(corrupt=True),
        "estop": robot.emergency_stop,
        "protective_stop": robot.protective_stop,
        "fault": robot.power_off,
        "stuck_joint": set_to(held=1),
        "silent_gripper": set_to(silent_hand=True),
    }
    return Emulated(ur_driver(info, host, slack=slack), faults, mend)


def so101(info: ArmInfo, *, droop: float = 1.5, slack: float = 4.0) -> Emulated:
    """An SO-101 on an emulated bus, whose shoulder and elbow hang `droop` degrees below where they are sent."""
    bus = Bus(so101_servos(info, droop))

    def mend() -> None:
        bus.corrupt = 0
        for servo in bus.servos.values():
            servo.unplugged = servo.stuck = servo.falls = False

    faults = {
        "freeze": lambda: [setattr(servo, "unplugged", True) for servo in bus.servos.values()],
        "corrupt": lambda: setattr(bus, "corrupt", 10**9),
        "drop": lambda: setattr(bus.servos[3], "unplugged", True),
        "stuck_joint": lambda: setattr(bus.servos[2], "stuck", True),
        "protective_stop": lambda: setattr(bus.servos[2], "falls", True),
    }
    return Emulated(lerobot(info, config=so101_config(info, bus), slack=slack), faults, mend)


def so101_servos(info: ArmInfo, droop: float) -> dict[int, Servo]:
    """The arm at its home, its hand open; 4096 steps a turn, zero in the middle."""
    servos = {i + 1: Servo(i + 1, 2047.5 + q / STEP, 0, 4095) for i, q in enumerate(info.home)}
    servos[2].droop = servos[3].droop = np.radians(droop) / STEP
    servos[6] = Servo(6, 3072.0, 1024, 3072)
    return servos


def so101_config(info: ArmInfo, bus: Bus) -> dict[str, str]:
    """LeRobot's configuration of it, with a calibration as `lerobot-calibrate` would write it."""
    ranges = dict.fromkeys(info.joint_names, (0, 4095)) | {"gripper": (1024, 3072)}
    calibration = {
        name: {"id": i + 1, "drive_mode": 0, "homing_offset": 0, "range_min": low, "range_max": high}
        for i, (name, (low, high)) in enumerate(ranges.items())
    }
    folder = Path(tempfile.mkdtemp())
    (folder / "emulated.json").write_text(json.dumps(calibration))
    return {"port": bus.port, "id": "emulated", "calibration_dir": str(folder)}
