"""Drivers with a fault each, made in a driver's process."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import numpy as np

from primitives.environment import TrialSpec
from primitives.failures import ProtectiveStop
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.robot import ArmInfo, ArmState, MotionLimits
from primitives.robots.fake.arm import FakeArm, FakeMotion


class Marked(FakeArm):
    """Writes down when it was stopped."""

    def __init__(self, info: ArmInfo, mark: str) -> None:
        super().__init__(info)
        self._mark = mark

    def stop(self) -> None:
        super().stop()
        with open(self._mark, "a") as file:  # noqa: PTH123
            file.write("stopped\n")


class Holding(FakeArm):
    """Holds the interpreter's lock for ever once a motion is to start, as some vendors' libraries do."""

    def start_joint_path(self, path, limits: MotionLimits) -> FakeMotion:
        import re

        re.match(r"(a+)+$", "a" * 40 + "b")  # one call of C that takes longer than anybody's life
        return super().start_joint_path(path, limits)


class Crashing(FakeArm):
    """Dies with the process when a motion starts."""

    def start_joint_path(self, path, limits: MotionLimits) -> FakeMotion:
        os.abort()


class Hanging(FakeArm):
    """Neither stops, nor recovers, nor closes."""

    def stop(self) -> None:
        time.sleep(60)

    def recover(self, *, operator_ack: bool) -> None:
        time.sleep(60)

    def close(self) -> None:
        time.sleep(60)


class Reflex(FakeArm):
    """Goes into a protective stop in the midst of every motion."""

    def start_joint_path(self, path, limits: MotionLimits) -> FakeMotion:
        import threading

        motion = super().start_joint_path(path, limits)
        threading.Timer(0.2, self.inject, ("protective_stop",)).start()
        return motion


class Refusing(FakeArm):
    def connect(self, timeout_s: float) -> None:
        raise ProtectiveStop("brakes are locked", hint="unlock them on the pendant")


class Mute(FakeArm):
    def connect(self, timeout_s: float) -> None:
        time.sleep(60)

    def state(self) -> ArmState:
        raise AssertionError


class Careless(FakeArm):
    """Takes any path and any width as something, and tells states that are seconds old."""

    def start_joint_path(self, path, limits: MotionLimits) -> FakeMotion:
        here = FakeArm.state(self).q
        return super().start_joint_path(np.array([here, here]), limits)

    def start_gripper(self, width: float, speed: float, force: float) -> FakeMotion:
        return super().start_gripper(0.01, 0.1, 1.0)

    def state(self) -> ArmState:
        return replace(super().state(), received=time.monotonic() - 5.0)


class Rash(FakeArm):
    """Is slow to stop, forgets a stop of its own once the cause is gone, and always says that it arrived."""

    def stop(self) -> None:
        time.sleep(0.3)
        super().stop()

    def mend(self) -> None:
        super().mend()
        self.recover(operator_ack=True)

    def start_joint_path(self, path, limits: MotionLimits) -> FakeMotion:
        motion = super().start_joint_path(path, limits)
        wait = motion.wait
        motion.wait = lambda timeout_s: replace(wait(timeout_s), reached=True)
        return motion


class Freezing:
    """An injector from outside."""

    faults = ("freeze",)

    def __init__(self, world) -> None:
        self._arm = world.reset(TrialSpec()).robot.arm

    def inject(self, fault: str) -> None:
        self._arm.inject(fault)

    def mend(self) -> None:
        self._arm.mend()


def freezing(world) -> Freezing:
    return Freezing(world)


class Degrees(FakeArm):
    """Counts in degrees."""

    def state(self) -> ArmState:
        state = super().state()
        return replace(state, q=np.degrees(state.q))


class Seven(FakeArm):
    """Is another arm, with a joint more."""

    def state(self) -> ArmState:
        state = super().state()
        return replace(state, q=np.append(state.q, 0.0), dq=np.append(state.dq, 0.0))


class Elsewhere(FakeArm):
    """Has a controller with another tool."""

    def tool_pose(self) -> np.ndarray:
        T = Kinematics(self.info).tool(self.state().q)
        T[2, 3] += 0.1
        return T
