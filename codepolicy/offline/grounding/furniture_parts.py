"""Furniture as a scene shows it: what slides which way and how far, what is open, which handle belongs to what."""

from __future__ import annotations

import math

from codepolicy.offline.grounding.belief import Belief
from codepolicy.offline.parser.meaning import Direction
from primitives import categories
from primitives.scene import SceneObject, Vector2

SLIDERS = frozenset({"drawer", "door"})
STATES: dict[str, str] = {
    "open": "{v}.joint > 0.015", "closed": "{v}.joint <= 0.015", "pressed": "{v}.joint > 0.012"
}  # fmt: skip
"""What the state of a piece of furniture is by its joint, m, as an expression of the object `v`."""
_TOWARD: dict[Direction, Vector2] = {"left": (0.0, 1.0), "right": (0.0, -1.0), "top": (1.0, 0.0), "bottom": (-1.0, 0.0)}
_ALONG = 0.5
"""Cosine of the largest angle between the way that something slides and the way it is said to go."""


def is_worked(state: str, obj: SceneObject) -> bool:
    """Whether the object is in one of `STATES`; what has no joint is in none."""
    if obj.joint is None:
        return False
    match state:
        case "open":
            return obj.joint > 0.015
        case "closed":
            return obj.joint <= 0.015
        case _:
            return obj.joint > 0.012


def travel(obj: SceneObject) -> float:
    """How far a drawer or a door slides in all, m: what no camera sees is taken to be usual for its size."""
    return categories.travel(obj.category, obj.size)


def axis(obj: SceneObject) -> Vector2:
    """Unit vector (x, y) along which a drawer or a door slides as its joint grows."""
    yaw = obj.yaw + (math.pi / 2 if obj.category == "door" else 0.0)
    return math.cos(yaw), math.sin(yaw)


def gain(obj: SceneObject, direction: Direction) -> int:
    """Whether the joint grows (1) or shrinks (-1) when the part slides that way; 0 when it slides another way."""
    (x, y), (u, v) = axis(obj), _TOWARD[direction]
    along = x * u + y * v
    return 0 if abs(along) < _ALONG else 1 if along > 0 else -1


def whole_of(part: SceneObject, belief: Belief) -> SceneObject:
    """What a handle belongs to, the nearest drawer or door; anything else is its own whole."""
    wholes = [o for o in belief.objects.values() if o.category in SLIDERS]
    if part.category != "handle" or not wholes:
        return part
    return min(wholes, key=lambda o: math.dist(o.position[:2], part.position[:2]))
