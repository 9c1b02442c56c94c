"""Where an object came to rest, measured, against where it was asked to be."""

from __future__ import annotations

import math

from primitives import relations
from primitives.categories import MARKINGS
from primitives.failures import NotFound, NotPlaced
from primitives.motion.mover import Mover
from primitives.motion.placing.placement_spot import PlacementSpot
from primitives.motion.targets import describe
from primitives.scene import Region, SceneObject, Target

DISPLACED = 0.015
"""How far what is under the object may move, in m."""
HEIGHT_OFF = 0.012
"""How far from its expected height an object may be seen at rest, in m."""


def verify(mover: Mover, obj: SceneObject, target: Target, spot: PlacementSpot, before: dict[str, SceneObject]) -> None:
    """Look, and compare with what was asked; what seems wrong is looked at twice."""
    mover.memory.look()
    if _problem(mover, obj, target, spot, before) is not None:
        mover.memory.look()
        problem = _problem(mover, obj, target, spot, before)
        if problem is not None:
            raise problem


def _problem(
    mover: Mover, obj: SceneObject, target: Target, spot: PlacementSpot, before: dict[str, SceneObject]
) -> NotPlaced | None:
    memory = mover.memory
    try:
        now = memory.current(obj)
        support = memory.current(target) if isinstance(target, SceneObject) else None
    except NotFound as lost:
        return NotPlaced(
            f"{obj.name} was let go at {describe(target)}, and then: {lost.message}",
            expected=f"{obj.name} at {describe(target)}",
            measured="not seen by any camera",
            candidates=lost.candidates,
            hint="It may have rolled away or be hidden; look again with detect().",
        )
    offset = math.dist(now.position[:2], spot.position[:2])
    mover.measured["offset (m)"] = round(offset, 4)
    if offset > spot.reach:
        return _misplaced(now, target, f"{offset:.3f} m from where it was let go", f"within {spot.reach:.3f} m")
    if support is not None and support.category not in MARKINGS:
        moved = math.dist(support.position[:2], before[support.name].position[:2])
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
            now, target, f"its centre {now.position[2]:.3f} m above the table", f"{spot.rest:.3f} m, on {spot.support}"
        )
    return None


def _misplaced(now: SceneObject, target: Target, measured: str, expected: str) -> NotPlaced:
    return NotPlaced(
        f"{now.name} came to rest somewhere else than {describe(target)}: {measured}",
        expected=expected,
        measured=measured,
        hint=f"{now.name} is now at ({now.position[0]:.3f}, {now.position[1]:.3f}, {now.position[2]:.3f}) on {now.on}; "
        "pick and place it again, or choose another place.",
    )
