"""Why a point is no place for an object: what is there already, or that nothing is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from primitives.failures import BadArgument, Blocked, Failure
from primitives.motion.placing.placement_spot import preferred_yaws
from primitives.motion.placing.spots import LEVEL_TOLERANCE, Misfit, misfit
from primitives.motion.placing.support import Support, support_at
from primitives.motion.targets import describe
from primitives.scene import Region, SceneObject, Vector2, Vector3

FINGER_ROOM: Final = 0.024
"""What a finger takes beside a thing, in m."""


def refuse_unsupported(
    obj: SceneObject, point: Vector2 | Vector3, others: Sequence[SceneObject], yaw: float | None, table: Region
) -> None:
    """Refuse a point where `obj` would not come to rest as asked, however it is turned.

    Args:
        obj: what is put down.
        point: (x, y), which means the table, or with the height of its centre at rest; m.
        others: the rest of the scene.
        yaw: how it is to lie, in rad, where that was asked for.
        table: within which a free point is looked for.

    Raises:
        Blocked: something is there, named; or it would tip off what is there.
        BadArgument: nothing is there to carry it at that height.
    """
    first: Failure | None = None
    for group in preferred_yaws(obj, 0.0, yaw):
        support = support_at(obj, (point[0], point[1]), group[0], others)
        problem = misfit(obj, point, support)
        if problem is None:
            return
        first = first or _refusal(obj, point, support, problem, _free_point(obj, point, others, table))
    if first is not None:
        raise first


def _free_point(
    obj: SceneObject, point: Vector2 | Vector3, others: Sequence[SceneObject], table: Region
) -> Vector2 | None:
    """The nearest point of the table with room for `obj` and for two fingers beside it."""
    a, b, c = obj.size
    with_fingers = msgspec.structs.replace(obj, size=(a + 2 * FINGER_ROOM, b + 2 * FINGER_ROOM, c))
    for step in range(1, 16):
        for turn in range(12):
            angle = math.radians(30 * turn)
            x, y = point[0] + 0.02 * step * math.cos(angle), point[1] + 0.02 * step * math.sin(angle)
            inside = table.contains((x, y), max(a, b) / 2)
            if inside and not support_at(with_fingers, (x, y), obj.yaw, others).under:
                return round(x, 2), round(y, 2)
    return None


def _refusal(
    obj: SceneObject, point: Vector2 | Vector3, support: Support, problem: Misfit, free: Vector2 | None
) -> Failure:
    """The refusal with its values."""
    x, y = point[0], point[1]
    rest = support.height + obj.size[2] / 2
    level = f"({x:.3f}, {y:.3f}, {rest:.3f})"
    names = tuple(o.name for o in support.under)
    listed = " and ".join(names)
    there = "; ".join(
        f"{o.name} at ({o.position[0]:.3f}, {o.position[1]:.3f}), top {o.top:.3f} m" for o in support.under
    )
    if problem == "in mid-air":
        return BadArgument(
            f"nothing at {describe(point)} carries {obj.name} at that height; it would fall onto {_below(support)}",
            expected=f"the height of its centre at rest within {LEVEL_TOLERANCE} m: z = {rest:.3f} m",
            measured=f"z = {point[-1]:.3f} m",
            candidates=names,
            hint=f"Give {level}, or build up to that height first.",
        )
    onto = f"place it on {names[0]} by name"
    if problem == "unsteady":
        return Blocked(
            f"{obj.name} would tip off {_below(support)} at {describe(point)}",
            expected="its centre over what carries it",
            measured=there,
            candidates=names,
            hint=f"Choose a point nearer to the middle of {names[0]}, or {onto}.",
        )
    onto += f", or at {level}" if support.steady else ""
    return Blocked(
        f"{listed} {'is' if len(names) == 1 else 'are'} where {obj.name} would come to lie at {describe(point)}",
        expected=f"a free part of the table, {obj.size[0]:.3f} x {obj.size[1]:.3f} m"
        if len(point) == 2
        else f"what carries it {point[-1] - obj.size[2] / 2:.3f} m above the table",
        measured=there,
        candidates=names,
        hint=f"Choose a free point{'' if free is None else f', such as ({free[0]:.2f}, {free[1]:.2f})'}, or {onto}.",
    )


def _below(support: Support) -> str:
    return " and ".join(o.name for o in support.carriers) or "the table"
