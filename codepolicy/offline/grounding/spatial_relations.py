"""How things lie to each other: whether relations between them hold, as the primitives measure them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from codepolicy.offline.grounding.belief import NEAR, Belief
from codepolicy.offline.parser.meaning import Place
from primitives import relations
from primitives.categories import CONTAINERS, FIXED, FLAT
from primitives.scene import REGION_NAMES, SceneObject


def related(relation: str, a: SceneObject, b: SceneObject) -> bool:
    """Whether a relation of two objects holds, as the primitives measure it."""
    match relation:
        case "in" | "on" | "to":
            return bool(relations.inside(a, b) or relations.on(a, b)) or a.on == b.name
        case "under":
            return bool(relations.on(b, a)) or b.on == a.name
        case "left":
            return bool(relations.left_of(a, b))
        case "right":
            return bool(relations.right_of(a, b))
        case "top":
            return bool(relations.behind(a, b))
        case "bottom":
            return bool(relations.in_front_of(a, b))
        case "near" | "beside":
            return bool(relations.near(a, b, distance=NEAR))
        case "larger" | "smaller":
            bigger = math.prod(a.size) - math.prod(b.size)
            return bigger > 1e-6 if relation == "larger" else bigger < -1e-6
        case "higher" | "lower":
            return (a.top > b.top + 0.005) if relation == "higher" else (a.top < b.top - 0.005)
        case "same" | "different":
            return (a.color == b.color) == (relation == "same")
        case _:
            raise ValueError(relation)


def rests_in(a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` is where a goal check asks it to be: inside a container, not on top of what fills it; or on `b`."""
    return bool(relations.inside(a, b)) if b.category in CONTAINERS else related("on", a, b)


def in_place(obj: SceneObject, place: Place, belief: Belief) -> bool:
    """Whether an object is at a named place."""
    names = [n for n in REGION_NAMES if n.endswith(place.name)] if place.name in ("corner", "side") else [place.name]
    return any(relations.in_region(obj, belief.workspace.region(n)).holds for n in names)


def movable(obj: SceneObject) -> bool:
    """Whether it is the kind of thing that "everything" speaks of: no zone, and nothing that others are put into."""
    return obj.category not in CONTAINERS | FLAT | FIXED or obj.category == "mug"


def between(obj: SceneObject, others: Sequence[SceneObject]) -> bool:
    """Whether a thing lies between two others, within 8 cm of the line."""
    if len(others) < 2:
        return False
    (ax, ay, _), (bx, by, _), (x, y, _) = others[0].position, others[1].position, obj.position
    length = math.dist((ax, ay), (bx, by)) or 1.0
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length
    aside = abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length
    return 0 < along < length and aside < 0.08


def touching(a: SceneObject, b: SceneObject) -> float:
    """Distance in m between the centres of two things side by side, whichever way they are turned."""
    return (max(a.size[:2]) + max(b.size[:2])) / 2
