"""An arm whose driver counts its joints in another way than its URDF: other signs, other zeros."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from primitives.robot import Arm, ArmInfo, ArmState, Motion, MotionLimits, MotionResult


class MappedArm:
    """`arm` as its URDF counts: URDF = sign * driver + offset.

    Args:
        arm: the driver's.
        info: description by the URDF.
        sign: (dof,) +1 or -1.
        offset: (dof,) rad.
    """

    def __init__(self, arm: Arm, info: ArmInfo, sign: NDArray[np.float64], offset: NDArray[np.float64]) -> None:
        self.info = info
        self.inner = arm
        self._sign = sign
        self._offset = offset

    def connect(self, timeout_s: float) -> None:
        """As the driver."""
        self.inner.connect(timeout_s)

    def close(self) -> None:
        """As the driver."""
        self.inner.close()

    def state(self) -> ArmState:
        """The driver's state, joints as the URDF counts them."""
        return self.counted(self.inner.state())

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> Motion:
        """Start along `path`, counted by the URDF."""
        points = np.asarray(path, dtype=np.float64)
        if points.ndim == 2 and points.shape[1] == self.info.dof:
            points = (points - self._offset) * self._sign
        return _MappedMotion(self, self.inner.start_joint_path(points, limits))

    def start_gripper(self, width: float, speed: float, force: float) -> Motion:
        """As the driver."""
        return _MappedMotion(self, self.inner.start_gripper(width, speed, force))

    def stop(self) -> None:
        """As the driver."""
        self.inner.stop()

    def recover(self, *, operator_ack: bool) -> None:
        """As the driver."""
        self.inner.recover(operator_ack=operator_ack)

    def counted(self, state: ArmState) -> ArmState:
        """`state` of the driver, as the URDF counts."""
        return replace(state, q=state.q * self._sign + self._offset, dq=state.dq * self._sign)


class _MappedMotion:
    def __init__(self, arm: MappedArm, motion: Motion) -> None:
        self._arm = arm
        self._motion = motion

    def wait(self, timeout_s: float) -> MotionResult:
        result = self._motion.wait(timeout_s)
        return replace(result, state=self._arm.counted(result.state))

    def cancel(self) -> None:
        self._motion.cancel()
