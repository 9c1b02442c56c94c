"""`Arm` over a driver in a process of its own. No call waits longer than its deadline, whatever the driver does."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.failures import (
    BadArgument,
    CommsLost,
    Failure,
    FailureReport,
    HardwareFault,
    LimitExceeded,
    Stopped,
    from_report,
)
from primitives.robot import ArmInfo, ArmMode, ArmState, MotionLimits, MotionResult
from primitives.robots.ending import EndsOnce
from primitives.robots.process import wire

STALE_S = 0.25
"""Age in s of a state from which the driver counts as silent."""
ANSWER_S = 1.0
"""Host time in s within which a driver has to accept or refuse a motion."""
RECOVER_S = 15.0
"""The same for recovering, which may take brakes and a new connection."""
CLOSE_S = 2.0
BEAT_S = 0.1
POLL_S = 0.02
STOPPING_S = 1.0
"""What a driver may take to brake and to say so."""
SEND_S = 0.02
"""What sending may take; a driver process that does not read is lost."""
FOREVER_S = 3600.0
"""What the driver is told to wait for a motion at most: the host keeps the real deadline."""


class ProcessArm:
    """An arm whose driver is made by `factory` in another process.

    Args:
        info: description of the arm.
        factory: "package.module:function", which takes `info` and `options` and returns an `Arm`; imported in the
            driver's process alone.
        options: keyword arguments of the factory: plain values.
        stale_s: age in s from which a state counts as none.
        python: interpreter of the driver's process; this one's when left out.
    """

    def __init__(
        self,
        info: ArmInfo,
        factory: str,
        options: Mapping[str, object] | None = None,
        *,
        stale_s: float = STALE_S,
        python: str | None = None,
    ) -> None:
        self.info = info
        self._factory = factory
        self._options = dict(options or {})
        self._stale_s = stale_s
        self._python = python or sys.executable
        self._process: subprocess.Popen[bytes] | None = None
        self._link: wire.Link | None = None
        self._changed = threading.Condition()
        self._state: ArmState | None = None
        self._unread: FailureReport | None = None
        self._answers: dict[int, wire.Answered | wire.Connected | wire.Raised] = {}
        self._endings: dict[int, wire.Ended | wire.Failed] = {}
        self._number = wire.CONNECTED
        self._stopped = False
        self._faults: tuple[str, ...] = ()
        self._over = threading.Event()

    @property
    def pid(self) -> int | None:
        """Of the driver's process, while there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def processes(self) -> tuple[int, ...]:
        """`pid`, while there is one."""
        return (self._process.pid,) if self._process is not None else ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What the driver offers to be tested with."""
        return self._faults

    def inject(self, fault: str) -> None:
        """Have the driver bring about one of `faults`, until `mend`."""
        self._call(lambda number: wire.Inject(number, fault), "inject a fault")

    def mend(self) -> None:
        """What the driver brought about is over. No effect on a driver that offers no faults, or is gone."""
        if self._faults:
            with contextlib.suppress(CommsLost, HardwareFault):
                self._call(lambda number: wire.Inject(number, None), "mend a fault")

    def _call(self, message: Callable[[int], wire.FromHost], what: str, timeout_s: float = ANSWER_S) -> None:
        number = self._next()
        self._send(message(number))
        self._await(number, timeout_s, what)

    def connect(self, timeout_s: float) -> None:
        """Start the process, and have the driver connect; an earlier process ends first.

        Raises:
            CommsLost: it did not connect in time.
            HardwareFault: the driver refused, or broke.
        """
        self.close()
        ours, theirs = socket.socketpair()
        ours.settimeout(SEND_S)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path)}
        with theirs:
            self._process = subprocess.Popen(
                [self._python, "-m", "primitives.robots.process.driver_side", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=environment,
                stdin=subprocess.DEVNULL,
            )
        self._link, self._over = wire.Link(ours), threading.Event()
        with self._changed:
            self._answers.clear()
            self._endings.clear()
            self._state = self._unread = None
            self._stopped = False
        for work in (self._read, self._beat):
            threading.Thread(target=work, args=(self._link, self._over), name="driver-link", daemon=True).start()
        try:
            self._send(wire.Connect(self._factory, wire.packed(self.info), self._options, timeout_s))
            answer = self._await(wire.CONNECTED, timeout_s, "connect")
            self._faults = answer.faults if isinstance(answer, wire.Connected) else ()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the driver's process. Idempotent, never raises."""
        process, link = self._process, self._link
        self._process = self._link = None
        self._over.set()
        if link is not None:
            with contextlib.suppress(OSError):
                link.send(wire.Close())
        if process is not None:
            try:
                process.wait(CLOSE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if link is not None:
            link.close()

    def state(self) -> ArmState:
        """The latest state; never blocks.

        Raises:
            CommsLost: it is stale, or the connection is closed.
            HardwareFault: the driver's process died.
        """
        self._check_alive()
        with self._changed:
            state, unread = self._state, self._unread
        if unread is not None:
            raise from_report(unread)
        age = time.monotonic() - state.received if state is not None else float("inf")
        if state is None or age > self._stale_s:
            raise CommsLost(
                f"{self.info.name} has told nothing of itself for {age:.2f} s",
                expected=f"a state at most {self._stale_s:g} s old",
                hint="Look at the robot, its network and its controller, then recover.",
            )
        if not (np.all(np.isfinite(state.q)) and np.all(np.isfinite(state.dq))):
            raise CommsLost(f"{self.info.name} tells joint positions that are no numbers: {state.q.tolist()}")
        if self._stopped and state.mode in (ArmMode.IDLE, ArmMode.MOVING):
            return replace(state, mode=ArmMode.STOPPED)
        return state

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> ProcessMotion:
        """Start along `path` (N, dof) rad; see `Arm.start_joint_path`."""
        points = self._checked(path)
        number = self._next()
        rows = (limits.velocity.tolist(), limits.acceleration.tolist(), limits.jerk.tolist())
        return self._begin(number, wire.StartPath(number, points.tolist(), *rows, FOREVER_S))

    def start_gripper(self, width: float, speed: float, force: float) -> ProcessMotion:
        """Start the hand; see `Arm.start_gripper`."""
        number = self._next()
        return self._begin(number, wire.StartGripper(number, float(width), float(speed), float(force), FOREVER_S))

    def stop(self) -> None:
        """Have the driver stop the arm, and take no motion until `recover`. Returns at once, from any thread."""
        self._stopped = True
        with self._changed:
            self._changed.notify_all()
        with contextlib.suppress(Failure):  # who waits is told, and the driver stops when nobody is left
            self._send(wire.Stop())

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop; with `operator_ack` a protective stop or a fault too, and a lost driver is started anew."""
        try:
            self.state()
        except (CommsLost, HardwareFault):
            if not operator_ack:
                raise
            self.connect(RECOVER_S)
        self._call(lambda number: wire.Recover(number, operator_ack), "recover", RECOVER_S)
        recovered = time.monotonic()
        with self._changed:  # what the arm was before is over
            self._changed.wait_for(lambda: self._state is not None and self._state.received > recovered, ANSWER_S)
        self._stopped = False

    def lost(self) -> Failure | None:
        """Why nothing more can be expected of the driver now; None while it tells of itself."""
        try:
            self.state()
        except Failure as failure:
            return failure
        return None

    def ending(self, number: int, timeout_s: float) -> wire.Ended | wire.Failed | None:
        """How the motion ended; None where it has not within `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: number in self._endings, timeout_s)
            return self._endings.pop(number, None)

    @property
    def stop_requested(self) -> bool:
        """Whether `stop` was called and not recovered from."""
        return self._stopped

    def cancel(self, number: int) -> None:
        """Stop a motion along its path."""
        self._send(wire.Cancel(number))

    def _begin(self, number: int, message: wire.StartPath | wire.StartGripper) -> ProcessMotion:
        self.state()
        if self._stopped:
            raise Stopped("the arm was stopped and takes no motion", hint="recover it first")
        self._send(message)
        self._await(number, ANSWER_S, "start a motion")
        return ProcessMotion(self, number)

    def _checked(self, path: NDArray[np.float64]) -> NDArray[np.float64]:
        points = np.asarray(path, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != self.info.dof or not np.all(np.isfinite(points)):
            raise BadArgument(f"a joint path has shape (N, {self.info.dof}) and finite values, got {points.shape}")
        return points

    def _next(self) -> int:
        with self._changed:
            self._number += 1
            return self._number

    def _send(self, message: wire.FromHost) -> None:
        link = self._link
        self._check_alive()
        try:
            if link is not None:
                link.send(message)
        except OSError as error:
            raise CommsLost(f"the driver of {self.info.name} takes no message: {error}") from error

    def _await(self, number: int, timeout_s: float, what: str) -> wire.Answered | wire.Connected:
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while number not in self._answers:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise CommsLost(
                        f"the driver of {self.info.name} did not {what} within {timeout_s:g} s",
                        hint="Look at the robot, its network and its controller.",
                    )
                self._changed.wait(min(left, 0.05))
                if number not in self._answers:
                    self._check_alive()
            answer = self._answers.pop(number)
        if isinstance(answer, wire.Raised):
            raise from_report(answer.failure)
        return answer

    def _check_alive(self) -> None:
        process = self._process
        if process is None:
            raise CommsLost(f"the connection to {self.info.name} is closed", hint="call connect first")
        status = process.poll()
        if status is not None:
            how = signal.Signals(-status).name if status < 0 else f"status {status}"
            raise HardwareFault(
                f"the driver process of {self.info.name} ended with {how}",
                hint="Look at the robot, then recover: the driver is started anew.",
            )

    def _read(self, link: wire.Link, over: threading.Event) -> None:
        try:
            while not over.is_set():
                message = link.receive_from_driver()
                with self._changed:
                    self._take(message)
                    self._changed.notify_all()
        except (EOFError, msgspec.MsgspecError):
            with self._changed:
                self._changed.notify_all()

    def _take(self, message: wire.FromDriver) -> None:
        match message:
            case wire.State():
                self._note(message)
            case wire.Unread(failure=failure):
                self._unread = failure
            case wire.Answered(number=number) | wire.Connected(number=number):
                self._answers[number] = message
            case wire.Raised(number=number):
                self._answers[number] = message
            case wire.Ended(number=number):
                self._note(message.state)  # whoever is told of the end finds the arm as it was then, or later
                self._endings[number] = message
            case wire.Failed(number=number):
                self._endings[number] = message

    def _note(self, state: wire.State) -> None:
        if self._state is None or state.received >= self._state.received:
            self._state, self._unread = state.state(), None

    def _beat(self, link: wire.Link, over: threading.Event) -> None:
        while not over.wait(BEAT_S):
            try:
                link.send(wire.Beat())
            except OSError:
                return


class ProcessMotion(EndsOnce):
    """A motion that the driver carries out."""

    def __init__(self, arm: ProcessArm, number: int) -> None:
        super().__init__()
        self._arm = arm
        self._number = number

    def cancel(self) -> None:
        """Stop along the path. No effect once it has ended."""
        if self._outcome is None:
            self._arm.cancel(self._number)

    def _ended(self, timeout_s: float) -> MotionResult:
        arm, deadline, stopping = self._arm, time.monotonic() + timeout_s, 0.0
        while True:
            ending = arm.ending(self._number, POLL_S)
            if isinstance(ending, wire.Failed):
                raise from_report(ending.failure)
            if ending is not None:
                if arm.stop_requested:
                    raise Stopped("the arm was stopped", hint="recover it before the next motion")
                return MotionResult(ending.state.state(), ending.reached, ending.duration, ending.reason)
            if (lost := arm.lost()) is not None:
                with contextlib.suppress(CommsLost, HardwareFault):  # so that it ends where it is heard again
                    arm.cancel(self._number)
                raise lost
            now = time.monotonic()
            if arm.stop_requested:
                stopping = stopping or now
                if now - stopping > STOPPING_S:  # a driver that never says how the stop went keeps nobody waiting
                    raise Stopped("the arm was told to stop, and its driver does not say that it did")
            elif now > deadline:
                arm.cancel(self._number)
                arm.ending(self._number, STOPPING_S)
                raise LimitExceeded(f"the motion did not end within {timeout_s:g} s; it was cancelled")
