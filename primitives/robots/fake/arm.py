"""An arm without physics that behaves as a real one has to: it takes its time, keeps its tolerance, and can fail."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from primitives.failures import (
    BadArgument,
    CommsLost,
    Failure,
    HardwareFault,
    LimitExceeded,
    ProtectiveStop,
    Stopped,
)
from primitives.motion.planning.time_parametrization import time_path
from primitives.robot import ArmInfo, ArmMode, ArmState, MotionLimits, MotionResult
from primitives.robots.fake.description import arm_info
from primitives.robots.joint_path import checked_path

STALE_S = 1.0
"""Age of a state in s from which the arm counts as silent; its thread shares a processor with everything else."""
TICK_S = 0.005
"""Between two states, in the arm's own time."""
BRAKE_S = 0.05
DROOP = 2e-4
"""rad by which it stays short of where it was sent."""

Fault = Literal[
    "freeze", "corrupt", "drop", "estop", "protective_stop", "fault", "stuck_joint", "silent_gripper", "hang"
]
"""freeze: it tells nothing of itself any more. corrupt: its states are no numbers. drop: the connection is gone.
estop: somebody pressed the button. protective_stop and fault: it says so itself. stuck_joint: a joint does not move.
silent_gripper: the hand never says that it is done. hang: `stop` does not return."""


@dataclass(slots=True)
class _Motion:
    """What is under way, in the arm's own time."""

    kind: Literal["path", "hand"]
    began: float
    duration: float
    at: Callable[[float], NDArray[np.float64]]
    """Joints (dof,) in rad, or the width as (1,), so long after the beginning."""
    done: threading.Event
    outcome: MotionResult | Failure | None = None
    braking: float | None = None
    """When it was told to end."""
    cancelled: bool = False


