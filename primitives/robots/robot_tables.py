"""The tables of a robot file, key by key; unknown keys are refused with close matches."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.kinematics.poses import pose_matrix
from primitives.robot import HandKind, Measures
from primitives.scene import Pose, Vector3

Isolation: TypeAlias = Literal["required", "best-effort"]
Quaternion: TypeAlias = tuple[float, float, float, float]


class PoseTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something is in a frame."""

    position: Vector3
    """m."""
    quaternion_xyzw: Quaternion

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(4, 4)."""
        return pose_matrix(Pose(position=self.position, quaternion_xyzw=self.quaternion_xyzw))


class ArmTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[arm]`: what `ArmInfo` asks for, or where a description comes from and what is otherwise here."""

    description: str | None = None
    """"package.module:function" that returns an `ArmInfo`; the other keys then change it."""
    urdf: str | None = None
    """Path, from the folder of the robot file."""
    joints: tuple[str, ...] | None = None
    finger_joints: tuple[str, ...] | None = None
    finger_links: tuple[str, ...] | None = None
    tool_link: str | None = None
    tool: PoseTable | None = None
    """Of the tool frame in `tool_link`."""
    base: PoseTable | None = None
    """Of the URDF's root in the world, whose z = 0 is the table top."""
    lower: tuple[float, ...] | None = None
    upper: tuple[float, ...] | None = None
    velocity: tuple[float, ...] | None = None
    acceleration: tuple[float, ...] | None = None
    jerk: tuple[float, ...] | None = None
    home: tuple[float, ...] | None = None
    arrival_position: float | None = None
    arrival_rotation: float | None = None
    approach: float | None = None
    tilt_slack: float | None = None
    sign: tuple[float, ...] | None = None
    """+1 or -1 for each joint: URDF = sign * driver + offset."""
    offset: tuple[float, ...] | None = None
    """rad."""


class HandTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[hand]`: what `GripperInfo` asks for."""

    kind: HandKind | None = None
    measures: Measures | None = None
    max_width: float | None = None
    max_force: float | None = None
    max_speed: float | None = None
    finger_width: float | None = None
    finger_thickness: float | None = None
    finger_depth: float | None = None
    width_tolerance: float | None = None
    joint_table: tuple[tuple[float, tuple[float, ...]], ...] | None = None


class ExtrinsicsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[cameras.NAME.extrinsics]`, as `codepolicy calibrate camera` writes it."""

    frame: str
    """"base", "tool", or a link of the URDF."""
    position: Vector3
    quaternion_xyzw: Quaternion

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(4, 4), takes camera-frame points to `frame`."""
        return pose_matrix(Pose(position=self.position, quaternion_xyzw=self.quaternion_xyzw))


class CameraTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[cameras.NAME]`."""

    driver: str
    """Entry point in `codepolicy.cameras`, or "package.module:function"."""
    options: dict[str, Any] = {}
    extrinsics: ExtrinsicsTable | None = None


class LimitsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[limits]`: what no program may exceed. The defaults are those for hardware."""

    speed: float = 0.1
    """Part of the arm's own joint speed."""
    tool_speed: float = 0.25
    """m/s."""
    joint_margin: float = 0.05
    """rad."""
    joint_step: float = 6.0
    tool_step: float = 2.0
    force: float = 20.0
    """N."""
    robot_time: float = 1200.0
    """s."""
    deadline: float = 1200.0
    """Wall time of one program in s."""
    table_clearance: float = 0.003
    """m."""
    box: tuple[Vector3, Vector3] | None = None
    keep_out: tuple[tuple[Vector3, Vector3], ...] = ()
    isolation: Isolation = "required"


class WorkspaceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[workspace]`: where the robot works, m, base frame."""

    low: Vector3
    high: Vector3


class RobotTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    name: str
    driver: str
    """Entry point in `codepolicy.robots`, or "package.module:function", which takes the description and the options."""
    simulated: bool = False
    """Whether nothing real moves, so that the conformance kit may move it unasked."""
    process: bool = True
    """Whether the driver gets a process of its own."""
    stale: float = 0.25
    """Age of a state in s from which the driver counts as silent."""
    options: dict[str, Any] = {}
    """Keyword arguments of the driver, such as its address."""
    arm: ArmTable = ArmTable()
    hand: HandTable = HandTable()
    cameras: dict[str, CameraTable] = {}
    limits: LimitsTable = LimitsTable()
    workspace: WorkspaceTable | None = None


def check_keys(content: Mapping[str, object], kind: Any, where: str) -> None:
    """Refuse keys that nobody knows, with close matches; msgspec would only say that they are unknown."""
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in content.items():
        if key not in fields:
            close = difflib.get_close_matches(key, fields, n=2, cutoff=0.5)
            guess = f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
            raise ConfigurationError(f"{where}: unknown key {key!r}.{guess} Valid: {', '.join(fields)}.")
        inner = _TABLES.get(key)
        if inner is None or not isinstance(value, dict):
            continue
        table = cast("dict[str, object]", value)
        if key == "cameras":
            for name, camera in table.items():
                if isinstance(camera, dict):
                    check_keys(cast("dict[str, object]", camera), inner, f"{where}, [cameras.{name}]")
        else:
            check_keys(table, inner, f"{where}, [{key}]")


_TABLES: dict[str, Any] = {
    "arm": ArmTable,
    "hand": HandTable,
    "cameras": CameraTable,
    "limits": LimitsTable,
    "workspace": WorkspaceTable,
    "extrinsics": ExtrinsicsTable,
    "tool": PoseTable,
    "base": PoseTable,
}
