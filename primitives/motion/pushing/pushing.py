"""Pushing: slide an object over the table, straight or round a corner, looking between strokes until it is there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from primitives import relations
from primitives.categories import CONTAINERS, FIXED, FLAT, MARKINGS
from primitives.failures import BadArgument, Blocked, Dropped, NotFound, NotPlaced, Unreachable
from primitives.motion.mover import Mover
from primitives.motion.preconditions import refuse_bolted
from primitives.motion.pushing.stroke import make_stroke, plan_stroke
from primitives.motion.pushing.swept_corridors import ROOM, in_lane, moved, spots_within, ways
from primitives.motion.spillage import lost_contents
from primitives.motion.targets import describe
from primitives.scene import Region, SceneObject, Target, Vector2

TOLERANCE = 0.02
"""m from the target, when done."""
GOOD = 0.008
"""m from the target at which no further stroke is made."""
STROKES = 12
STRETCH = 0.10
"""Length of a stroke past neighbours, in m."""
DRIFT = 0.05
"""How far in m a longer stroke may take something off its lane: blocks that turn drifted by up to 43 mm."""
TRIES = 12
"""Ways of each kind for which it is asked whether the arm can make the strokes."""
CLEARED = 6
"""Straight ways of which it is asked what would have to be moved away, where none is free."""
MANY = 3
"""Things that would have to be moved away, from which on a way is not suggested."""
BEHIND = 0.10
"""Room for the hand behind an object before a stroke, in m."""


def push(mover: Mover, obj: SceneObject, target: Target) -> None:
    """Slide `obj` until its centre is within `TOLERANCE` of the target; of a region, of the nearest spot to which there
    is a way.

    Raises:
        BadArgument: the hand is full, the object cannot be pushed, or the target is not on the table.
        Blocked: something is in every way; says what to move out of which lane.
        Unreachable: no stroke towards the target can be carried out.
        NotPlaced: it is not there after the last stroke; measured.
    """
    if mover.hand.held is not None:
        raise BadArgument(
            f"the gripper holds {mover.hand.held.object.name}", hint="Put it down first, with place(target)."
        )
    if obj.on != "table":
        raise BadArgument(f"{obj.name} rests on {obj.on}, not on the table", hint="Use put to move it.")
    refuse_bolted(obj)
    if obj.category in MARKINGS:
        raise BadArgument(f"{obj.name} is a marking on the table", hint="Push an object that stands on the table.")
    goals = _goals(mover, obj, target)
    along = relations.riders(obj, mover.memory.objects)
    mover.hand.recover()
    now, goal = obj, goals[0]
    for _ in range(STROKES):
        offset = math.dist(now.position[:2], goal)
        if offset <= GOOD:
            break
        try:
            way = _way(mover, now, [goal, *goals])
            if math.dist(now.position[:2], goal := way[-1]) <= GOOD:
                break  # of all spots of a region, the one where it stands
            others = _others(mover, now)
            stroke = plan_stroke(mover, now, _stretch(now, way[0], others), others)
        except (Blocked, Unreachable):
            if offset > TOLERANCE:
                raise
            break
        make_stroke(mover, stroke, obj.name)
        mover.memory.look()
        now = _seen(mover, obj, target)
    if fallen := _fallen(now, along, mover.memory.objects):
        raise fallen
    offset = math.dist(now.position[:2], goal)
    mover.measured["offset (m)"] = round(offset, 4)
    if offset > TOLERANCE:
        raise NotPlaced(
            f"{obj.name} is {offset:.3f} m from {describe(target)} after {STROKES} strokes",
            expected=f"within {TOLERANCE} m of {_point(goal)}",
            measured=_point(now.position),
            hint="Use put if it can be grasped, or push once more.",
        )


def _others(mover: Mover, obj: SceneObject) -> list[SceneObject]:
    """The scene without what rests on or in `obj` and goes along with it."""
    along = {o.name for o in relations.riders(obj, mover.memory.objects)}
    return [o for o in mover.memory.objects if o.name not in along]


def _fallen(obj: SceneObject, along: Sequence[SceneObject], seen: Sequence[SceneObject]) -> Dropped | None:
    """What rested on or in `obj` before it was pushed and lies elsewhere now."""
    if obj.category in CONTAINERS:
        return lost_contents(obj, along, seen)
    kept = {o.name for o in relations.riders(obj, seen)}
    gone = [o for o in seen if o.name in {a.name for a in along} - kept]
    if not gone:
        return None
    return Dropped(
        f"{' and '.join(o.name for o in gone)} fell off {obj.name} while it was pushed",
        expected=f"{', '.join(o.name for o in along)} on {obj.name}",
        measured=", ".join(f"{o.name} at {_point(o.position)}" for o in gone),
        candidates=tuple(o.name for o in gone),
        hint=f"Put {gone[0].name} back on {obj.name}.",
    )


def _goals(mover: Mover, obj: SceneObject, target: Target) -> list[Vector2]:
    """Where the object's centre may come to lie: the best first."""
    match target:
        case SceneObject() if target.category not in FLAT:
            away = np.array(obj.position[:2]) - np.array(target.position[:2])
            gap = (max(obj.size[:2]) + max(target.size[:2])) / 2 + 0.005
            x, y = np.array(target.position[:2]) + away / max(float(np.linalg.norm(away)), 1e-6) * gap
        case SceneObject():
            x, y = target.position[:2]
        case Region():
            return spots_within(target, obj, _others(mover, obj))
        case _:
            x, y = target[0], target[1]
    if not mover.robot.workspace.table.contains((x, y)):
        raise BadArgument(
            f"({x:.3f}, {y:.3f}) is outside the workspace", hint="Choose a point on the table, or a region."
        )
    return [(float(x), float(y))]


