"""Ways to take an object from above with two fingers, before anything is known about reach or neighbours."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.categories import CONTAINERS, FLAT, ROUND, category
from primitives.failures import BadArgument
from primitives.kinematics.poses import pose_matrix
from primitives.motion.grasping.surface_grasps import surface_grasps
from primitives.motion.planning.obstacles import opening, wall_lean
from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.robot import GripperInfo
from primitives.scene import Pose, SceneObject

SPARE = 0.008
"""How much the opening must exceed the object, so that an error of perception does not become a collision, in m."""
TIP = 0.012
"""Lowest height of the tool frame above the table; the fingertips reach a little further down, in m."""
PALM_GAP = 0.004
"""Distance between the palm and the top of an object between the fingers, in m: perception's error in height."""
TILTS = ((0.0, 0.0), (0.35, 0.28), (-0.35, 0.28), (0.6, 0.6), (-0.6, 0.6))
"""Turns of the hand about the closing direction in rad, with what each costs: leaning, it passes what stands beside a
small object, and further over the forearm passes a tower."""
ASKEW = 0.22
"""A turn in rad by which the hand may miss the sides of an object: closing, the fingers turn it into line."""
OPENINGS = ((1.0, 0.0), (0.018, 0.1), (0.008, 0.25))
"""How much wider than the object the fingers are on the way down, in m, with what each costs: wide open, narrow, and as
narrow as errors of perception allow, where neighbours leave no more room."""
NO_FLAT_TOP = frozenset({"ball", "nut"})
"""Of closed things, those that a cup in the middle does not hold."""
PRESSED = 0.002
"""How deep a cup is pressed onto a top, in m."""
RIM_DEPTH = 0.015
"""How deep below the rim of a bowl or mug the fingers take the wall, in m."""
RIM_OPENING = 0.05
"""Distance between the fingers on the way down over a wall, in m."""
RIM_WAYS = ((RIM_OPENING, RIM_DEPTH, 0.0), (0.03, 0.010, 0.05), (0.02, 0.008, 0.1))
"""Distance between the fingers on the way down, depth below the rim, both in m, cost: over the wall of a small bowl,
which leans far, fingers further apart would touch the table."""
_RIM_TURNS = 12


@dataclass(frozen=True, slots=True)
class GraspCandidate:
    """One way to take an object."""

    T: NDArray[np.float64]
    """(4, 4) tool pose with the fingers around the object, base frame."""
    width: float
    """Expected distance between the fingers when closed, in m."""
    opening: float
    """Distance between the fingers on the way down, in m."""
    score: float
    """At most 1; larger is better, all else equal."""
    rim: bool = False
    """Whether the fingers take a wall rather than the whole object."""
    shaped: bool = False
    """Whether they take a part of a thing of no known shape."""

    @property
    def hold(self) -> tuple[float, ...]:
        """Equal for grasps that differ only in the opening on the way down, or by half a turn about the vertical, which
        whatever is done next can undo."""
        closing = self.T[:2, 1]
        return tuple(np.concatenate([self.T[2], np.outer(closing, closing).ravel()]).round(3).tolist())

    @property
    def slack(self) -> float:
        """How far the measured width may be from the expected one, in m."""
        if self.shaped:  # it turns between the fingers, and bulges below where it was seen
            return max(0.012, 0.5 * self.width)
        return 0.007 if self.rim else max(0.006, 0.15 * self.width)


def grasp_candidates(
    obj: SceneObject, gripper: GripperInfo, profile: HeightProfile | None = None
) -> list[GraspCandidate]:
    """Grasps of `obj`, best first.

    Args:
        obj: as it was last seen.
        gripper: the hand.
        profile: the surface of a thing of no known shape, where it was seen.

    Raises:
        BadArgument: the gripper cannot take such a thing at all; says why.
    """
    if gripper.kind == "suction":
        return _on_top(obj, gripper)
    if obj.category in FLAT or obj.size[2] < 0.008:
        raise BadArgument(
            f"{obj.name} is too flat to grasp",
            expected="a height of at least 0.008 m and sides that the fingers can hold",
            measured=f"{obj.category} of {obj.size[2]:.3f} m height",
            hint="It can be a target, or be pushed if it is not fixed.",
        )
    shaped = [] if profile is None else list(_on_surface(profile, gripper))
    candidates = shaped or [*_around(obj, gripper), *_on_rim(obj, gripper)]
    if not candidates:
        narrowest = min(obj.size[0], obj.size[1])
        raise BadArgument(
            f"{obj.name} is too wide for the gripper",
            expected=f"a side of at most {gripper.max_width - SPARE:.3f} m",
            measured=f"{narrowest:.3f} m",
            hint="Use push to move it.",
        )
    return sorted(candidates, key=lambda c: -c.score)


def _on_top(obj: SceneObject, gripper: GripperInfo) -> list[GraspCandidate]:
    """The cup on the middle of a flat top, in eight turns.

    Raises:
        BadArgument: there is no flat top as wide as the cup.
    """
    lip = max(gripper.finger_width, gripper.finger_thickness)
    if obj.category in CONTAINERS | FLAT | NO_FLAT_TOP:
        raise BadArgument(
            f"a cup cannot hold {obj.name}",
            expected="a flat, closed top",
            measured=f"a {obj.category}",
            hint="Use push to move it.",
        )
    if min(obj.size[0], obj.size[1]) < lip:
        raise BadArgument(
            f"{obj.name} is too narrow for the cup",
            expected=f"a top at least {lip:.3f} m wide",
            measured=f"{min(obj.size[0], obj.size[1]):.3f} m",
        )
    x, y = opening(obj)
    turns = (obj.yaw + k * math.pi / 4 for k in range(8))
    poses = [pose_matrix(Pose.top_down(x, y, obj.top - PRESSED, turn)) for turn in turns]
    return [GraspCandidate(T, 0.0, gripper.max_width, 1.0 - 0.01 * n) for n, T in enumerate(poses)]


