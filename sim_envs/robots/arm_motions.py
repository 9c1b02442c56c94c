"""How a motion of the simulated arm runs: physics steps while somebody waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from primitives.failures import Failure, FailureKind, LimitExceeded, ProtectiveStop, Stopped
from primitives.robot import ArmMode, ArmState, MotionResult
from sim_envs.physics.world import STEP, World

TRACKING_LIMIT = 0.06
"""rad. A joint this far behind its command is held by something stronger than its motor: protective stop."""
ARRIVED = 0.001
"""rad, per joint."""
SETTLE_STEPS = 60
"""How long the arm may take to arrive once the path has ended."""
BRAKE_STEPS = 30
"""How long it takes to stop along the path."""
STALL_STEPS = 12
"""Fingers that have not moved for so long are closed on something, or blocked."""


class _Owner(Protocol):
    def state(self) -> ArmState: ...

    def enter(self, mode: ArmMode) -> None: ...


@dataclass(frozen=True, slots=True)
class Follow:
    """Joint positions and velocities, one row per physics step."""

    q: list[list[float]]
    dq: list[list[float]]


@dataclass(frozen=True, slots=True)
class Squeeze:
    """Where the fingers go: m, m/s of width, N."""

    width: float
    speed: float
    force: float


class SimMotion:
    """A motion under way. It moves while `wait` runs, and can be ended from any thread."""

    def __init__(self, owner: _Owner, world: World, plan: Follow | Squeeze) -> None:
        self._owner = owner
        self._world = world
        self._plan = plan
        self._interrupt: ArmMode | None = None
        self._outcome: MotionResult | Failure | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._outcome is not None

    @property
    def stop_requested(self) -> bool:
        """Whether `request_stop` was called, in time or not."""
        return self._interrupt is ArmMode.STOPPED

    def cancel(self) -> None:
        """Stop along the path; `wait` reports that the end was not reached."""
        self._interrupt = self._interrupt or ArmMode.IDLE

    def request_stop(self) -> None:
        """Stop along the path; `wait` raises Stopped."""
        self._interrupt = ArmMode.STOPPED

    def abandon(self) -> None:
        """Hold where the arm is: nobody is going to wait for the end."""
        if self._outcome is None:
            q, _ = self._world.joints()
            self._world.drive(q, [0.0] * len(q))
            self._outcome = Stopped("the motion was given up", hint="recover the arm before the next motion")

    def wait(self, timeout_s: float) -> MotionResult:
        """Run physics until the motion ends; see `Motion.wait`."""
        if self._outcome is None:
            started = self._world.time
            last = self._world.steps + max(0, round(timeout_s / STEP))
            try:
                plan = self._plan
                reached, reason = self._follow(plan, last) if isinstance(plan, Follow) else self._squeeze(plan, last)
                if self.stop_requested:
                    raise Stopped("the arm was stopped", hint="recover it before the next motion")
                self._owner.enter(ArmMode.IDLE)
                self._outcome = MotionResult(self._owner.state(), reached, self._world.time - started, reason)
            except Failure as failure:
                self._owner.enter(_MODES.get(failure.kind, ArmMode.IDLE))
                self._outcome = failure
            except BaseException:  # Ctrl-C in the midst of it: nobody waits any more, so no time passes for it
                self.abandon()
                raise
        if isinstance(self._outcome, Failure):
            raise self._outcome
        return self._outcome

    def _follow(self, plan: Follow, last: int) -> tuple[bool, str]:
        world, rows = self._world, len(plan.q)
        for i in range(rows):
            if self._interrupt is not None or world.steps >= last:
                self._brake(plan, i)
                if self._interrupt is None:
                    raise LimitExceeded(
                        f"the motion did not end within its time limit; {(rows - i) * STEP:.2f} s were left"
                    )
                return False, "cancelled"
            world.drive(plan.q[i], plan.dq[i])
            world.step()
            if i % 4 == 0:
                self._check_tracking(plan.q[i])
        return self._settle(plan.q[-1])

    def _settle(self, goal: list[float]) -> tuple[bool, str]:
        world = self._world
        world.drive(goal, [0.0] * len(goal))
        for _ in range(SETTLE_STEPS):
            q, dq = world.joints()
            if all(abs(a - b) < ARRIVED for a, b in zip(q, goal, strict=True)) and max(map(abs, dq)) < 0.01:
                return True, ""
            world.step()
        q, _ = world.joints()
        errors = [abs(a - b) for a, b in zip(q, goal, strict=True)]
        worst = max(range(len(errors)), key=errors.__getitem__)
        if errors[worst] < ARRIVED:
            return True, ""
        return False, f"joint {worst + 1} ended {errors[worst]:.4f} rad from its goal"

    def _brake(self, plan: Follow, row: int) -> None:
        world, at = self._world, float(max(row - 1, 0))
        for k in range(BRAKE_STEPS):
            rate = 1.0 - (k + 1) / BRAKE_STEPS
            at = min(at + rate, len(plan.q) - 1.0)
            low = int(at)
            high, part = min(low + 1, len(plan.q) - 1), at - low
            q = [(1 - part) * a + part * b for a, b in zip(plan.q[low], plan.q[high], strict=True)]
            world.drive(q, [rate * v for v in plan.dq[low]])
            world.step()

    def _check_tracking(self, command: list[float]) -> None:
        q, _ = self._world.joints()
        errors = [abs(a - b) for a, b in zip(q, command, strict=True)]
        if max(errors) > TRACKING_LIMIT:
            self._world.drive(q, [0.0] * len(q))
            worst = max(range(len(errors)), key=errors.__getitem__)
            raise ProtectiveStop(
                f"joint {worst + 1} met resistance and the arm stopped itself",
                expected=f"within {TRACKING_LIMIT} rad of the commanded path",
                measured=f"{errors[worst]:.3f} rad behind",
                hint="something is in the way; plan around it",
            )

    def _squeeze(self, plan: Squeeze, last: int) -> tuple[bool, str]:
        world = self._world
        closing = plan.width < world.width()
        world.grip(plan.width, plan.speed, plan.force)
        still, before = 0, world.width()
        while True:
            if self._interrupt is not None:
                world.grip(world.width(), plan.speed, plan.force)
                world.step()
                return False, "cancelled"
            if world.steps >= last:
                world.grip(world.width(), plan.speed, plan.force)
                raise LimitExceeded(f"the gripper did not end within its time limit; it is at {world.width():.4f} m")
            world.step()
            now = world.width()
            still = still + 1 if abs(now - before) < 2e-5 else 0
            before = now
            if abs(now - plan.width) < 5e-4 and still >= 2:
                return True, ""
            if still >= STALL_STEPS:
                if closing:
                    return True, f"closed on something {now:.4f} m wide"
                return False, f"the fingers are blocked at {now:.4f} m"


_MODES = {FailureKind.STOPPED: ArmMode.STOPPED, FailureKind.PROTECTIVE_STOP: ArmMode.PROTECTIVE_STOP}
