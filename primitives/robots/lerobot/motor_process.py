"""The process of a LeRobot robot: reads and sends positions, and tells by measurement what its motors do not tell.

LeRobot's robots report no fault: a blocked joint, a cut torque and a servo that was unplugged are noticed because the
arm is not where it was told to be, or because nothing more is read. Arguments: HOST OPTIONS (JSON, `Options`). Commands
and answers: see `streamed_arm`. The torque stays on when this process ends; LeRobot's own disconnect would let the arm
fall.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.robots.lerobot.without_torch import stand_in
from primitives.robots.vendor_process import Host, serve

T = TypeVar("T")
IDLE, MOVING, BLOCKED = range(3)
STUCK_TICKS = 5
"""Reads in a row that a joint is behind its command before it counts as blocked."""
SETTLE_S = 1.5
TRIES = 12
"""Attempts at what a lost answer spoils."""
TRIM, MOST_TRIM = 0.15, np.radians(7.0)
"""Part of the rest that is added to the command at each tick, since small servos droop under load; rad at most."""
STILL, STILL_TICKS = 0.3, 8
"""Percent that the fingers may move within so many reads and count as resting."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is to open, and how its numbers are meant."""

    robot: str
    """LeRobot's name, e.g. "so101_follower"."""
    config: dict[str, Any]
    """Of LeRobot's configuration of it, e.g. {"port": "/dev/ttyACM0", "id": "left"}."""
    joints: tuple[str, ...]
    """LeRobot's names of the arm's motors, in the order of the description."""
    gripper: str | None
    widest: float
    """m at 100 percent."""
    fastest: float
    """m/s, of the width."""
    tick: float
    arrived: float
    """rad."""
    stuck: float
    """rad behind its command at which a joint counts as blocked."""
    modules: tuple[str, ...] = ()
    """Modules to import first, of plug-ins that register a robot."""


class Blocked(Exception):
    """A joint is not where it was told to be."""