def _way(mover: Mover, obj: SceneObject, goals: Sequence[Vector2]) -> tuple[Vector2, ...]:
    """The first way to one of `goals` (m) along which the arm can push: straight, or else first along one axis, then
    along the other; where possible with some room to what stands beside it.

    Raises:
        Blocked, Unreachable: there is none.
    """
    objects = _others(mover, obj)
    for room, legs in itertools.product((ROOM, 0.0), (1, 2)):
        for way in itertools.islice(ways(obj, goals, objects, legs=legs, room=room), TRIES):
            if _can_push(mover, obj, way, objects):
                return way
    raise _no_way(mover, obj, goals, objects)


def _can_push(mover: Mover, obj: SceneObject, way: Sequence[Vector2], objects: Sequence[SceneObject]) -> bool:
    for point in way:
        if math.dist(obj.position[:2], point) > GOOD:
            try:
                plan_stroke(mover, obj, point, objects)
            except (Blocked, Unreachable):
                return False
        obj = moved(obj, point)
    return True


def _stretch(obj: SceneObject, point: Vector2, objects: Sequence[SceneObject]) -> Vector2:
    """How far towards `point` (m) to push before the next look: past neighbours in short stretches, for what is pushed
    far drifts sideways."""
    length = math.dist(obj.position[:2], point)
    if length <= STRETCH or not in_lane(obj, point, objects, DRIFT):
        return point
    part = STRETCH / length
    x, y = obj.position[:2]
    return x + part * (point[0] - x), y + part * (point[1] - y)


def _seen(mover: Mover, obj: SceneObject, target: Target) -> SceneObject:
    try:
        return mover.memory.current(obj)
    except NotFound as lost:
        raise NotPlaced(
            f"{obj.name} was pushed towards {describe(target)} and is not in view",
            expected=f"{obj.name} at {describe(target)}",
            measured="not seen by any camera",
            candidates=lost.candidates,
            hint="Look again with detect().",
        ) from lost


def _no_way(
    mover: Mover, obj: SceneObject, goals: Sequence[Vector2], objects: Sequence[SceneObject]
) -> Blocked | Unreachable:
    """Why none of the goals can be reached: what to move out of the straight way that needs the least of it."""
    straight = sorted(goals, key=lambda goal: len(in_lane(obj, goal, objects)))[:CLEARED]
    cleared = [(found, goal) for goal in straight if (found := _to_clear(mover, obj, goal, objects))]
    if cleared:
        stands, goal = min(cleared, key=lambda way: len(way[0]))
        return _in_the_way(obj, goal, stands)
    if stands := in_lane(obj, straight[0], objects):
        return _in_the_way(obj, straight[0], stands)
    try:
        plan_stroke(mover, obj, straight[0], objects)
    except (Blocked, Unreachable) as failure:
        return failure
    raise AssertionError("a way that is free can be planned")


def _to_clear(
    mover: Mover, obj: SceneObject, goal: Vector2, objects: Sequence[SceneObject]
) -> list[SceneObject] | None:
    """What to move away so that the arm can push `obj` straight to `goal` (m); None where that does not help."""
    stands = in_lane(obj, goal, objects)
    while len(stands) <= MANY and not any(o.category in FIXED for o in stands):
        try:
            plan_stroke(mover, obj, goal, [o for o in objects if o not in stands])
        except Blocked as failure:
            touched = [o for o in objects if o.name in failure.candidates]
            if not touched:
                return None
            stands = [*stands, *touched]
        except Unreachable:
            return None
        else:
            return stands
    return None


def _in_the_way(obj: SceneObject, goal: Vector2, stands: Sequence[SceneObject]) -> Blocked:
    names = " and ".join(o.name for o in stands)
    verb = "stands" if len(stands) == 1 else "stand"
    lane = f"from {_point(obj.position)} to {_point(goal)}"
    return Blocked(
        f"{names} {verb} in the way of {obj.name} {lane}",
        expected=f"a free lane as wide as {obj.name}, with {BEHIND:.2f} m behind it for the hand",
        measured=", ".join(f"{o.name} at {_point(o.position)}" for o in stands),
        candidates=tuple(o.name for o in stands),
        hint=f"Move {names} out of the lane {lane} and away from its beginning, or use put.",
    )


def _point(at: Sequence[float]) -> str:
    return f"({at[0]:.3f}, {at[1]:.3f})"
