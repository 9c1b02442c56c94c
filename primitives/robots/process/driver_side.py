"""The process that holds the driver: `python -m primitives.robots.process.driver_side FD`.

No call of the driver keeps another waiting: states are published by a thread of their own, every motion is waited for
in one, and a stop is given in one. When the host hangs up, or says nothing for `SILENCE_S` while the arm moves, the arm
is stopped.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from primitives.failures import CommsLost, Failure, FailureReport, HardwareFault
from primitives.robot import Arm, ArmMode, Motion
from primitives.robots.process import wire

PERIOD_S = 0.01
"""Between two states."""
SILENCE_S = 0.5
"""Host time in s without a word from the host after which a moving arm is stopped."""
STOPPING_S = 1.0
"""What a driver may take to stop its arm when the host is gone, before its process ends all the same."""


class DriverSide:
    """Carries out what the host asks for."""

    def __init__(self, link: wire.Link) -> None:
        self._link = link
        self._arm: Arm | None = None
        self._motions: dict[int, Motion] = {}
        self._heard = time.monotonic()
        self._ending = threading.Event()

    def serve(self) -> None:
        """Until the host closes, or hangs up."""
        try:
            while True:
                message = self._link.receive_from_host()
                self._heard = time.monotonic()
                if isinstance(message, wire.Close):
                    if self._motions:  # nobody is left to wait for it
                        self._in_thread(self._stop).join(STOPPING_S)
                    break
                self._carry_out(message)
        except EOFError:
            self._in_thread(self._stop).join(STOPPING_S)
        self._ending.set()
        if self._arm is not None:
            self._in_thread(self._arm.close).join(STOPPING_S)

    def _carry_out(self, message: wire.FromHost) -> None:
        match message:
            case wire.Connect():
                self._in_thread(lambda: self._connect(message))
            case wire.StartPath(number=number):
                self._in_thread(lambda: self._move(number, message.timeout_s, lambda arm: self._path(arm, message)))
            case wire.StartGripper(number=number, width=width, speed=speed, force=force):
                start: Callable[[Arm], Motion] = lambda arm: arm.start_gripper(width, speed, force)  # noqa: E731
                self._in_thread(lambda: self._move(number, message.timeout_s, start))
            case wire.Cancel(number=number):
                motion = self._motions.get(number)
                if motion is not None:
                    self._in_thread(motion.cancel)
            case wire.Stop():
                self._in_thread(self._stop)
            case wire.Recover(number=number, operator_ack=ack):
                self._in_thread(lambda: self._answer(number, lambda: self._connected().recover(operator_ack=ack)))
            case wire.Inject(number=number, fault=fault):
                self._in_thread(lambda: self._answer(number, lambda: self._inject(fault)))
            case _:
                pass

    def _connect(self, message: wire.Connect) -> None:
        try:
            module, _, name = message.factory.partition(":")
            make = getattr(importlib.import_module(module), name)
            arm = self._arm = cast(Arm, make(wire.unpacked(message.info), **message.options))
            arm.connect(message.timeout_s)
            self._publish_one(arm)
        except Exception as error:  # the driver's own as well
            self._tell(wire.Raised(wire.CONNECTED, _report(error)))
            return
        faults = tuple(str(fault) for fault in getattr(arm, "faults", ()))
        self._tell(wire.Connected(wire.CONNECTED, faults))
        self._in_thread(self._publish)

    def _inject(self, fault: str | None) -> None:
        arm: Any = self._connected()
        if fault is None:
            arm.mend()
        else:
            arm.inject(fault)

    def _path(self, arm: Arm, message: wire.StartPath) -> Motion:
        import numpy as np

        return arm.start_joint_path(np.array(message.path, dtype=np.float64), wire.limits_of(message))

    def _move(self, number: int, timeout_s: float, start: Callable[[Arm], Motion]) -> None:
        try:
            motion = self._motions[number] = start(self._connected())
        except Exception as error:  # the driver's own as well
            self._tell(wire.Raised(number, _report(error)))
            return
        self._tell(wire.Answered(number))
        try:
            result = motion.wait(timeout_s)
            self._tell(
                wire.Ended(
                    number,
                    wire.State.of(result.state),
                    bool(result.reached),
                    float(result.duration),
                    str(result.reason),
                )
            )
        except Exception as error:
            self._tell(wire.Failed(number, _report(error)))
        finally:
            self._motions.pop(number, None)

    def _answer(self, number: int, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self._tell(wire.Raised(number, _report(error)))
        else:
            self._tell(wire.Answered(number))

    def _publish(self) -> None:
        """Send states until the end; a driver that cannot read its arm is told once, and tried again."""
        arm, unread = self._connected(), False
        while not self._ending.wait(PERIOD_S):
            try:
                mode = self._publish_one(arm)
                unread = False
            except Exception as error:
                if not unread:
                    self._tell(wire.Unread(_report(error)))
                unread = True
                continue
            if mode is ArmMode.MOVING and time.monotonic() - self._heard > SILENCE_S:
                self._in_thread(self._stop)

    def _publish_one(self, arm: Arm) -> ArmMode:
        state = arm.state()
        self._tell(wire.State.of(state))
        return state.mode

    def _connected(self) -> Arm:
        if self._arm is None:
            raise CommsLost("the driver is not connected")
        return self._arm

    def _stop(self) -> None:
        if self._arm is not None:
            self._arm.stop()

    def _tell(self, message: wire.FromDriver) -> None:
        with suppress(OSError):  # the host is gone, which the reader notices
            self._link.send(message)

    def _in_thread(self, work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread


def _report(error: Exception) -> FailureReport:
    if isinstance(error, Failure):
        return error.report()
    return HardwareFault(f"the driver broke: {type(error).__name__}: {error}").report()


def main() -> None:
    """Serve the host behind the inherited descriptor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal; the host decides
    os.setpgid(0, 0)
    DriverSide(wire.Link(socket.socket(fileno=int(sys.argv[1])))).serve()
    os._exit(0)  # whatever threads a vendor's library has left


if __name__ == "__main__":
    main()
