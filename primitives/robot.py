"""The robot boundary: what an arm, a gripper and a camera must offer, in simulation and on hardware alike.

Everything above these Protocols (perception, kinematics, planning, pick and place) is shared by every robot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from primitives.scene import Workspace


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """Bounds on joint motion, one value per joint."""

    velocity: NDArray[np.float64]
    """(dof,) rad/s."""
    acceleration: NDArray[np.float64]
    """(dof,) rad/s²."""
    jerk: NDArray[np.float64]
    """(dof,) rad/s³."""

    def scaled(self, factor: float) -> MotionLimits:
        """The same limits with time stretched by 1/`factor` (0 < factor <= 1)."""
        return MotionLimits(self.velocity * factor, self.acceleration * factor**2, self.jerk * factor**3)


@dataclass(frozen=True, slots=True)
class GripperInfo:
    """A parallel gripper. The fingers close along the y axis of the tool frame."""

    max_width: float
    """Largest distance between the fingers in m."""
    max_force: float
    """N."""
    max_speed: float
    """m/s, of the width."""
    finger_width: float
    """Extent of a fingertip along the tool's x axis in m."""
    finger_thickness: float
    """Extent of a fingertip along the tool's y axis in m."""
    finger_depth: float
    """Distance from the palm to the tool frame along the tool's z axis in m: so deep an object fits between the
    fingers."""


@dataclass(frozen=True, slots=True, eq=False)
class ArmInfo:
    """What is known about an arm before connecting to it.

    A driver gives one and the same object every time: what depends on the description alone, as a kinematic model does,
    is made once for each.
    """

    name: str
    urdf: Path
    """URDF whose collision meshes can be loaded from the paths written in it."""
    joint_names: tuple[str, ...]
    """The actuated arm joints, base to tip, as named in the URDF; without the fingers."""
    finger_joint_names: tuple[str, ...]
    """Finger joints in the URDF; each moves by half the gripper width."""
    tool_link: str
    """Link of the URDF to which the tool frame is fixed."""
    T_link_tool: NDArray[np.float64]
    """(4, 4), takes tool-frame points to `tool_link`; the tool frame sits between the fingertips, z forward, y along
    the closing direction."""
    lower: NDArray[np.float64]
    """(dof,) smallest joint positions, rad."""
    upper: NDArray[np.float64]
    """(dof,) largest joint positions, rad."""
    limits: MotionLimits
    gripper: GripperInfo
    home: NDArray[np.float64]
    """(dof,) rad; a pose from which the cameras see the table."""

    @property
    def dof(self) -> int:
        """Number of arm joints."""
        return len(self.joint_names)


class ArmMode(StrEnum):
    """What the arm is doing."""

    IDLE = "idle"
    MOVING = "moving"
    STOPPED = "stopped"
    PROTECTIVE_STOP = "protective_stop"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class ArmState:
    """Measured state, never the commanded one."""

    q: NDArray[np.float64]
    """(dof,) rad."""
    dq: NDArray[np.float64]
    """(dof,) rad/s."""
    gripper_width: float
    """Measured distance between the fingers in m."""
    mode: ArmMode
    stamp: float
    """Robot's clock in s."""
    received: float
    """Host's monotonic clock in s when the state arrived."""


@dataclass(frozen=True, slots=True)
class MotionResult:
    """Where a motion ended, measured."""

    state: ArmState
    reached: bool
    """Whether the commanded end was reached within the arm's own tolerance; a gripper that closes on an object has
    reached what it can and reports True."""
    duration: float
    """Robot time in s."""
    reason: str = ""
    """Why it was not reached."""


class Motion(Protocol):
    """A motion under way."""

    def wait(self, timeout_s: float) -> MotionResult:
        """Block until the motion ends.

        Args:
            timeout_s: bound on robot time in s.

        Raises:
            LimitExceeded: the motion did not end in time; the arm has been stopped.
            Stopped, ProtectiveStop, CommsLost, HardwareFault: what ended it instead.
        """
        ...

    def cancel(self) -> None:
        """Stop the motion along its path. No effect once it has ended."""
        ...


class Arm(Protocol):
    """An arm with a parallel gripper."""

    @property
    def info(self) -> ArmInfo:
        """Valid before `connect`."""
        ...

    def connect(self, timeout_s: float) -> None:
        """Open the connection. Raises CommsLost when nobody answers in time."""
        ...

    def close(self) -> None:
        """Let go of the arm. Idempotent, never raises."""
        ...

    def state(self) -> ArmState:
        """The latest measured state; never blocks. Raises CommsLost when it is stale."""
        ...

    def start_joint_path(self, path: NDArray[np.float64], limits: MotionLimits) -> Motion:
        """Start moving along `path`.

        Args:
            path: (N, dof) rad, linear between waypoints; the first waypoint is the current position within 0.01 rad.
            limits: bounds that the motion keeps.

        Raises:
            BadArgument: wrong shape, not finite, or outside the joint limits.
        """
        ...

    def start_gripper(self, width: float, speed: float, force: float) -> Motion:
        """Start opening or closing the fingers to `width` m at `speed` m/s, with at most `force` N."""
        ...

    def stop(self) -> None:
        """Stop all motion now and hold. Callable from any thread."""
        ...

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop or a protective stop; the latter only with `operator_ack`."""
        ...


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """Calibration of an RGB-D camera with aligned depth. The camera frame is OpenCV's: x right, y down, z forward."""

    name: str
    width: int
    height: int
    K: NDArray[np.float64]
    """(3, 3) pinhole matrix in px; pixel (u, v) covers [u - 0.5, u + 0.5), so integer coordinates are centres."""
    T_base_camera: NDArray[np.float64]
    """(4, 4), takes camera-frame points to the base frame."""
    distortion: NDArray[np.float64] = field(default_factory=lambda: np.zeros(5))
    """(5,) OpenCV's k1 k2 p1 p2 k3."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One RGB-D image."""

    camera: CameraInfo
    rgb: NDArray[np.uint8]
    """(H, W, 3) uint8."""
    depth: NDArray[np.float32]
    """(H, W) float32 m along the camera's z axis, 0 where unknown."""
    stamp: float
    """Robot's clock in s."""


class Camera(Protocol):
    """An RGB-D camera fixed in the base frame."""

    @property
    def info(self) -> CameraInfo:
        """Calibration."""
        ...

    def latest(self, max_age_s: float) -> Frame:
        """The newest image, at most `max_age_s` old. Raises CommsLost when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Robot:
    """An arm with the cameras that watch it."""

    arm: Arm
    cameras: tuple[Camera, ...]
    workspace: Workspace = field(default_factory=Workspace)
