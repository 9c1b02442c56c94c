"""The process of a UR arm: streams joint positions by `servoJ` through ur_rtde, whose calls hold the interpreter and
wait without end for a peer that is gone; the host tells by the age of the state, and kills this process.

Arguments: HOST FREQUENCY WIDEST FASTEST STRONGEST, the last three of the gripper (m, m/s, N), 0 without one. Commands
and answers: see `streamed_arm`.
The controller's own watchdog stops the arm when nothing more comes from here.
"""

from __future__ import annotations

import contextlib
import time
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.failures import CommsLost
from primitives.robots.ur.robotiq import Robotiq
from primitives.robots.vendor_process import Abandoned, Host, serve

DOF = 6
dashboard_client: Any = import_module("dashboard_client")
rtde_control: Any = import_module("rtde_control")
rtde_receive: Any = import_module("rtde_receive")
IDLE, MOVING, PROTECTIVE, EMERGENCY, NOT_READY = range(5)
LOOKAHEAD_S, GAIN = 0.05, 500.0
"""Of servoJ."""
WATCHDOG_HZ = 10.0
"""The controller stops the arm when fewer commands come."""
STOP_RATE = 4.0
"""rad/s² of a stop."""
SETTLE_S = 0.6
AT_REST = 0.005
"""rad/s."""
RECOVER_S = 5.0
TOLD_S = 0.6
"""Within which what stopped the robot, or let it go again, is among the values that are read."""
PROTECTIVE_PAUSE_S = 5.2
"""A controller releases a protective stop no sooner than 5 s after it (Dashboard Server manual)."""