def _on_surface(profile: HeightProfile, gripper: GripperInfo) -> Iterator[GraspCandidate]:
    """The fingers on opposite places of the measured surface, whichever is where."""
    for grasp, turn in itertools.product(surface_grasps(profile, gripper), (0.0, math.pi)):
        T = pose_matrix(Pose.top_down(*grasp.position, grasp.direction + math.pi / 2 + turn))
        yield GraspCandidate(T, grasp.width, grasp.opening, grasp.score, shaped=True)


def _around(obj: SceneObject, gripper: GripperInfo) -> Iterator[GraspCandidate]:
    """The fingers on two opposite sides."""
    x, y = opening(obj)
    round_thing = obj.category in ROUND
    if round_thing:
        closings = [(obj.yaw + k * math.pi / 6, min(obj.size[0], obj.size[1])) for k in range(12)]
    else:
        closings = [(obj.yaw + k * math.pi / 2, obj.size[k % 2]) for k in range(4)]
    for height, lower in _heights(obj, gripper):
        for direction, width in closings:
            if width > gripper.max_width - SPARE:
                continue
            # the tool's y axis, along which the fingers close, points to yaw - 90 deg
            upright = pose_matrix(Pose.top_down(x, y, height, direction + math.pi / 2))
            narrow = 0.05 * (width / gripper.max_width)
            for tilt, leaning in TILTS:
                T = upright.copy()
                T[:3, :3] = upright[:3, :3] @ _about_y(tilt)
                for spare, tight in OPENINGS:
                    apart = min(width + spare, gripper.max_width)
                    yield GraspCandidate(T, width, apart, 1.0 - lower - tight - narrow - leaning)
            if not round_thing and (math.cos(ASKEW) + math.sin(ASKEW)) * width < gripper.max_width - SPARE:
                for turn in (ASKEW, -ASKEW):
                    turned = pose_matrix(Pose.top_down(x, y, height, direction + math.pi / 2 + turn))
                    yield GraspCandidate(turned, width, gripper.max_width, 0.5 - lower - narrow)


def _about_y(angle: float) -> NDArray[np.float64]:
    c, s = math.cos(angle), math.sin(angle)
    return np.array(((c, 0.0, s), (0.0, 1.0, 0.0), (-s, 0.0, c)))


def _heights(obj: SceneObject, gripper: GripperInfo) -> list[tuple[float, float]]:
    """Tool heights with what each costs: the middle of the object first, then higher up where a rim is in the way."""
    bottom, top = obj.position[2] - obj.size[2] / 2, obj.top
    lowest = max(bottom + 0.004, TIP, top - gripper.finger_depth + PALM_GAP)
    middle = max(obj.position[2], lowest)
    higher = [(middle + up, 0.1 + 10 * up) for up in (0.006, 0.012, 0.018) if middle + up <= top - 0.003]
    return [(middle, 0.0), *higher]


def _on_rim(obj: SceneObject, gripper: GripperInfo) -> Iterator[GraspCandidate]:
    """One finger inside a hollow thing, one outside, both along the wall."""
    if obj.category not in CONTAINERS or gripper.finger_thickness + 0.02 > min(obj.size[0], obj.size[1]) / 2:
        return
    wall = category(obj.category).wall
    for (apart, deep, cost), (n, (direction, radius)) in itertools.product(RIM_WAYS, enumerate(_rim_spots(obj))):
        lean, depth = wall_lean(obj), min(deep, obj.size[2] * 0.45)
        outward = np.array((math.cos(direction), math.sin(direction), 0.0))
        up = np.array((0.0, 0.0, 1.0))
        along = math.sin(lean) * outward + math.cos(lean) * up
        across = math.cos(lean) * outward - math.sin(lean) * up
        rim = np.array((*opening(obj), obj.top)) + (radius - wall / 2) * outward
        for sign in (1.0, -1.0):
            T = np.eye(4)
            T[:3, 2], T[:3, 1] = -along, sign * across
            T[:3, 0] = np.cross(T[:3, 1], T[:3, 2])
            T[:3, 3] = rim - depth * along
            yield GraspCandidate(T, wall, apart, 0.45 - cost - 0.001 * n, rim=True)


def _rim_spots(obj: SceneObject) -> list[tuple[float, float]]:
    """Directions from the centre, in rad, with the distance of the rim in m."""
    if obj.category == "box":
        return [(obj.yaw + k * math.pi / 2, obj.size[k % 2] / 2) for k in range(4)]
    radius = min(obj.size[0], obj.size[1]) / 2
    around = [obj.yaw + math.pi / 2 + 2 * math.pi * k / _RIM_TURNS for k in range(_RIM_TURNS)]
    if category(obj.category).handled:  # along its x axis
        around = [a for a in around if math.cos(a - obj.yaw) < 0.5]
    return [(a, radius) for a in around]
