"""`Arm` over a vendor's library that streams joint positions in a process of its own; what all such drivers share.

The child (`Streaming.arm`) publishes its state and takes b"path" + float64 (N, dof), one row a tick, b"recover"
and hand commands; it answers "ended", "stopped", "reflex WHY", "refused WHY", "recovered" or "dead WHY".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.failures import BadArgument, CommsLost, HardwareFault, ProtectiveStop, Stopped
from primitives.motion.planning.time_parametrization import time_path
from primitives.robot import ArmInfo, ArmMode, ArmState, MotionLimits
from primitives.robots.joint_path import STARTS_WITHIN, checked_path
from primitives.robots.streamed_motion import HandMotion, PathMotion
from primitives.robots.vendor_process import VendorProcess

HAND_SLOTS = 2
ORDINARY = {0: (ArmMode.IDLE, ""), 1: (ArmMode.MOVING, "")}
"""Mode codes of every child."""
STALE_S = 0.25
"""Age of a state from which on nobody answers."""
BRAKED_S = 2.0
"""Host time in which a braked motion has ended."""
RECOVERED_S = 5.0


@dataclass(frozen=True, slots=True)
class Streaming:
    """What differs between vendors."""

    name: str
    """Of the driver and of its extra."""
    needs: tuple[str, ...]
    """Modules that the extra installs."""
    arm: str
    """Module that is run as the arm's process. Its state: q (dof) rad, dq (dof) rad/s, robot's clock s, mode code,
    host's clock s, and, where there is no process of the hand, the width in m."""
    hand: str | None = None
    """Module that is run as the hand's process, which takes and answers hand commands in place of the arm's; its state:
    width in m, host's clock in s."""
    tick: float = 0.001
    """s between the rows of a path."""
    modes: Mapping[int, tuple[ArmMode, str]] = field(default_factory=dict[int, "tuple[ArmMode, str]"])
    """What a mode code means beside 0 idle and 1 moving, and what to tell of it."""
    arrived: float = 0.002
    """rad of the joint that is farthest from its end."""
    starts_within: float = STARTS_WITHIN
    """rad between the first row of a path and where the arm is."""
    hint: str = "Check cable, power and address."