class ArmProcess:
    """One connection to a controller."""

    def __init__(self, host: Host, arguments: list[str]) -> None:
        self._host = host
        self._address, *numbers = arguments
        frequency, widest, self._fastest, self._strongest = (float(number) for number in numbers)
        self._period = 1.0 / frequency
        self._dashboard: Any = dashboard_client.DashboardClient(self._address)
        self._dashboard.connect(2000)
        if "true" not in str(self._dashboard.isInRemoteControl()).lower():
            raise RuntimeError("the robot is in local control: switch to remote control on the pendant")
        self._receive: Any = rtde_receive.RTDEReceiveInterface(self._address, frequency)
        self._hand = Robotiq(self._address, widest) if widest > 0.0 else None
        self._width = np.nan
        self._control: Any = None
        self._clock = (-1.0, 0.0)
        self._stopped_at = 0.0
        self._standing = IDLE
        """What stopped the arm and was not recovered from, whatever somebody did on the pendant since."""
        if self._code() == IDLE:
            self._take_control()

    def run(self) -> None:
        """Serve until the host is gone."""
        while True:
            self._publish(None)
            if self._control is not None:
                self._control.kickWatchdog()
            command = self._host.command(self._period)
            if command is None or command == b"stop":
                continue
            words = self._done(command)
            self._publish(None)
            self._host.say(words)

    def _done(self, command: bytes) -> str:
        if command == b"recover":
            return self._recovered()
        if self._standing != IDLE:
            return f"refused {self._told()}"
        if command.startswith(b"path"):
            return self._follow(np.frombuffer(command[4:], dtype=np.float64).reshape(-1, DOF))
        return self._grip(command.decode())

    def _take_control(self) -> None:
        self._control = rtde_control.RTDEControlInterface(self._address)
        self._control.setWatchdog(WATCHDOG_HZ)

    def _follow(self, path: NDArray[np.float64]) -> str:
        """Stream `path`, one row a period; brake when told to or when the host is gone."""
        if self._control is None:
            return f"refused {self._told()}"
        ended = "ended"
        for number, row in enumerate(path):
            began = self._control.initPeriod()
            if not self._control.servoJ(row.tolist(), 0.0, 0.0, self._period, LOOKAHEAD_S, GAIN):
                return self._ended_by_robot()
            self._publish(MOVING)
            if self._code() != IDLE:
                return self._ended_by_robot()
            try:
                if self._host.command(0.0) == b"stop":
                    ended = "stopped"
            except Abandoned:
                ended = "abandoned"
            self._control.waitPeriod(began)
            if ended != "ended":
                self._brake(path[number:])
                return ended
        return self._settled(path[-1])

    def _settled(self, goal: NDArray[np.float64]) -> str:
        """Hold the end until the arm rests there."""
        until = time.monotonic() + SETTLE_S
        while time.monotonic() < until:
            began = self._control.initPeriod()
            if not self._control.servoJ(goal.tolist(), 0.0, 0.0, self._period, LOOKAHEAD_S, GAIN):
                return self._ended_by_robot()
            self._publish(MOVING)
            off = np.abs(np.array(self._receive.getActualQ()) - goal).max()
            if off < 5e-4 and np.abs(self._receive.getActualQd()).max() < AT_REST:
                break
            self._control.waitPeriod(began)
        self._control.servoStop(STOP_RATE)
        return "ended"

    def _brake(self, rest: NDArray[np.float64]) -> None:
        """Slow down along the rest of the path within 150 ms."""
        at, rate, steps = 0.0, 1.0, max(1.0, 0.15 / self._period)
        while rate > 0.0 and at < len(rest) - 1:
            rate = max(0.0, rate - 1.0 / steps)
            at = min(at + rate, len(rest) - 1.0)
            low = int(at)
            high = min(low + 1, len(rest) - 1)
            row = rest[low] + (at - low) * (rest[high] - rest[low])
            began = self._control.initPeriod()
            if not self._control.servoJ(row.tolist(), 0.0, 0.0, self._period, LOOKAHEAD_S, GAIN):
                return
            self._publish(MOVING)
            self._control.waitPeriod(began)
        self._control.servoStop(STOP_RATE)

    def _grip(self, command: str) -> str:
        """Send the fingers where they are to go, and wait until they rest; a silent gripper is refused."""
        if self._hand is None:
            return "refused there is no gripper"
        _, *values = command.split()
        width, speed = float(values[0]), float(values[1]) / self._fastest
        force = float(values[2]) / self._strongest if len(values) > 2 else 1.0
        try:
            self._hand.start(width, speed, force)
            time.sleep(0.02)
            while not self._hand.resting():
                self._publish(None)
                if self._host.command(self._period) == b"stop":
                    self._hand.stop()
                    return "stopped"
        except CommsLost as error:
            return f"refused {error.message}"
        return "ended"

    def _recovered(self) -> str:
        """Release a protective stop and take control again."""
        if self._code() == PROTECTIVE:
            while time.monotonic() < self._stopped_at + PROTECTIVE_PAUSE_S:
                self._publish(None)
                time.sleep(0.02)
            self._dashboard.closeSafetyPopup()
            self._dashboard.unlockProtectiveStop()
            until = time.monotonic() + RECOVER_S
            while self._code() == PROTECTIVE and time.monotonic() < until:
                self._publish(None)
                time.sleep(0.02)
        until = time.monotonic() + TOLD_S
        while self._code() != IDLE:
            if time.monotonic() > until:
                return f"refused {self._told()}"
            self._publish(None)
            time.sleep(0.02)
        if self._control is None:
            self._take_control()
        elif not self._control.isProgramRunning():
            self._control.reuploadScript()
        self._standing = IDLE
        return "recovered"

    def _ended_by_robot(self) -> str:
        until = time.monotonic() + TOLD_S
        while self._code() == IDLE and time.monotonic() < until:
            time.sleep(0.005)
        code = self._code()
        if code == PROTECTIVE:
            self._stopped_at = time.monotonic()
        if code in (PROTECTIVE, EMERGENCY):
            return f"reflex {self._told()}"
        return "refused the control script has ended" if code == IDLE else f"refused {self._told()}"

    def _code(self) -> int:
        if self._receive.isEmergencyStopped():
            return EMERGENCY
        if self._receive.isProtectiveStopped():
            return PROTECTIVE
        return IDLE if self._receive.getRobotMode() == 7 else NOT_READY

    def _told(self) -> str:
        return f"{self._dashboard.robotmode()}, {self._dashboard.safetystatus()}"

    def _publish(self, mode: int | None) -> None:
        """The state; its host time is that when the robot's clock was last seen to advance, since ur_rtde goes on
        giving the last values when the robot is gone."""
        stamp, now = float(self._receive.getTimestamp()), time.monotonic()
        if stamp != self._clock[0]:
            self._clock = (stamp, now)
        code = self._code()
        if code == PROTECTIVE and not self._stopped_at:
            self._stopped_at = now
        if self._hand is not None and mode is None:
            self._width = np.nan
            with contextlib.suppress(CommsLost):
                self._width = self._hand.width()
        if code != IDLE:
            self._standing = code
        code = self._standing
        state = (*self._receive.getActualQ(), *self._receive.getActualQd(), stamp)
        code = mode if mode is not None and code == IDLE else code
        self._host.publish(*state, code, self._clock[1], self._width)


if __name__ == "__main__":
    serve(lambda _: 2 * DOF + 4, ArmProcess)
