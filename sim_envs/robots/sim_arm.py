"""The simulated arm behind the `Arm` protocol: joint paths and a gripper, exactly what a real one offers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from primitives.failures import BadArgument, CommsLost, ProtectiveStop, Stopped
from primitives.motion.planning.time_parametrization import time_path
from primitives.robot import ArmInfo, ArmMode, ArmState, Motion, MotionLimits
from primitives.robots.joint_path import checked_path
from sim_envs.physics.world import STEP, World
from sim_envs.robots.arm_motions import Follow, SimMotion, Squeeze


class SimArm:
    """The arm of a world. Time passes only while a motion is waited for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mode = ArmMode.IDLE
        self._connected = True
        self._motion: SimMotion | None = None
        self._switching = threading.Lock()
        self.on_motion_end: Callable[[], None] | None = None

    @property
    def info(self) -> ArmInfo:
        """Limits and frames."""
        return self._world.arm.robot.info

    @property
    def mode(self) -> ArmMode:
        """What the arm is doing."""
        return self._mode

    def connect(self, timeout_s: float) -> None:  # noqa: ARG002
        """Open the connection; a simulated arm always answers."""
        self._connected = True

    def close(self) -> None:
        """Let go of the arm."""
        self._connected = False

    def state(self) -> ArmState:
        """The measured state."""
        self._check_connected()
        q, dq = self._world.joints()
        return ArmState(
            q=np.array(q),
            dq=np.array(dq),
            gripper_width=self._world.width(),
            mode=self._mode,
            stamp=self._world.time,
            received=time.monotonic(),
        )

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> Motion:
        """Start along `path` (N, dof) rad; see `Arm.start_joint_path`."""
        self._check_ready()
        points = checked_path(path, self.info, np.array(self._world.joints()[0]))
        timed = time_path(points, limits, step=STEP)
        return self._begin(SimMotion(self, self._world, Follow(timed.q.tolist(), timed.dq.tolist())))

    def start_hold(self, duration_s: float) -> Motion:
        """Start to hold still; see `Holds.start_hold`."""
        self._check_ready()
        q = list(self._world.joints()[0])
        steps = max(1, round(duration_s / STEP))
        return self._begin(SimMotion(self, self._world, Follow([q] * steps, [[0.0] * len(q)] * steps)))

    def start_gripper(self, width: float, speed: float, force: float) -> Motion:
        """Start the fingers towards `width` m; see `Arm.start_gripper`."""
        self._check_ready()
        gripper = self.info.gripper
        for name, value, low, high in (
            ("width", width, 0.0, gripper.max_width),
            ("speed", speed, 1e-4, gripper.max_speed),
            ("force", force, 0.1, gripper.max_force),
        ):
            if not low - 1e-9 <= value <= high + 1e-9:
                raise BadArgument(f"gripper {name} is {value!r}; the {self.info.name} takes {low:g} to {high:g}.")
        return self._begin(SimMotion(self, self._world, Squeeze(float(width), float(speed), float(force))))

    def stop(self) -> None:
        """Stop along the path and hold. Callable from any thread."""
        with self._switching:
            under_way = self._motion is not None and not self._motion.ended
            if self._motion is not None and under_way:
                self._motion.request_stop()
            if self._mode is ArmMode.IDLE or (self._mode is ArmMode.MOVING and not under_way):
                self._mode = ArmMode.STOPPED

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop; a protective stop only with `operator_ack`."""
        if self._mode is ArmMode.PROTECTIVE_STOP:
            if not operator_ack:
                raise ProtectiveStop(
                    "the arm is in a protective stop", hint="look at the robot, then recover with operator_ack=True"
                )
            q, _ = self._world.joints()
            self._world.drive(q, (0.0,) * len(q))
        if self._motion is not None:
            self._motion.abandon()
        self._mode = ArmMode.IDLE

    def every(self, period_s: float, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` each `period_s` of simulated time; returns what ends that."""
        world, steps = self._world, max(1, round(period_s / STEP))

        def after_step() -> None:
            if world.steps % steps == 0:
                listener()

        return world.after_each_step(after_step)

    def reset(self, mode: ArmMode = ArmMode.IDLE) -> None:
        """Forget the motion under way: the world was arranged or restored."""
        self._motion, self._mode = None, mode

    def enter(self, mode: ArmMode) -> None:
        """Called by a motion when it ends."""
        with self._switching:
            late = mode is ArmMode.IDLE and self._motion is not None and self._motion.stop_requested
            self._mode = ArmMode.STOPPED if late else mode
        if self.on_motion_end is not None:
            self.on_motion_end()

    def _begin(self, motion: SimMotion) -> Motion:
        with self._switching:
            self._refuse_stopped()  # it may have been stopped while the path was timed
            self._motion, self._mode = motion, ArmMode.MOVING
        return motion

    def _check_connected(self) -> None:
        if not self._connected:
            raise CommsLost("the simulated arm is closed", hint="call connect first")

    def _check_ready(self) -> None:
        self._check_connected()
        if self._mode is ArmMode.PROTECTIVE_STOP:
            raise ProtectiveStop("the arm is in a protective stop and takes no motion", hint="recover it first")
        self._refuse_stopped()
        if self._motion is not None and not self._motion.ended:
            raise BadArgument("a motion is under way", hint="wait for it or cancel it first")

    def _refuse_stopped(self) -> None:
        if self._mode is ArmMode.STOPPED:
            raise Stopped("the arm was stopped and takes no motion", hint="recover it first")