class ArmProcess:
    """One robot, which this process alone talks to."""

    def __init__(self, host: Host, arguments: list[str]) -> None:
        self._host = host
        self._options = options = _options(arguments)
        self._robot: Any = _connected(options)
        self._behind = np.zeros(len(options.joints), dtype=int)
        self._last: tuple[NDArray[np.float64], float] | None = None
        self._q: NDArray[np.float64]
        self._mode, self._trouble = IDLE, ""
        self._percent = np.nan
        self._q = _tried(self._read)
        self._command = self._q.copy()
        self._grip_to = self._percent

    def run(self) -> None:
        """Serve until the host is gone."""
        while True:
            began = time.monotonic()
            with contextlib.suppress(Blocked):
                self._tick()
            command = self._host.command(max(0.0, self._options.tick - (time.monotonic() - began)))
            if command is None or command == b"stop":
                continue
            self._mode = self._mode if self._mode == BLOCKED else MOVING
            try:
                words = self._done(command)
            except Blocked:
                words = f"reflex {self._trouble}"
            if self._mode == MOVING:
                self._mode = IDLE
            self._publish()
            self._host.say(words)

    def _done(self, command: bytes) -> str:
        if command == b"recover" and self._mode != BLOCKED:
            return "recovered"
        if command == b"recover":
            self._mode, self._behind[:], self._trouble = IDLE, 0, ""
            self._command = self._read().copy()
            return "recovered"
        if self._mode == BLOCKED:
            return f"reflex {self._trouble}"
        if command.startswith(b"path"):
            return self._follow(np.frombuffer(command[4:], dtype=np.float64).reshape(-1, len(self._options.joints)))
        return self._grip(float(command.decode().split()[1]))

    def _follow(self, path: NDArray[np.float64]) -> str:
        """Send one row a tick from where the command stands, then press on until the arm has arrived."""
        shift = self._command - path[0]  # the arm hangs below its command; without this it would jump down first
        ended = "ended"
        last = len(path) - 1
        at, rate = 0.0, 1.0
        while True:
            began = time.monotonic()
            low = int(at)
            row = path[low] + (at - low) * (path[min(low + 1, last)] - path[low])
            self._command = row + shift * (1.0 - at / max(last, 1))
            self._tick()
            if ended == "ended" and self._stop_asked(began):
                ended = "stopped"
            if ended != "ended":
                rate = max(0.0, rate - self._options.tick / 0.15)
            if at >= last or rate == 0.0:
                break
            at = min(at + rate, float(last))
        if ended != "ended":
            return ended
        until, trim = time.monotonic() + SETTLE_S, np.zeros(len(path[-1]))
        while time.monotonic() < until:
            began = time.monotonic()
            off = path[-1] - self._q
            if np.abs(off).max() < self._options.arrived / 2:
                break
            trim = np.clip(trim + TRIM * off, -MOST_TRIM, MOST_TRIM)
            self._command = path[-1] + trim
            self._tick(slack=float(MOST_TRIM))
            if self._stop_asked(began):
                return "stopped"
        return "ended"

    def _grip(self, width: float) -> str:
        if self._options.gripper is None:
            return "refused there is no gripper"
        self._grip_to = 100.0 * width / self._options.widest
        still, began_at = 0, time.monotonic()
        before = self._percent
        while True:
            began = time.monotonic()
            self._tick()
            still = still + 1 if abs(self._percent - before) < STILL else 0
            before = self._percent
            waited = time.monotonic() - began_at
            if waited > 0.1 and (
                still >= STILL_TICKS or (abs(self._percent - self._grip_to) < 2 * STILL and still > 2)
            ):
                return "ended"
            if self._stop_asked(began):
                self._grip_to = self._percent
                return "stopped"

    def _tick(self, slack: float = 0.0) -> None:
        """Read, send, publish. Raises Blocked; a read that fails publishes nothing, so that the state grows old."""
        try:
            self._q = self._read()
        except Exception as error:
            self._trouble = str(error)
            time.sleep(self._options.tick)
            return
        if self._mode != BLOCKED:
            behind = np.abs(self._q - self._command) > self._options.stuck + slack
            self._behind = np.where(behind, self._behind + 1, 0)
            if self._behind.max() >= STUCK_TICKS:
                joint = int(self._behind.argmax())
                off = np.degrees(self._command[joint] - self._q[joint])
                name = self._options.joints[joint]
                self._trouble = f"{name} is {off:.0f} degrees from its command: blocked or without torque"
                self._mode = BLOCKED
                self._command = self._q.copy()
                self._send()
                self._publish()
                raise Blocked
        self._send()
        self._publish()

    def _read(self) -> NDArray[np.float64]:
        seen = self._robot.get_observation()
        if self._options.gripper is not None:
            self._percent = float(seen[f"{self._options.gripper}.pos"])
        return np.radians([float(seen[f"{name}.pos"]) for name in self._options.joints])

    def _send(self) -> None:
        degrees = np.degrees(self._command).tolist()
        action = {f"{name}.pos": value for name, value in zip(self._options.joints, degrees, strict=True)}
        if self._options.gripper is not None:
            action[f"{self._options.gripper}.pos"] = float(np.clip(self._grip_to, 0.0, 100.0))
        with contextlib.suppress(Exception):  # what does not arrive shows in what is read
            self._robot.send_action(action)

    def _publish(self) -> None:
        now = time.monotonic()
        dq = np.zeros(len(self._q))
        if self._last is not None:
            dq = (self._q - self._last[0]) / max(now - self._last[1], 1e-3)
        self._last = self._q, now
        width = self._percent / 100.0 * self._options.widest
        self._host.publish(*self._q, *dq, now, self._mode, now, width)

    def _stop_asked(self, began: float) -> bool:
        """Wait for the end of the tick that `began`; whether a stop came meanwhile. Raises Abandoned."""
        return self._host.command(max(0.0, self._options.tick - (time.monotonic() - began))) == b"stop"


def _tried(attempt: Callable[[], T]) -> T:
    """What `attempt` gives, at the `TRIES`th time at the latest: single answers of a servo bus get lost."""
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except (ConnectionError, RuntimeError):
            time.sleep(0.1)
    return attempt()


def _connected(options: Options) -> Any:
    """LeRobot's robot, open, with its torque on. Meanwhile LeRobot cuts the torque for a moment."""

    def attempt() -> Any:
        robot: Any = _made(options)
        try:
            robot.connect(calibrate=False)
            return robot, bool(robot.is_calibrated)
        except BaseException:
            with contextlib.suppress(Exception):
                robot.bus.disconnect(disable_torque=False)
            raise

    robot, calibrated = _tried(attempt)
    if not calibrated:
        raise ValueError("its motors hold another calibration than the one in LeRobot's file: run lerobot-calibrate")
    return robot


def _made(options: Options) -> Any:
    """LeRobot's robot of these options."""
    stand_in()
    for module in ("lerobot.robots", "lerobot.robots.so_follower", *options.modules):
        import_module(module)
    configs: Any = import_module("lerobot.robots.config").RobotConfig
    known: Any = configs.get_known_choices()
    if options.robot not in known:
        raise ValueError(f"LeRobot knows no robot {options.robot!r}; it knows {', '.join(sorted(known))}")
    given = dict(options.config)
    if "calibration_dir" in given:
        given["calibration_dir"] = Path(given["calibration_dir"])
    return import_module("lerobot.robots.utils").make_robot_from_config(known[options.robot](**given))


def _options(arguments: list[str]) -> Options:
    return msgspec.json.decode(arguments[1], type=Options)


if __name__ == "__main__":
    serve(lambda arguments: 2 * len(_options(arguments).joints) + 4, ArmProcess)
