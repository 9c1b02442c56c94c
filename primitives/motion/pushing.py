"""Pushing: slide an object over the table with two fingertips, looking between strokes until it is there."""

from __future__ import annotations

import itertools
import math
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from shapely import affinity

from primitives import relations
from primitives.context import Context
from primitives.failures import BadArgument, Blocked, NotFound, NotPlaced, Unreachable
from primitives.motion.contact import across, gap, leaning
from primitives.motion.kinematics import pose_matrix
from primitives.motion.mover import APPROACH, NEAR, Mover
from primitives.motion.refusals import refuse_bolted
from primitives.motion.spots import spots
from primitives.motion.targets import describe
from primitives.scene import Pose, Region, SceneObject, Target

TOLERANCE = 0.02
"""m from the target, when done."""
GOOD = 0.008
"""m from the target at which no further stroke is made."""
STROKES = 6
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


def push(ctx: Context, obj: SceneObject, target: Target) -> None:
    """Slide `obj` until its centre is within `TOLERANCE` of the target.

    Raises:
        BadArgument: the hand is full, the object cannot be pushed, or the target is not on the table.
        Blocked, Unreachable: no stroke towards the target can be carried out.
        NotPlaced: it is not there after the last stroke; measured.
    """
    mover = ctx.mover
    if mover.hand.held is not None:
        raise BadArgument(
            f"the gripper holds {mover.hand.held.object.name}", hint="Put it down first, with place(target)."
        )
    if obj.on != "table":
        raise BadArgument(f"{obj.name} rests on {obj.on}, not on the table", hint="Use put to move it.")
    refuse_bolted(obj)
    if obj.category == "zone":
        raise BadArgument(f"{obj.name} is a marking on the table", hint="Push an object that stands on the table.")
    goal = _goal(ctx, obj, target)
    mover.hand.recover()
    now = obj
    for _ in range(STROKES):
        if math.dist(now.position[:2], goal) <= GOOD:
            break
        _stroke(mover, now, goal)
        ctx.memory.look()
        now = _seen(ctx, obj, target)
    offset = math.dist(now.position[:2], goal)
    ctx.measured["offset (m)"] = round(offset, 4)
    if offset > TOLERANCE:
        raise NotPlaced(
            f"{obj.name} is {offset:.3f} m from {describe(target)} after {STROKES} strokes",
            expected=f"within {TOLERANCE} m of ({goal[0]:.3f}, {goal[1]:.3f})",
            measured=f"({now.position[0]:.3f}, {now.position[1]:.3f})",
            hint="Use put if it can be grasped, or push once more.",
        )


def _goal(ctx: Context, obj: SceneObject, target: Target) -> tuple[float, float]:
    match target:
        case SceneObject() if target.category not in ("zone", "plate"):
            away = np.array(obj.position[:2]) - np.array(target.position[:2])
            gap = (max(obj.size[:2]) + max(target.size[:2])) / 2 + 0.005
            x, y = np.array(target.position[:2]) + away / max(float(np.linalg.norm(away)), 1e-6) * gap
        case SceneObject():
            x, y = target.position[:2]
        case Region():
            spot = next(spots(obj, target, ctx.memory.objects), None)
            x, y = spot.position[:2] if spot else target.center
        case _:
            x, y = target[0], target[1]
    if not ctx.robot.workspace.table.contains((x, y)):
        raise BadArgument(
            f"({x:.3f}, {y:.3f}) is outside the workspace", hint="Choose a point on the table, or a region."
        )
    return float(x), float(y)


def _seen(ctx: Context, obj: SceneObject, target: Target) -> SceneObject:
    try:
        return ctx.memory.current(obj)
    except NotFound as lost:
        raise NotPlaced(
            f"{obj.name} was pushed towards {describe(target)} and is not in view",
            expected=f"{obj.name} at {describe(target)}",
            measured="not seen by any camera",
            candidates=lost.candidates,
            hint="Look again with detect().",
        ) from lost


def _stroke(mover: Mover, obj: SceneObject, goal: tuple[float, float]) -> None:
    """One straight push of the object's centre to `goal`: down behind it, along, up."""
    start = np.array(obj.position[:2])
    way = np.array(goal) - start
    length = float(np.linalg.norm(way))
    ahead = way / length
    angle = math.atan2(ahead[1], ahead[0])
    height = max(HEIGHT, min(obj.position[2], obj.top - 0.012))
    gripper = mover.info.gripper
    # Two contacts as far apart as the object allows keep it from turning.
    width = float(np.clip(0.6 * across(obj, angle) - gripper.finger_thickness, 0.0, gripper.max_width))
    _refuse_in_the_way(mover, obj, goal)
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
            down, along = _plan(mover, obj, T, last, opening * width)
        except (Blocked, Unreachable) as failure:
            problem = problem or failure
            continue
        mover.hand.move(opening * width)
        mover.travel(down[0])
        mover.follow(down, scale=NEAR)
        mover.follow(along, scale=0.15, contact=True)
        up = mover.raised(mover.q, APPROACH)
        mover.follow(along[::-1] if up is None else up[::-1], scale=NEAR)
        with suppress(Blocked):
            mover.home(objects=[o for o in mover.memory.objects if o.name != obj.name])
        return
    assert problem is not None
    raise problem


def _plan(
    mover: Mover,
    obj: SceneObject,
    T: NDArray[np.float64],
    last: NDArray[np.float64],
    width: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The way down behind the object and the way along, as joint paths.

    Args:
        mover: the arm.
        obj: the object.
        T: (4, 4) tool pose behind the object, base frame.
        last: (2,) position of the tool at the end, m.
        width: distance between the fingers, m.

    Raises:
        Unreachable, Blocked.
    """
    end = T.copy()
    end[:2, 3] = last
    beside, along_it = mover.checker(margin=0.001), mover.checker(ignore={obj.name}, margin=0.002)
    hit: tuple[str, str] | None = None
    for q in itertools.islice(mover.kinematics.solutions(T, mover.q), SOLUTIONS):
        down, along = mover.raised(q, APPROACH), mover.straight(q, end)
        if down is None or along is None:
            continue
        touched = beside.first_contact(down, width) or along_it.first_contact(along, width)
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
        candidates=(hit[1],),
        hint=f"Move {hit[1]} away first, push in another direction, or use put.",
    )


def _refuse_in_the_way(mover: Mover, obj: SceneObject, goal: tuple[float, float]) -> None:
    """What stands where the object would be pushed through is not to be pushed along."""
    outline = relations.footprint(obj)
    swept = outline.union(affinity.translate(outline, goal[0] - obj.position[0], goal[1] - obj.position[1])).convex_hull
    for other in mover.memory.objects:
        if other.name != obj.name and other.category != "zone" and swept.intersects(relations.footprint(other)):
            raise Blocked(
                f"{other.name} stands in the way of {obj.name}",
                expected="a free way to the target",
                measured=f"{other.name} at ({other.position[0]:.3f}, {other.position[1]:.3f})",
                candidates=(other.name,),
                hint=f"Move {other.name} away first, or use put.",
            )
