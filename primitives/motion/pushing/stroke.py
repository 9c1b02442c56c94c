"""One straight push: two fingertips go down behind an object, along, and up again."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.failures import Blocked, Unreachable
from primitives.kinematics.poses import pose_matrix
from primitives.motion.mover import NEAR, Mover
from primitives.motion.planning.collision import Checker
from primitives.motion.preconditions import candidates, clear
from primitives.motion.pushing.finger_contact import across, gap, leaning
from primitives.scene import Pose, SceneObject, Vector2

SOLUTIONS = 8
"""Arm configurations tried for one way of pushing."""
STAND_OFF = 0.025
"""Gap between fingers and object before a stroke, in m."""
_WAYS = ((0.0, 1.0), (math.pi, 1.0), *((k * math.pi / 4, 0.0) for k in range(8)))
"""Turns of the hand about the vertical, in rad, with the part of the wanted opening: two contacts square to the stroke
keep the object from turning; where the arm cannot do that, closed fingers push with one."""
_LEANS = (0.0, 0.3, 0.6)
"""Angles in rad by which the hand leans towards the robot: so it gets behind what lies far out."""
FINGERTIP = 0.009
"""How far the fingertips reach beyond the tool, in m."""
HEIGHT = 0.016
"""Lowest height of the tool while pushing, in m."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A push as joint paths."""

    down: NDArray[np.float64]
    """(N, dof) rad, the way down behind the object."""
    along: NDArray[np.float64]
    """(N, dof) rad, from there to where the object is left."""
    width: float
    """Distance between the fingers, m."""


def plan_stroke(mover: Mover, obj: SceneObject, goal: Vector2, objects: Sequence[SceneObject]) -> Stroke:
    """The first way to push the centre of `obj` straight to `goal` (m) in which the arm touches nothing else.

    Args:
        mover: the arm.
        obj: the object, where it stands when the stroke begins.
        goal: (x, y) in m.
        objects: the rest of the scene.

    Raises:
        Blocked: in every way it touches something, named in `candidates`.
        Unreachable: the arm can follow none.
    """
    start = np.array(obj.position[:2])
    way = np.array(goal) - start
    ahead = way / float(np.linalg.norm(way))
    angle = math.atan2(ahead[1], ahead[0])
    height = max(HEIGHT, min(obj.position[2], obj.top - 0.012))
    gripper = mover.info.gripper
    # Two contacts as far apart as the object allows keep it from turning.
    width = float(np.clip(0.6 * across(obj, angle) - gripper.finger_thickness, 0.0, gripper.max_width))
    rest = [o for o in objects if o.name != obj.name]
    beside = mover.checker(margin=0.001, objects=[*rest, obj])
    past = mover.checker(margin=0.002, objects=rest)
    problem: Blocked | Unreachable | None = None
    for lean, (turn, opening) in itertools.product(_LEANS, _WAYS):
        apart = gap(obj, angle, gripper, turn, opening * width)
        rotation = leaning(start, lean)
        over = float(ahead @ rotation[:2, 2]) / float(rotation[2, 2])  # how far ahead the hand leans, per height
        apart += over * (obj.top - height) if over > 0 else -over * FINGERTIP
        first, last = start - ahead * (apart + STAND_OFF), np.array(goal) - ahead * apart
        T = pose_matrix(Pose.top_down(float(first[0]), float(first[1]), height, angle + turn))
        T[:3, :3] = rotation @ T[:3, :3]
        try:
            down, along = _paths(mover, obj, T, last, opening * width, beside, past)
        except (Blocked, Unreachable) as failure:
            # what is touched can perhaps be moved, the arm's reach cannot
            problem = failure if problem is None or isinstance(problem, Unreachable) else problem
            continue
        return Stroke(down, along, opening * width)
    assert problem is not None
    raise problem


def make_stroke(mover: Mover, stroke: Stroke, name: str) -> None:
    """Push the object called `name`, and leave the cameras' view."""
    mover.hand.move(stroke.width)
    mover.travel(stroke.down[0])
    mover.follow(stroke.down, scale=NEAR)
    mover.follow(stroke.along, scale=0.15, contact=True)
    up = mover.raised(mover.q, mover.info.approach)
    mover.follow(stroke.along[::-1] if up is None else up[::-1], scale=NEAR)
    with suppress(Blocked):
        mover.home(objects=[o for o in mover.memory.objects if o.name != name])


def _paths(
    mover: Mover,
    obj: SceneObject,
    T: NDArray[np.float64],
    last: NDArray[np.float64],
    width: float,
    beside: Checker,
    past: Checker,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The way down behind the object and the way along, as joint paths.

    Args:
        mover: the arm.
        obj: the object.
        T: (4, 4) tool pose behind the object, base frame.
        last: (2,) position of the tool at the end, m.
        width: distance between the fingers, m.
        beside: what must not be touched on the way down.
        past: what must not be touched on the way along.

    Raises:
        Unreachable, Blocked.
    """
    end = T.copy()
    end[:2, 3] = last
    hit: tuple[str, str] | None = None
    for q in itertools.islice(mover.kinematics.solutions(T, mover.q), SOLUTIONS):
        down, along = mover.raised(q, mover.info.approach), mover.straight(q, end)
        if down is None or along is None:
            continue
        touched = beside.first_contact(down, width) or past.first_contact(along, width)
        if touched is None:
            return down, along
        hit = hit or touched
    if hit is None:
        raise Unreachable(
            f"the stroke ({T[0, 3]:.3f}, {T[1, 3]:.3f}) to ({last[0]:.3f}, {last[1]:.3f}) leaves the arm's reach",
            expected="a straight stroke within the joint limits",
            measured="a joint limit on the way",
            hint="Push in another direction, in shorter stretches, or use put.",
        )
    raise Blocked(
        f"pushing {obj.name}, {hit[0]} would touch {hit[1]}",
        expected="a free way behind and along the stroke",
        measured=f"{hit[0]} touches {hit[1]}",
        candidates=candidates(hit[1]),
        hint=f"{clear(hit[1])}, push in another direction, or use put.",
    )
