"""What keeps a motion from being started, as failures with the measured values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from primitives.categories import FIXED
from primitives.failures import BadArgument, Blocked, Unreachable
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_distance
from primitives.motion.planning.collision import EDGE, TABLE, Checker
from primitives.robot import GripperInfo
from primitives.scene import SceneObject

PASSING = 0.009
"""Distance in m at which a finger passes the side of a thing that it is about to take."""


def unreachable(kinematics: Kinematics, T: NDArray[np.float64], near: NDArray[np.float64]) -> Unreachable:
    """No joints reach the tool pose `T` (4, 4); names the nearest pose that some reach."""
    info = kinematics.info
    best = kinematics.tool(kinematics.nearest(T, near))
    distance, angle = pose_distance(T, best)
    away = f"{distance * 1000:.0f} mm and {np.degrees(angle):.0f} deg away"
    return Unreachable(
        f"no joint configuration reaches {metres(T)} in that orientation",
        expected=f"within {info.arrival_position * 1000:g} mm and {np.degrees(info.arrival_rotation):.2g} deg",
        measured=f"nearest reachable pose: {metres(best)}, {away}",
        hint="Choose a pose closer to the robot, or fingers pointing straight down (Pose.top_down).",
    )


def blocked(
    kinematics: Kinematics, start: NDArray[np.float64], goal: NDArray[np.float64], width: float, checker: Checker
) -> Blocked:
    """The goal joints touch something, or no path from the start to them is free."""
    hit = checker.contact(goal, width)
    if hit is None:
        return Blocked(
            "every path found to the pose collides",
            expected="a path free of collision",
            measured=f"from {metres(kinematics.tool(start))} to {metres(kinematics.tool(goal))}",
            hint="Go by way of a higher pose, or move what is in the way first.",
        )
    part, thing = hit
    return Blocked(
        f"at the goal, {part} would touch {thing}",
        expected="a pose free of collision",
        measured=f"{part} touches {thing}",
        candidates=candidates(thing),
        hint=f"{clear(thing)}, or choose a pose further from it.",
    )


def candidates(thing: str) -> tuple[str, ...]:
    """`thing` where it is an object that a program can name."""
    return () if thing in (TABLE, EDGE) else (thing,)


def clear(thing: str) -> str:
    """How room is made beside `thing`, which the arm or what it holds would touch."""
    match thing:
        case "table":
            return "Go higher above the table"
        case "the edge of the workspace":
            return "Stay further from the edge of the workspace"
        case _:
            return f"Move {thing} away first"


def finger_room(gripper: GripperInfo) -> float:
    """Room in m that a finger needs beside a thing: to pass it, and its own thickness."""
    return math.ceil((gripper.finger_thickness + PASSING) * 1000) / 1000


def direction(vector: NDArray[np.float64]) -> str:
    """The horizontal line along `vector` (2+,) as text: "x", "y", or an angle from x."""
    angle = math.degrees(math.atan2(float(vector[1]), float(vector[0]))) % 180
    if min(angle, 180 - angle) < 10:
        return "x"
    return "y" if abs(angle - 90) < 10 else f"the line {angle:.0f} deg from x"


def crooked(start: NDArray[np.float64], T: NDArray[np.float64]) -> Blocked:
    """The end of a straight line can be reached, its middle cannot."""
    return Blocked(
        "the straight line to the pose leaves what the joints can follow",
        expected="a straight line within the joint limits",
        measured=f"from {metres(start)} to {metres(T)}",
        hint="Use move_to, which may take another way.",
    )


def metres(T: NDArray[np.float64]) -> str:
    """The position of a (4, 4) pose as text."""
    return "(" + ", ".join(f"{v:.3f}" for v in T[:3, 3]) + ") m"


def refuse_bolted(obj: SceneObject) -> None:
    """Refuse to carry or shove what is bolted to the table. Raises BadArgument."""
    if obj.category in FIXED:
        raise BadArgument(
            f"{obj.name} is bolted to the table, or part of what is",
            expected="something loose",
            measured=f"a {obj.category}",
            hint="It is pressed, or pulled by its handle, with the hand led by move_linear (surface tool).",
        )