class StreamedArm:
    """An arm behind a vendor's library.

    Args:
        info: description.
        streaming: of the vendor.
        host: address, for its process and for messages.
        arguments: further ones for the arm's process.
        slack: factor on all limits of host time, for a simulated controller that is slower than its robot.
    """

    def __init__(
        self, info: ArmInfo, streaming: Streaming, host: str, arguments: tuple[str, ...] = (), *, slack: float = 1.0
    ) -> None:
        self.info = info
        self._streaming, self._host, self._arguments, self._slack = streaming, host, arguments, slack
        self._arm: VendorProcess | None = None
        self._hand: VendorProcess | None = None
        self._stopped = False
        self._under_way: PathMotion | HandMotion | None = None
        self._lost = "the connection is closed"

    @property
    def processes(self) -> tuple[int, ...]:
        """Process ids of arm and hand, while connected."""
        return tuple(dict.fromkeys(p.pid for p in (self._arm, self._hand) if p is not None))

    def connect(self, timeout_s: float) -> None:
        """Start over, whatever became of the last connection. Raises CommsLost, ConfigurationError."""
        vendor = self._streaming
        missing = [name for name in vendor.needs if find_spec(name) is None]
        if missing:
            raise ConfigurationError(
                f"driver {vendor.name!r} needs {' and '.join(missing)}: pip install 'codepolicy[{vendor.name}]'"
            )
        self.close()
        deadline = time.monotonic() + timeout_s
        try:
            slots = 2 * self.info.dof + 3 + (vendor.hand is None)
            self._arm = VendorProcess(vendor.arm, (self._host, *self._arguments), slots)
            self._hand = self._arm if vendor.hand is None else VendorProcess(vendor.hand, (self._host,), HAND_SLOTS)
            while self._arm.state() is None or self._hand.state() is None:
                if time.monotonic() > deadline:
                    silent = "arm" if self._arm.state() is None else "hand"
                    raise CommsLost(f"no state of the {silent} within {timeout_s:g} s")
                time.sleep(0.005)
        except CommsLost as error:
            self.close()
            self._lost = error.message
            raise CommsLost(f"{self._host}: {error.message}", hint=vendor.hint) from error

    def close(self) -> None:
        """Let go of the arm; one in motion brakes. Idempotent, never raises."""
        for process in (self._arm, self._hand):
            if process is not None:
                process.close()
        self._arm = self._hand = self._under_way = None
        self._lost = "the connection is closed"

    def state(self) -> ArmState:
        """The latest state; never blocks. Raises CommsLost when it is stale."""
        arm, hand = self._processes()
        try:
            s, w = arm.state(), hand.state()
        except CommsLost as error:
            raise CommsLost(f"{self._host}: {error.message}") from error
        if s is None or w is None:
            raise CommsLost(f"{self._host}: no state yet")
        dof = self.info.dof
        if not np.all(np.isfinite(s[: 2 * dof])):
            raise CommsLost(f"{self._host}: its joint positions are no numbers: {s[:dof].tolist()}")
        stamp, code, received = (float(v) for v in s[2 * dof : 2 * dof + 3])
        width, heard = (float(s[2 * dof + 3]), received) if hand is arm else (float(w[0]), float(w[1]))
        for what, at in (("arm", received), ("hand", heard)):
            age = time.monotonic() - at
            if age > STALE_S * self._slack:
                raise CommsLost(f"{self._host}: no state of the {what} for {age:.2f} s")
        mode, why = ORDINARY.get(int(code)) or self._streaming.modes.get(int(code), (ArmMode.FAULT, "unknown mode"))
        if self._stopped and mode is ArmMode.IDLE:
            mode = ArmMode.STOPPED
        return ArmState(s[:dof], s[dof : 2 * dof], width, mode, stamp, received, fault=why)

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> PathMotion:
        """Stream `path` (N, dof) rad; see `Arm.start_joint_path`."""
        state = self._ready()
        vendor = self._streaming
        points = checked_path(path, self.info, state.q, starts_within=vendor.starts_within)
        timed = time_path(points, limits, step=vendor.tick)
        rows = np.ascontiguousarray(np.vstack([points[:1], timed.q]))
        self._processes()[0].send(b"path" + rows.tobytes())
        motion = self._under_way = PathMotion(self, points[-1], state.stamp)
        return motion

    def start_gripper(self, width: float, speed: float, force: float) -> HandMotion:
        """Open or close the hand; see `Arm.start_gripper`."""
        state = self._ready()
        hand = self.info.gripper
        for what, value, high in (
            ("width", width, hand.max_width),
            ("speed", speed, hand.max_speed),
            ("force", force, hand.max_force),
        ):
            if not 0.0 <= value <= high + 1e-9:
                raise BadArgument(f"gripper {what} is {value!r}; the {self.info.name} takes 0 to {high:g}.")
        command = f"move {width} {speed}" if width >= state.gripper_width else f"grasp {width} {speed} {force}"
        self._processes()[1].send(command.encode())
        motion = self._under_way = HandMotion(self, state.stamp, state.gripper_width)
        return motion

    def stop(self) -> None:
        """Brake along the path, and take no motion until `recover`. Callable from any thread, never blocks."""
        self._stopped = True
        self._brake()

    def heartbeat(self) -> None:
        """Nothing to do: both processes notice by their pipes that the host is gone."""

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop, or with `operator_ack` a reflex; reconnects where the connection was lost."""
        try:
            state = self.fresh()
        except CommsLost:
            self.connect(RECOVERED_S * self._slack)
            state = self.fresh()
        if state.mode is ArmMode.MOVING:
            state = self._braked()
        if state.mode in (ArmMode.PROTECTIVE_STOP, ArmMode.FAULT) and not operator_ack:
            raise ProtectiveStop(
                f"the arm is in a protective stop: {state.fault}", hint="Look at the robot, then acknowledge."
            )
        arm = self._processes()[0]
        self._forget_answers(arm)
        arm.send(b"recover")  # also after an ordinary stop: a controller may have ended what streams to it
        self.answer(arm, RECOVERED_S)
        state = self.fresh()
        if state.mode is ArmMode.PROTECTIVE_STOP:
            raise ProtectiveStop(f"the arm is still in a protective stop: {state.fault}")
        if state.mode is ArmMode.FAULT:
            raise HardwareFault(state.fault)
        self._stopped = False

    def _braked(self) -> ArmState:
        """The state at rest. Raises HardwareFault where the arm goes on."""
        self._brake()
        deadline = time.monotonic() + BRAKED_S * self._slack
        while (state := self.fresh()).mode is ArmMode.MOVING:
            if time.monotonic() > deadline:
                raise HardwareFault(f"{self._host}: the arm goes on moving")
        return state

    # For the motions

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    @property
    def arrived(self) -> float:
        """rad within which a path has reached its end."""
        return self._streaming.arrived

    @property
    def slack(self) -> float:
        """Factor on limits of host time."""
        return self._slack

    def answer(self, process: VendorProcess, timeout_s: float) -> str | None:
        """What `process` says, or None where it says nothing within `timeout_s` times the slack. Raises CommsLost."""
        deadline = time.monotonic() + timeout_s * self._slack
        while time.monotonic() < deadline:
            self.state()
            words = process.answer(0.02)
            if words is not None:
                return words
        return None

    def fresh(self) -> ArmState:
        """A state received after now. Raises CommsLost."""
        asked = time.monotonic()
        while True:
            state = self.state()
            hand = self._processes()[1].state()
            if state.received > asked and hand is not None and (self._hand is self._arm or float(hand[1]) > asked):
                return state
            if time.monotonic() > asked + STALE_S * self._slack:
                raise CommsLost(f"{self._host}: the state stands still")
            time.sleep(0.002)

    def both(self) -> tuple[VendorProcess, VendorProcess]:
        """Arm and hand. Raises CommsLost where there is no connection."""
        return self._processes()

    def brake_and_wait(self, process: VendorProcess) -> None:
        """Stop what moves, and wait for a while until it says so."""
        self._brake()
        self.answer(process, BRAKED_S)

    def _brake(self) -> None:
        for process in {self._arm, self._hand}:
            if process is not None:
                process.stop()

    def _ready(self) -> ArmState:
        state = self.state()
        if state.mode is ArmMode.PROTECTIVE_STOP:
            raise ProtectiveStop(f"the arm takes no motion: {state.fault}", hint="Look at the robot, then acknowledge.")
        if state.mode is ArmMode.FAULT:
            raise HardwareFault(state.fault)
        if self._stopped:
            raise Stopped("the arm was stopped and takes no motion", hint="Recover it first.")
        if state.mode is ArmMode.MOVING or (self._under_way is not None and not self._under_way.over()):
            raise BadArgument("a motion is under way", hint="Wait for it or cancel it first.")
        for process in self._processes():
            self._forget_answers(process)
        return state

    def _forget_answers(self, process: VendorProcess) -> None:
        """Of motions that nobody waited for."""
        while process.answer(0.0) is not None:
            pass

    def _processes(self) -> tuple[VendorProcess, VendorProcess]:
        if self._arm is None or self._hand is None:
            raise CommsLost(f"{self._host}: {self._lost}", hint="Connect first.")
        return self._arm, self._hand
