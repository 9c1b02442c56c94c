"""The arm's own process: streams joint positions at 1 kHz through pylibfranka, which holds the interpreter while it
waits, and is of no use any more once its peer was gone.

Commands: b"path" + float64 (N, 7), one row a millisecond · b"stop" brakes along the path · b"recover" leaves a reflex.
Answers: "ended", "stopped", "reflex WHY", "refused WHY", "recovered", "dead WHY".
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.robots.vendor_process import Abandoned, Host, serve

franka: Any = import_module("pylibfranka")

SLOTS = 17
"""q (7) rad, dq (7) rad/s, robot's clock s, mode, host's clock s."""
IDLE, MOVING, REFLEX, USER_STOP, OTHER = range(5)
BRAKE_MS = 150
"""To come to rest along the path."""
MODES = {
    franka.RobotMode.Idle: IDLE,
    franka.RobotMode.Move: MOVING,
    franka.RobotMode.Reflex: REFLEX,
    franka.RobotMode.UserStopped: USER_STOP,
}


class ArmProcess:
    """One connection to a controller."""

    def __init__(self, host: Host, arguments: list[str]) -> None:
        self._host = host
        (address,) = arguments
        self._robot: Any = franka.Robot(address, franka.RealtimeConfig.kIgnore)
        self._standing = IDLE
        """What stopped the arm and was not recovered from: the controller forgets a user stop once it is released."""

    def run(self) -> None:
        """Serve until the host is gone."""
        while True:
            self._publish(self._robot.read_once())
            command = self._host.command()
            if command is None or command == b"stop":  # which came after the end
                continue
            words = self._done(command)
            self._publish(
                self._robot.read_once()
            )  # so that the mode is that after the motion when the host hears of it
            self._host.say(words)

    def _done(self, command: bytes) -> str:
        """Do what is asked; what came of it."""
        try:
            if command.startswith(b"path"):
                return self._follow(np.frombuffer(command[4:], dtype=np.float64).reshape(-1, 7))
            if self._robot.read_once().robot_mode != franka.RobotMode.Idle:
                self._robot.automatic_error_recovery()
            self._standing = IDLE
            return "recovered"
        except franka.ControlException as error:
            mode = MODES.get(self._robot.read_once().robot_mode, OTHER)
            return f"{'refused' if mode == OTHER else 'reflex'} {error}"
        except franka.CommandException as error:
            return f"refused {error}"

    def _follow(self, path: NDArray[np.float64]) -> str:
        """Stream `path`; brake along it when told to, or when the host is gone."""
        control = self._robot.start_joint_position_control(franka.ControllerMode.JointImpedance)
        last = len(path) - 1.0
        at, rate, first, ended = 0.0, 1.0, True, "ended"
        while True:
            state, passed = control.readOnce()
            self._publish(state)
            step = 0 if first else round(passed.to_sec() * 1000)
            first = False
            if ended == "ended":
                try:
                    ended = "stopped" if self._host.command() == b"stop" else "ended"
                except Abandoned:
                    ended = "abandoned"
            if ended != "ended":
                rate = max(0.0, rate - step / BRAKE_MS)
            at = min(at + step * rate, last)
            low = int(at)
            row = path[low] if at >= last else path[low] + (at - low) * (path[low + 1] - path[low])
            command = franka.JointPositions(row.tolist())
            if at >= last or rate == 0.0:
                command.motion_finished = True
                control.writeOnce(command)
                return ended
            control.writeOnce(command)

    def _publish(self, state: Any) -> None:
        mode = MODES.get(state.robot_mode, OTHER)
        if mode not in (IDLE, MOVING):
            self._standing = mode
        mode = self._standing or mode
        self._host.publish(*state.q, *state.dq, state.time.to_sec(), mode, time.monotonic())


if __name__ == "__main__":
    serve(lambda _: SLOTS, ArmProcess)
