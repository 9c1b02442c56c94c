"""A robot as a TOML file: driver, description, hand, cameras, limits. Every key is checked; nothing is guessed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.kinematics.description_check import check_description
from primitives.limits import GuardLimits, checked_box
from primitives.robot import Arm, ArmInfo, Camera, GripperInfo, MotionLimits
from primitives.robots.driver_factories import CAMERAS, ROBOTS, factory, factory_path, made
from primitives.robots.joint_mapping import MappedArm
from primitives.robots.mounted_camera import MountedCamera
from primitives.robots.process.process_arm import ProcessArm
from primitives.robots.robot_tables import ArmTable, HandTable, LimitsTable, RobotTable, check_keys
from primitives.scene import Workspace
from primitives.toml_file import toml_table


@dataclass(frozen=True, slots=True)
class RobotFile:
    """A robot file, read and checked."""

    path: Path
    table: RobotTable
    info: ArmInfo
    limits: GuardLimits
    workspace: Workspace

    def arm(self) -> Arm:
        """The arm, not connected. Raises ConfigurationError where its driver does not load."""
        table = self.table
        if not table.process:
            make = factory(ROBOTS, "driver", table.driver)
            arm = cast(Arm, made("driver", table.driver, lambda: make(self._drivers_info, **table.options)))
        else:
            arm = ProcessArm(
                self._drivers_info, factory_path(ROBOTS, "driver", table.driver), table.options, stale_s=table.stale
            )
        return MappedArm(arm, self.info, self._sign, self._offset) if self._mapped else arm

    def cameras(self) -> tuple[Camera, ...]:
        """The cameras, opened by their drivers. Raises ConfigurationError, CommsLost."""
        opened: list[Camera] = []
        for name, table in self.table.cameras.items():
            make = partial(factory(CAMERAS, "camera driver", table.driver), name=name, **table.options)
            camera = cast(Camera, made("camera driver", table.driver, make))
            where = table.extrinsics
            place = (where.frame, where.matrix) if where is not None else None
            opened.append(MountedCamera(camera, name, self.info, place))
        return tuple(opened)

    @property
    def _mapped(self) -> bool:
        return self.table.arm.sign is not None or self.table.arm.offset is not None

    @property
    def _sign(self) -> NDArray[np.float64]:
        return np.array(self.table.arm.sign or (1.0,) * self.info.dof)

    @property
    def _offset(self) -> NDArray[np.float64]:
        return np.array(self.table.arm.offset or (0.0,) * self.info.dof)

    @property
    def _drivers_info(self) -> ArmInfo:
        """The description with limits and home as the driver counts its joints."""
        if not self._mapped:
            return self.info
        ends = np.sort(
            [(self.info.lower - self._offset) * self._sign, (self.info.upper - self._offset) * self._sign], 0
        )
        home = (self.info.home - self._offset) * self._sign
        return replace(self.info, lower=ends[0], upper=ends[1], home=home)


def load(path: Path) -> RobotFile:
    """Read a robot file; modules beside it can be imported from now on.

    Raises:
        ConfigurationError: names the key, what is wrong, and what would be valid.
    """
    content = toml_table(path, "robot file")
    where = f"robot file {str(path)!r}"
    check_keys(content, RobotTable, where)
    try:
        table = msgspec.convert(content, RobotTable)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    limits = _limits(table.limits, where)
    folder = str(path.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)  # a driver of one's own may lie beside the file; what is installed goes first
    workspace = Workspace()
    if table.workspace is not None:
        low, high = checked_box(f"{where}: workspace", table.workspace.low, table.workspace.high)
        workspace = Workspace(low=low, high=high)
    try:
        info = _info(table, path.parent)
        check_description(info)
        _check_mapping(table, info)
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    return RobotFile(path, table, info, limits, workspace)


def _limits(table: LimitsTable, where: str) -> GuardLimits:
    for name, value, most in (
        ("speed", table.speed, 1.0),
        ("tool_speed", table.tool_speed, 5.0),
        ("joint_step", table.joint_step, 100.0),
        ("tool_step", table.tool_step, 100.0),
        ("force", table.force, 1000.0),
        ("robot_time", table.robot_time, 1e6),
        ("deadline", table.deadline, 3600.0),
    ):
        if not 0.0 < value <= most:
            raise ConfigurationError(f"{where}: limits.{name} is {value:g}; it is above 0 and at most {most:g}")
    return GuardLimits(
        joint_margin=table.joint_margin,
        speed_scale=table.speed,
        tool_speed=table.tool_speed,
        joint_step=table.joint_step,
        tool_step=table.tool_step,
        gripper_force=table.force,
        robot_time=table.robot_time,
        wall_time=table.deadline,
        table_clearance=table.table_clearance,
        box=checked_box(f"{where}: limits.box", *table.box) if table.box is not None else None,
        keep_out=tuple(checked_box(f"{where}: limits.keep_out", *box) for box in table.keep_out),
    )


def _info(table: RobotTable, folder: Path) -> ArmInfo:
    """The description: whole from the file, or a given one with what the file changes."""
    arm, hand = table.arm, table.hand
    given: dict[str, Any] = {
        "urdf": (folder / arm.urdf).resolve() if arm.urdf is not None else None,
        "joint_names": arm.joints,
        "finger_joint_names": arm.finger_joints,
        "finger_links": arm.finger_links,
        "tool_link": arm.tool_link,
        "T_link_tool": arm.tool.matrix if arm.tool is not None else None,
        "T_world_base": arm.base.matrix if arm.base is not None else None,
        "arrival_position": arm.arrival_position,
        "arrival_rotation": arm.arrival_rotation,
        "approach": arm.approach,
        "tilt_slack": arm.tilt_slack,
        **{name: _vector(getattr(arm, name)) for name in ("lower", "upper", "home")},
    }
    changed = {name: value for name, value in given.items() if value is not None}
    speeds = {name: _vector(getattr(arm, name)) for name in ("velocity", "acceleration", "jerk")}
    speeds = {name: value for name, value in speeds.items() if value is not None}
    fingers = {name: value for name, value in msgspec.structs.asdict(hand).items() if value is not None}
    if arm.description is not None:
        info = cast(ArmInfo, factory(ROBOTS, "description", arm.description)())
        limits = replace(info.limits, **cast("dict[str, Any]", speeds))
        return replace(info, name=table.name, limits=limits, gripper=replace(info.gripper, **fingers), **changed)
    _want("arm", arm, _ARM_WANTED)
    _want("hand", hand, _HAND_WANTED)
    changed.setdefault("finger_joint_names", ())
    return ArmInfo(
        name=table.name,
        limits=MotionLimits(**cast("dict[str, Any]", speeds)),
        gripper=GripperInfo(**fingers),
        **changed,
    )


_ARM_WANTED = (
    "urdf",
    "joints",
    "tool_link",
    "tool",
    "lower",
    "upper",
    "velocity",
    "acceleration",
    "jerk",
    "home",
)
_HAND_WANTED = ("max_width", "max_force", "max_speed", "finger_width", "finger_thickness", "finger_depth")


def _want(what: str, table: ArmTable | HandTable, names: tuple[str, ...]) -> None:
    missing = [name for name in names if getattr(table, name) is None]
    if missing:
        raise ConfigurationError(
            f"[{what}] lacks {', '.join(missing)}; nothing is guessed. Give them, or arm.description = "
            "'package.module:function' that returns an ArmInfo."
        )


def _check_mapping(table: RobotTable, info: ArmInfo) -> None:
    for name, values in (("sign", table.arm.sign), ("offset", table.arm.offset)):
        if values is not None and len(values) != info.dof:
            raise ConfigurationError(f"arm.{name} has {len(values)} values for {info.dof} joints")
    if any(abs(value) != 1.0 for value in table.arm.sign or ()):
        raise ConfigurationError(f"arm.sign is {list(table.arm.sign or ())}; each is 1 or -1")


def _vector(values: tuple[float, ...] | None) -> NDArray[np.float64] | None:
    return np.array(values, dtype=np.float64) if values is not None else None
