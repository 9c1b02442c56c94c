"""The policy file: what programs are permitted to do here, written by whoever answers for the robot.

    primitives = ["detect", "find", "inside", "pick", "place", "put", "home"]
    [speed]
    tool = 0.25
    [workspace]
    low = [0.30, -0.25, 0.0]
    high = [0.65, 0.25, 0.55]
    [budget]
    calls = 100

It only ever narrows: a limit that is wider than the guard's own changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import msgspec

from codepolicy.approval import ApprovalMode
from primitives.errors import ConfigurationError, unknown_name
from primitives.guard import GuardLimits
from primitives.registry import Surface, registered
from primitives.scene import Vector3
from primitives.toml_file import toml_table

ALWAYS = frozenset({"other", "ending"})
"""Kinds of primitives that move nothing and see nothing: talking, and checking one's own expectations."""


class Speed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast."""

    scale: float | None = None
    """Fraction of the arm's own joint speed, in (0, 1]."""
    tool: float | None = None
    """m/s."""


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the tool may be, base frame."""

    low: Vector3
    """Smallest (x, y, z) in m."""
    high: Vector3
    """Largest (x, y, z) in m."""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much."""

    calls: int | None = None
    """Primitive calls of one program."""
    robot_time: float | None = None
    """Robot time of one program in s."""
    wall_time: float | None = None
    """Host time of one program in s."""
    programs: int | None = None
    """Programs of one session."""
    total_robot_time: float | None = None
    """Robot time of all programs of one session in s."""


class Permissions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy file as it is written."""

    primitives: tuple[str, ...] | None = None
    """The only ones that may be called, beside what neither moves nor looks; left out, all of the surface."""
    forbidden: tuple[str, ...] = ()
    """What may not be called."""
    approve: ApprovalMode | None = None
    """The least that is asked for."""
    force: float | None = None
    """Gripping force in N."""
    speed: Speed = Speed()
    workspace: Box | None = None
    budget: Budget = Budget()

    def surface(self, surface: Surface) -> Surface:
        """What of `surface` is permitted."""

        def permitted(name: str, kind: str) -> bool:
            listed = self.primitives is None or name in self.primitives or kind in ALWAYS
            return listed and name not in self.forbidden

        return Surface(surface.level, tuple(p for p in surface.primitives if permitted(p.name, p.kind)))

    def limits(self, limits: GuardLimits) -> GuardLimits:
        """`limits`, narrowed."""
        narrowed = {
            "speed_scale": self.speed.scale,
            "tool_speed": self.speed.tool,
            "gripper_force": self.force,
            "calls": self.budget.calls,
            "robot_time": self.budget.robot_time,
            "wall_time": self.budget.wall_time,
        }
        values = {name: min(v, getattr(limits, name)) for name, v in narrowed.items() if v is not None}
        box = (self.workspace.low, self.workspace.high) if self.workspace is not None else limits.box
        return replace(limits, box=box, **values)


def read_permissions(path: Path) -> Permissions:
    """The policy file at `path`.

    Raises:
        ConfigurationError: it cannot be read, or says something that cannot be; the sentence says what and what can.
    """
    table = toml_table(path, "policy file")
    where = f"policy file {str(path)!r}"
    _known(where, "key", table, Permissions)
    for name, kind in (("speed", Speed), ("workspace", Box), ("budget", Budget)):
        part = table.get(name, {})
        if not isinstance(part, dict):
            raise ConfigurationError(f"{where}: {name} is a table, [{name}], not {part!r}")
        _known(where, f"key of [{name}]", cast("dict[str, object]", part), kind)
    try:
        found = msgspec.convert(table, Permissions)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    names = [p.name for p in registered()]
    for name in (*(found.primitives or ()), *found.forbidden):
        if name not in names:
            raise ConfigurationError(f"{where}: {unknown_name('primitive', name, names)}")
    _check_numbers(where, found)
    return found


def _known(where: str, what: str, table: Mapping[str, object], kind: type[msgspec.Struct]) -> None:
    for name in table:
        if name not in kind.__struct_fields__:
            raise ConfigurationError(f"{where}: {unknown_name(what, name, kind.__struct_fields__)}")


def _check_numbers(where: str, found: Permissions) -> None:
    numbers = {
        "speed.scale": found.speed.scale,
        "speed.tool": found.speed.tool,
        "force": found.force,
        **{f"budget.{name}": getattr(found.budget, name) for name in Budget.__struct_fields__},
    }
    for name, value in numbers.items():
        if value is not None and not 0 < value < math.inf:
            raise ConfigurationError(f"{where}: {name} is {value:g}; it is a number above 0")
    if found.speed.scale is not None and found.speed.scale > 1:
        raise ConfigurationError(f"{where}: speed.scale is {found.speed.scale:g}; it is a fraction, at most 1")
    box = found.workspace
    for axis, low, high in zip("xyz", box.low, box.high, strict=True) if box is not None else ():
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ConfigurationError(
                f"{where}: the workspace has {axis} from {low:g} to {high:g} m; the first is the smaller one"
            )
