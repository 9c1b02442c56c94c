"""Where an object came to rest, measured, against where it was asked to be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from primitives import relations
from primitives.categories import MARKINGS, category
from primitives.failures import NotPlaced
from primitives.motion.mover import Mover
from primitives.motion.placing.placement_spot import PlacementSpot, equivalent_yaws
from primitives.motion.targets import describe
from primitives.scene import Region, SceneObject, Target

DISPLACED = 0.015
"""How far what is under the object may move, in m."""
TURNED = 0.2
"""How far in rad its yaw may be from what was asked for."""
HEIGHT_OFF = 0.012
"""How far from its expected height an object may be seen at rest, in m."""


def verify(mover: Mover, obj: SceneObject, target: Target, spot: PlacementSpot, yaw: float | None) -> None:
    """Look, and compare with what was asked; what seems wrong is looked at twice.

    Args:
        mover: the arm.
        obj: what was let go, as it was then.
        target: where it was to be put.
        spot: the place that was chosen there.
        yaw: how it was to lie, in rad, where that was asked for.
    """
    mover.memory.look()
    if _problem(mover, obj, target, spot, yaw) is not None:
        mover.memory.look()
        problem = _problem(mover, obj, target, spot, yaw)
        if problem is not None:
            raise problem


def at_rest(obj: SceneObject, spot: PlacementSpot, seen: Sequence[SceneObject]) -> SceneObject | None:
    """What was let go, as it is seen now: known by its name or, where it lies elsewhere, by its place and colour."""
    named = next((o for o in seen if o.name == obj.name), None)
    if named is not None and math.dist(named.position[:2], spot.position[:2]) <= spot.reach:
        return named
    height = spot.position[2] if spot.rest is None else spot.rest
    there = [
        o
        for o in seen
        if o.color == obj.color
        and math.dist(o.position[:2], spot.position[:2]) <= spot.reach
        and (spot.rest is None or abs(o.position[2] - height) <= HEIGHT_OFF)
    ]
    return min(there, key=lambda o: math.dist(o.position, spot.position), default=named)


def _problem(
    mover: Mover, obj: SceneObject, target: Target, spot: PlacementSpot, yaw: float | None
) -> NotPlaced | None:
    memory = mover.memory
    now = at_rest(obj, spot, memory.objects)
    if now is None:
        return _unseen(obj, target, spot, memory.objects)
    now = _whole(now, obj)
    support = at_rest_before(target, memory.objects) if isinstance(target, SceneObject) else None
    mover.measured["yaw (rad)"] = round(now.yaw, 3)
    offset = math.dist(now.position[:2], spot.position[:2])
    mover.measured["offset (m)"] = round(offset, 4)
    if offset > spot.reach:
        return _misplaced(now, target, f"{offset:.3f} m from where it was let go", f"within {spot.reach:.3f} m")

    if isinstance(target, SceneObject) and support is not None and support.category not in MARKINGS:
        moved = math.dist(support.position[:2], target.position[:2])
        mover.measured["support moved (m)"] = round(moved, 4)
        if moved > DISPLACED:
            return _misplaced(
                now, target, f"{support.name} moved by {moved:.3f} m", f"{support.name} at most {DISPLACED} m away"
            )
    if support is not None and not (resting := relations.on(now, support)):
        return _misplaced(now, target, resting.text, f"{obj.name} resting on or in {support.name}")
    if isinstance(target, Region) and not target.contains(now.position):
        return _misplaced(now, target, f"at ({now.position[0]:.3f}, {now.position[1]:.3f})", f"inside {target.name}")
    if spot.rest is not None and abs(now.position[2] - spot.rest) > HEIGHT_OFF:
        return _misplaced(
            now,
            target,
            f"its centre {now.position[2]:.3f} m above the table",
            f"{spot.rest:.3f} m, on {' and '.join(spot.supports)}",
        )
    if yaw is not None and spot.rest is not None and not category(now.category).disc:
        turned = min(abs(math.remainder(now.yaw - same, math.tau)) for same in equivalent_yaws(now, yaw))
        if turned > TURNED:
            return _misplaced(now, target, f"yaw {now.yaw:.2f} rad", f"{yaw:.2f} rad, within {TURNED} rad")
    return None


def _whole(now: SceneObject, obj: SceneObject) -> SceneObject:
    """`now`, at rest, as tall as `obj` of no known shape was in the hand: of one that lies in something, or whose parts
    look like things of their own, the upper part may be all that is seen."""
    if obj.category != "object" or now.size[2] >= obj.size[2]:
        return now
    low = max(0.0, now.top - obj.size[2])
    x, y, _ = now.position
    size = (now.size[0], now.size[1], now.top - low)
    return msgspec.structs.replace(now, position=(x, y, (low + now.top) / 2), size=size)


def at_rest_before(target: SceneObject, seen: Sequence[SceneObject]) -> SceneObject | None:
    """What something was put on or in, as it is seen now: known by its name, or by its place and kind."""
    named = next((o for o in seen if o.name == target.name), None)
    alike = [o for o in seen if target.color == o.color and target.category == o.category]
    return named or min(
        (o for o in alike if math.dist(o.position, target.position) <= DISPLACED),
        key=lambda o: math.dist(o.position, target.position),
        default=None,
    )


def _unseen(obj: SceneObject, target: Target, spot: PlacementSpot, seen: Sequence[SceneObject]) -> NotPlaced:
    """Nothing of its colour is where it was let go, nor anywhere under its name."""
    there = [o for o in seen if math.dist(o.position[:2], spot.position[:2]) <= spot.reach]
    what = ", ".join(o.name for o in there)
    return NotPlaced(
        f"{obj.name} was let go at {describe(target)} and is not seen since"
        + (f"; {what} {'is' if len(there) == 1 else 'are'} seen there" if there else ""),
        expected=f"{obj.name} at {describe(target)}",
        measured=f"{what} there" if there else "nothing seen there",
        candidates=tuple(o.name for o in seen),
        hint="It may be hidden by what is seen there; look again with detect()."
        if there
        else "It may have rolled away or be hidden; look again with detect().",
    )


def _misplaced(now: SceneObject, target: Target, measured: str, expected: str) -> NotPlaced:
    return NotPlaced(
        f"{now.name} came to rest somewhere else than {describe(target)}: {measured}",
        expected=expected,
        measured=measured,
        hint=f"{now.name} is now at ({now.position[0]:.3f}, {now.position[1]:.3f}, {now.position[2]:.3f}) on {now.on}; "
        "pick and place it again, or choose another place.",
    )
