"""A robot as it was at one moment, to look at again: its arm stands still and its cameras show what they showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from primitives.failures import InfrastructureError
from primitives.robot import ArmInfo, ArmMode, ArmState, CameraInfo, Frame, MotionLimits, Robot


def robot_snapshot(robot: Robot) -> Robot:
    """`robot` as it is now."""
    arm = _Arm(robot.arm.info, robot.arm.state())
    cameras = tuple(_Camera(camera.latest(max_age_s=1.0)) for camera in robot.cameras)
    return Robot(arm, cameras, robot.workspace)


@dataclass(frozen=True, slots=True)
class _Camera:
    frame: Frame

    @property
    def info(self) -> CameraInfo:
        return self.frame.camera

    def latest(self, max_age_s: float) -> Frame:
        del max_age_s
        return self.frame


@dataclass(frozen=True, slots=True)
class _Arm:
    info: ArmInfo
    measured: ArmState

    def connect(self, timeout_s: float) -> None:
        del timeout_s

    def close(self) -> None:
        """It was never open."""

    def state(self) -> ArmState:
        now = self.measured
        return ArmState(now.q, np.zeros_like(now.dq), now.gripper_width, ArmMode.IDLE, now.stamp, now.received)

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> NoReturn:
        raise InfrastructureError(f"a robot of the past cannot follow {len(path)} waypoints at {limits}")

    def start_gripper(self, width: float, speed: float, force: float) -> NoReturn:
        raise InfrastructureError(f"a robot of the past cannot grip to {width} m at {speed} m/s with {force} N")

    def stop(self) -> None:
        """It stands still."""

    def recover(self, *, operator_ack: bool) -> None:
        del operator_ack