class FakeArm:
    """Moves in a thread of its own, `speed` times as fast as a clock on the wall.

    Args:
        info: description; the fake arm's own when left out.
        speed: seconds of the arm in a second of the host.
        on_move: is told joints and width whenever they changed, from the arm's thread.
        between: how far apart, in m, the fingers are held by what is between them; they close whole when left out.
    """

    def __init__(
        self,
        info: ArmInfo | None = None,
        *,
        speed: float = 1.0,
        on_move: Callable[[NDArray[np.float64], float], None] | None = None,
        between: Callable[[NDArray[np.float64], float, float], float] | None = None,
    ) -> None:
        self.info = info or arm_info()
        self._speed = speed
        self._on_move = on_move
        self._between = between
        self._lock = threading.RLock()
        self._q = self.info.home.copy()
        self._dq = np.zeros(self.info.dof)
        self._width = self.info.gripper.max_width
        self._commanded = self._width
        self._mode = ArmMode.IDLE
        self._fault = ""
        self._motion: _Motion | None = None
        self._state: ArmState | None = None
        self._began = time.monotonic()
        self._faults: set[str] = set()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def connect(self, timeout_s: float) -> None:
        """Start the arm. Raises CommsLost where the connection was dropped and not mended."""
        if "drop" in self._faults:
            raise CommsLost(f"the fake arm did not answer within {timeout_s:g} s")
        if self._thread is not None and self._thread.is_alive():
            return
        self._closing = threading.Event()
        self._measure()
        self._thread = threading.Thread(target=self._run, args=(self._closing,), name="fake-arm", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the arm."""
        self._closing.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)
        self._thread = None

    @property
    def faults(self) -> tuple[str, ...]:
        """What `inject` takes."""
        return get_args(Fault)

    def inject(self, fault: Fault | str) -> None:
        """Have something go wrong, until `mend`."""
        with self._lock:
            self._faults.add(fault)
            if fault in ("estop", "protective_stop", "fault"):
                words = {"estop": "emergency stop pressed", "fault": "joint 3: motor current"}
                self._fault = words.get(fault, "collision detected")
                self._mode = ArmMode.FAULT if fault == "fault" else ArmMode.PROTECTIVE_STOP
                kind = HardwareFault if fault == "fault" else ProtectiveStop
                self._end(kind(f"the fake arm stopped itself: {self._fault}", hint="Look at it, then recover it."))
            self._measure()

    def mend(self) -> None:
        """What was wrong is right again; the arm stays stopped until it is recovered."""
        with self._lock:
            self._faults.clear()

    def state(self) -> ArmState:
        """The latest state; see `Arm.state`."""
        if self._thread is None or "drop" in self._faults:
            raise CommsLost("the connection to the fake arm is closed", hint="call connect first")
        state = self._state
        age = time.monotonic() - state.received if state is not None else math.inf
        if state is None or age > STALE_S:
            raise CommsLost(f"the fake arm has told nothing of itself for {age:.2f} s")
        if not np.all(np.isfinite(state.q)):
            raise CommsLost("the fake arm tells joint positions that are no numbers")
        return state

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> FakeMotion:
        """Start along `path`; see `Arm.start_joint_path`."""
        with self._lock:
            state = self._ready()
            points = checked_path(path, self.info, state.q)
            timed = time_path(points, limits, step=TICK_S) if len(points) > 1 else None
            rows = timed.q if timed is not None else points
            duration = timed.duration if timed is not None else 0.0

            def at(t: float) -> NDArray[np.float64]:
                return rows[min(int(t / TICK_S), len(rows) - 1)]

            return self._start(_Motion("path", self._clock(), duration, at, threading.Event()))

    def start_gripper(self, width: float, speed: float, force: float) -> FakeMotion:
        """Start the fingers; see `Arm.start_gripper`."""
        hand = self.info.gripper
        for what, value, most in (
            ("width", width, hand.max_width),
            ("speed", speed, hand.max_speed),
            ("force", force, hand.max_force),
        ):
            if not 0.0 <= value <= most + 1e-9:
                raise BadArgument(f"gripper {what} is {value!r}; it is 0 to {most:g}")
        with self._lock:
            self._ready()
            start, goal = self._width, float(width)
            if goal < start and self._between is not None:
                goal = max(goal, min(start, self._between(self._q.copy(), start, goal)))
            self._commanded = float(width)
            duration = abs(goal - start) / max(speed, 1e-3)

            def at(t: float) -> NDArray[np.float64]:
                return np.array([goal if t >= duration else start + (goal - start) * t / duration])

            return self._start(_Motion("hand", self._clock(), duration, at, threading.Event()))

    def stop(self) -> None:
        """Brake along the path and hold."""
        if "hang" in self._faults:
            time.sleep(30.0)
        with self._lock:
            if self._motion is not None and self._motion.braking is None:
                self._motion.braking = self._clock()
            if self._mode in (ArmMode.IDLE, ArmMode.MOVING):
                self._mode = ArmMode.STOPPED
            self._measure()

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop; a protective stop or fault with `operator_ack`, and only once its cause is gone."""
        if self._thread is None or "drop" in self._faults:
            self.close()
            self.connect(1.0)
        with self._lock:
            if self._mode in (ArmMode.PROTECTIVE_STOP, ArmMode.FAULT):
                kind = HardwareFault if self._mode is ArmMode.FAULT else ProtectiveStop
                if not operator_ack:
                    raise kind(
                        f"the fake arm waits for an operator: {self._fault}", hint="look at it, then acknowledge"
                    )
                if self._faults & {"estop", "protective_stop", "fault"}:
                    raise kind(f"the fake arm still says: {self._fault}", hint="mend the cause first")
            self._end(Stopped("the motion was over when the arm was recovered"))
            self._mode, self._fault = ArmMode.IDLE, ""
            self._measure()

    def _ready(self) -> ArmState:
        state = self.state()
        if self._mode is ArmMode.FAULT:
            raise HardwareFault(f"the fake arm has a fault and takes no motion: {self._fault}", hint="recover it first")
        if self._mode is ArmMode.PROTECTIVE_STOP:
            raise ProtectiveStop(f"the fake arm stopped itself: {self._fault}", hint="recover it first")
        if self._mode is ArmMode.STOPPED:
            raise Stopped("the arm was stopped and takes no motion", hint="recover it first")
        if self._motion is not None:
            raise BadArgument("a motion is under way", hint="wait for it or cancel it first")
        return state

    def _start(self, motion: _Motion) -> FakeMotion:
        self._motion, self._mode = motion, ArmMode.MOVING
        return FakeMotion(self, motion)

    def end_now(self, motion: _Motion, *, cancelled: bool) -> None:
        """Have `motion` brake; asked for by its `FakeMotion`."""
        with self._lock:
            if self._motion is motion and motion.braking is None:
                motion.braking, motion.cancelled = self._clock(), cancelled

    def _clock(self) -> float:
        return (time.monotonic() - self._began) * self._speed

    def _run(self, closing: threading.Event) -> None:
        """The controller: advance what is under way, then measure."""
        while not closing.wait(TICK_S / max(1.0, self._speed)):
            if "freeze" in self._faults:
                continue
            with self._lock:
                if self._motion is not None:
                    self._advance(self._motion)
                self._measure()

    def _advance(self, motion: _Motion) -> None:
        now = self._clock()
        passed = now - motion.began
        if motion.braking is not None:
            passed = min(passed, motion.braking - motion.began + BRAKE_S / 2)  # comes to rest in BRAKE_S
        self._place(motion, motion.at(min(passed, motion.duration)))
        if motion.braking is not None and now - motion.braking >= BRAKE_S:
            self._measure()
            if motion.cancelled:
                self._end(self._result(motion, False, "cancelled"))
            else:
                self._end(Stopped("the arm was stopped", hint="recover it before the next motion"))
        elif motion.braking is None and passed >= motion.duration and not self._silent(motion):
            self._measure()
            off = float(np.abs(motion.at(motion.duration) - self._q).max()) if motion.kind == "path" else 0.0
            reached = off < 0.01
            self._end(self._result(motion, reached, "" if reached else f"a joint is {off:.3f} rad from its goal"))

    def _place(self, motion: _Motion, value: NDArray[np.float64]) -> None:
        if motion.kind == "hand":
            if not self._silent(motion):
                self._width = float(value[0])
        else:
            before, q = self._q, value.copy()
            if "stuck_joint" in self._faults:
                q[1] = before[1]
            q[1] -= 0.0 if "stuck_joint" in self._faults else DROOP
            self._dq, self._q = (q - before) / TICK_S, q
        if self._on_move is not None:
            self._on_move(self._q.copy(), self._width)

    def _silent(self, motion: _Motion) -> bool:
        return motion.kind == "hand" and "silent_gripper" in self._faults

    def _result(self, motion: _Motion, reached: bool, reason: str) -> MotionResult:
        assert self._state is not None
        return MotionResult(self._state, reached, self._clock() - motion.began, reason)

    def _end(self, outcome: MotionResult | Failure) -> None:
        motion, self._motion = self._motion, None
        if motion is None:
            return
        motion.outcome = outcome
        self._dq = np.zeros(self.info.dof)
        if self._mode is ArmMode.MOVING:
            self._mode = ArmMode.IDLE
        self._measure()
        if isinstance(outcome, MotionResult):
            assert self._state is not None
            motion.outcome = MotionResult(self._state, outcome.reached, outcome.duration, outcome.reason)
        motion.done.set()

    def _measure(self) -> None:
        hand = self.info.gripper
        q = self._q.copy() if "corrupt" not in self._faults else np.full(self.info.dof, math.nan)
        self._state = ArmState(
            q=q,
            dq=self._dq.copy(),
            gripper_width=self._width if hand.measures == "width" else math.nan,
            mode=self._mode,
            stamp=self._clock(),
            received=time.monotonic(),
            gripper_closed=self._width <= 1e-4 if hand.measures == "closed" else None,
            fault=self._fault,
        )


class FakeMotion:
    """A motion of the fake arm."""

    def __init__(self, arm: FakeArm, motion: _Motion) -> None:
        self._arm = arm
        self._motion = motion

    def wait(self, timeout_s: float) -> MotionResult:
        """Block until the motion ends; see `Motion.wait`."""
        deadline = time.monotonic() + timeout_s
        while not self._motion.done.wait(0.01):
            if time.monotonic() > deadline:
                self._arm.end_now(self._motion, cancelled=True)
                self._motion.done.wait(10 * BRAKE_S)
                raise LimitExceeded(f"the motion did not end within {timeout_s:g} s; it was cancelled")
            self._arm.state()  # a peer that says nothing any more is told at once
        outcome = self._motion.outcome
        if isinstance(outcome, Failure):
            raise outcome
        assert outcome is not None
        return outcome

    def cancel(self) -> None:
        """Stop along the path. No effect once it has ended."""
        self._arm.end_now(self._motion, cancelled=True)


def make(info: ArmInfo, *, speed: float = 1.0) -> FakeArm:
    """The factory for robot files and driver processes."""
    return FakeArm(info, speed=speed)
