"""The limits that the guard keeps, on any robot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from primitives.errors import ConfigurationError

if TYPE_CHECKING:  # so that `codepolicy --help` stays instant
    from primitives.scene import Vector3


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """The limits. Set by whoever runs the robot; a program can read or change none of them."""

    box_margin: float = 0.08
    """How far the tool may leave the workspace sideways and above, in m."""
    table_clearance: float = 0.003
    """Lowest height of the fingertips above the table, in m."""
    joint_margin: float = 0.02
    """Distance kept from every joint limit, in rad."""
    speed_scale: float = 0.8
    """Fraction of the arm's own joint speed that is used, in (0, 1]."""
    tool_speed: float = 1.0
    """Largest speed of the tool in m/s."""
    joint_step: float = 6.0
    """Largest travel of one joint in one command, in rad."""
    tool_step: float = 2.0
    """Largest travel of the tool in one command, in m."""
    gripper_force: float = 40.0
    """Largest gripping force in N."""
    box: tuple[Vector3, Vector3] | None = None
    """Least and largest corner of where the tool may be, in m, base frame; follows from the workspace when left out."""
    keep_out: tuple[tuple[Vector3, Vector3], ...] = ()
    """Boxes, least and largest corner in m, base frame, that neither the arm nor what it holds may enter."""
    calls: int = 1000
    """Primitive calls of one program, refused ones and those with bad arguments included."""
    said: int = 20_000
    """Characters that one program may say."""
    robot_time: float = 600.0
    """Robot time of one program in s."""
    wall_time: float = 300.0
    """Host time of one program in s."""


def box_of(name: str, text: str) -> tuple[Vector3, Vector3]:
    """The box that "x,y,z,x,y,z" stands for, least corner first, in m. Raises ConfigurationError."""
    try:
        x0, y0, z0, x1, y1, z1 = (float(part) for part in text.split(","))
    except ValueError:
        raise ConfigurationError(
            f"{name} is {text!r}; it is six numbers in m, the least corner and the largest: 0.3,-0.2,0,0.5,0.2,0.4"
        ) from None
    return checked_box(name, (x0, y0, z0), (x1, y1, z1))


def checked_box(name: str, low: Vector3, high: Vector3) -> tuple[Vector3, Vector3]:
    """The corners, in order. Raises ConfigurationError where they span no box."""
    if not all(math.isfinite(a) and math.isfinite(b) and a < b for a, b in zip(low, high, strict=True)):
        raise ConfigurationError(
            f"{name} from {low} to {high} is no box: each number of the first corner is the smaller"
        )
    return low, high
