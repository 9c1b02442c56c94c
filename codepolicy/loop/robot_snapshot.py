"""A robot as it was at one moment, to look at again: its arm stands still and its cameras show what they showed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from primitives.failures import InfrastructureError
from primitives.kinematics.camera_frames import fresh_frames
from primitives.robot import ArmInfo, ArmMode, ArmState, CameraInfo, Frame, MotionLimits, Robot


def robot_snapshot(robot: Robot) -> Robot:
    """`robot` as it is now."""
    arm = _Arm(robot.arm.info, robot.arm.state())
    cameras = tuple(_Camera(frame) for frame in fresh_frames(robot))
    return Robot(arm, cameras, robot.workspace)


@dataclass(frozen=True, slots=True)
class _Camera:
    kept: Frame

    @property
    def info(self) -> CameraInfo:
        return self.kept.camera

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        del after, timeout_s
        return self.kept


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
        return replace(now, dq=np.zeros_like(now.dq), mode=ArmMode.IDLE)

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> NoReturn:
        raise InfrastructureError(f"a robot of the past cannot follow {len(path)} waypoints at {limits}")

    def start_gripper(self, width: float, speed: float, force: float) -> NoReturn:
        raise InfrastructureError(f"a robot of the past cannot grip to {width} m at {speed} m/s with {force} N")

    def stop(self) -> None:
        """It stands still."""

    def recover(self, *, operator_ack: bool) -> None:
        del operator_ack
