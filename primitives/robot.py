"""The robot boundary: what an arm, a gripper and a camera must offer, in simulation and on hardware alike.

Everything above these Protocols (perception, kinematics, planning, pick and place) is shared by every robot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from primitives.limits import GuardLimits
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


HandKind: TypeAlias = Literal["fingers", "jaw", "suction"]
Measures: TypeAlias = Literal["width", "closed", "nothing"]


@dataclass(frozen=True, slots=True)
class GripperInfo:
    """A hand: parallel fingers, a rotating jaw, or a suction cup. Fingers close along the y axis of the tool frame."""

    max_width: float
    """Largest distance between the fingers in m; of a cup, any width above 0, which is what it is told to let go."""
    max_force: float
    """N."""
    max_speed: float
    """m/s, of the width."""
    finger_width: float
    """Extent of a fingertip, or of the lip of a cup, along the tool's x axis in m."""
    finger_thickness: float
    """Extent of a fingertip, or of the lip of a cup, along the tool's y axis in m."""
    finger_depth: float
    """Distance from the palm to the tool frame along the tool's z axis in m: so deep an object fits between the
    fingers."""
    kind: HandKind = "fingers"
    """jaw: one finger turns towards a fixed one. suction: a cup that holds a flat face by vacuum; width 0 sucks."""
    measures: Measures = "width"
    """What the hand tells of itself. width: how far the fingers are apart. closed: only whether it closed whole, so
    that nothing is in it. nothing: neither, and the cameras have to tell whether something was taken."""
    width_tolerance: float = 0.0
    """How far the measured width may be from the true one in m, noise and scale together."""
    joint_table: tuple[tuple[float, tuple[float, ...]], ...] = ()
    """How the finger joints of the URDF stand at a width: rows of a width in m and a value for each finger joint, in
    rad or m, widths rising, linear in between. Left out, each moves by half the width, as parallel fingers do."""

    def joints(self, width: float, count: int) -> NDArray[np.float64]:
        """(`count`,) positions of the finger joints, rad or m, at `width` m."""
        if not self.joint_table:
            return np.full(count, width / 2)
        widths, values = np.array([row[0] for row in self.joint_table]), np.array([row[1] for row in self.joint_table])
        return np.array([np.interp(width, widths, values[:, i]) for i in range(count)], np.float64)


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
    """Finger joints in the URDF, as `gripper.joint_table` orders them; none where the hand has no part that moves."""
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
    finger_links: tuple[str, ...] = ()
    """Links of the URDF that may touch what is grasped, beside those that the finger joints carry: the fixed finger
    of a jaw, a cup."""
    T_world_base: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    """(4, 4), takes points of the URDF's root frame to the world, whose z = 0 is the table top."""
    arrival_position: float = 1e-3
    """m that the tool may miss the end of a motion by; what the arm can keep."""
    arrival_rotation: float = math.radians(0.5)
    """rad that it may be turned then."""
    approach: float = 0.10
    """Straight way down to a grasp or a place and up from it, in m; as far as the arm reaches pointing down."""
    tilt_slack: float = 0.0
    """rad by which the tool may lean from where it is to point; for arms of fewer than six joints, which cannot do
    better."""

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
    """Measured distance between the fingers in m; NaN where the hand measures none."""
    mode: ArmMode
    stamp: float
    """Robot's clock in s."""
    received: float
    """Host's monotonic clock in s when the state arrived."""
    gripper_closed: bool | None = None
    """Whether the hand says that it closed whole, or its cup drew no vacuum, so that nothing is in it; None where it
    does not tell."""
    fault: str = ""
    """What the robot says about a protective stop or a fault, in its own words."""


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
            timeout_s: bound on host time in s; a simulated arm, for which time passes only meanwhile, counts its own.

        Raises:
            LimitExceeded: the motion did not end in time; the arm has been stopped.
            Stopped, ProtectiveStop, CommsLost, HardwareFault: what ended it instead.
        """
        ...

    def cancel(self) -> None:
        """Stop the motion along its path. No effect once it has ended."""
        ...


class Arm(Protocol):
    """An arm with a hand."""

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
        """Start opening or closing the hand to `width` m at `speed` m/s, with at most `force` N. A cup sucks at 0."""
        ...

    def stop(self) -> None:
        """Stop all motion now and hold, until `recover`. Callable from any thread; returns within 50 ms."""
        ...

    def recover(self, *, operator_ack: bool) -> None:
        """Leave a stop, or, with `operator_ack`, a protective stop or a fault that can be acknowledged.

        Raises:
            ProtectiveStop: it needs `operator_ack`, or still stands.
            HardwareFault: the fault still stands.
        """
        ...


@runtime_checkable
class TellsToolPose(Protocol):
    """A capability of an arm whose controller tells where it believes its tool to be; the URDF is held against it."""

    def tool_pose(self) -> NDArray[np.float64]:
        """(4, 4) pose of the tool in the base frame."""
        ...


@runtime_checkable
class Holds(Protocol):
    """A capability of an arm whose time passes only while a motion is waited for: it holds still for a time."""

    def start_hold(self, duration_s: float) -> Motion:
        """Start to hold the present joint positions for `duration_s` s of the robot's time.

        Raises:
            Stopped, ProtectiveStop, CommsLost, BadArgument: as `Arm.start_joint_path` does.
        """
        ...


@runtime_checkable
class Stepped(Protocol):
    """A capability of an arm whose time passes only while a motion is waited for, as in a simulation: it says when."""

    def every(self, period_s: float, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, which reads state and changes none, in the thread that waits.

        Args:
            period_s: time from call to call on the robot's clock, in s.
            listener: may take its time; the robot's clock stands meanwhile.

        Returns:
            What ends it.
        """
        ...


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """Calibration of an RGB-D camera with aligned depth. The camera frame is OpenCV's: x right, y down, z forward."""

    name: str
    width: int
    height: int
    K: NDArray[np.float64]
    """(3, 3) pinhole matrix in px; pixel (u, v) covers [u - 0.5, u + 0.5), so integer coordinates are centres."""
    T_base_camera: NDArray[np.float64] = field(default_factory=lambda: np.full((4, 4), np.nan))
    """(4, 4), takes camera-frame points to the base frame. Of a camera on a link it is known for a frame alone."""
    distortion: NDArray[np.float64] = field(default_factory=lambda: np.zeros(5))
    """(5,) OpenCV's k1 k2 p1 p2 k3, of images as the camera gives them; zero once they are straightened."""
    link: str | None = None
    """Link of the URDF that carries the camera; None where it is fixed in the base frame."""
    T_link_camera: NDArray[np.float64] | None = None
    """(4, 4), takes camera-frame points to `link`."""
    depth: bool = True
    """Whether it measures depth; without, its frames have depth 0 everywhere."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One RGB-D image."""

    camera: CameraInfo
    rgb: NDArray[np.uint8]
    """(H, W, 3) uint8."""
    depth: NDArray[np.float32]
    """(H, W) float32 m along the camera's z axis, 0 where unknown."""
    stamp: float
    """Clock of the robot, or of the camera where it has one of its own, at exposure, in s."""
    received: float = 0.0
    """Host's monotonic clock in s at exposure, as well as the driver knows it."""
    q: NDArray[np.float64] | None = None
    """(dof,) rad, joints at exposure, where the driver knows them; of a camera on a link they place it."""

    def __repr__(self) -> str:
        height, width = self.rgb.shape[:2]
        return f"Frame({self.camera.name!r}, {width}×{height} px, {self.stamp:.3f} s)"

    def _repr_html_(self) -> str:
        """For notebooks: colour and depth side by side, near things dark."""
        import base64
        from html import escape

        import cv2

        far = max(float(self.depth.max(initial=0.0)), 1e-6)
        gray = np.clip(255 * self.depth / far, 0, 255).astype(np.uint8)
        both = np.hstack([self.rgb[:, :, ::-1], np.repeat(gray[:, :, None], 3, axis=2)])
        _, png = cv2.imencode(".png", both)
        label = escape(f"{self.camera.name}: colour, and depth to {far:.2f} m")
        return (
            f'<img src="data:image/png;base64,{base64.b64encode(png.tobytes()).decode()}" alt="{label}" '
            f'style="max-width:100%"><br><small>{label}</small>'
        )


class Camera(Protocol):
    """An RGB-D camera, fixed in the base frame or on a link of the arm."""

    @property
    def info(self) -> CameraInfo:
        """Calibration."""
        ...

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """An image exposed after a moment. Callable from any thread.

        Args:
            after: host's monotonic clock in s; 0 takes the newest there is.
            timeout_s: host time in s to wait for it.

        Raises:
            CommsLost: none came in time.
        """
        ...


@runtime_checkable
class Previewed(Protocol):
    """A capability of a camera whose frames cost much, as a simulated one's do: small pictures for people who watch."""

    def preview(self, width: int) -> Frame:
        """A picture `width` px wide of what is there now, without depth and noise of the sensor, never measured on.

        Raises:
            CommsLost: the camera is gone.
        """
        ...


@dataclass(frozen=True, slots=True)
class Robot:
    """An arm with the cameras that watch it."""

    arm: Arm
    cameras: tuple[Camera, ...]
    workspace: Workspace = field(default_factory=Workspace)
    limits: GuardLimits = field(default_factory=GuardLimits)
    """What no program may exceed on it."""
    aliases: Mapping[str, str] = field(default_factory=lambda: dict[str, str]())
    """Words of other languages and trades for those that queries know, e.g. "Würfel" for "block"."""
