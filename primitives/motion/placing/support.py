"""What would carry an object at a place: everything underneath, and whether it would lie steady there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from primitives import relations
from primitives.categories import CONTAINERS, MARKINGS
from primitives.motion.placing.placement_spot import outline
from primitives.motion.planning.obstacles import floor_height, inner_radius, opening
from primitives.scene import SceneObject

OVERLAP = 0.0015
"""How far in m two outlines must overlap to count as one above the other: what perception is off."""
LEVEL = 0.005
"""Difference in height in m between surfaces that carry a thing together."""
STEADY = 0.003
"""How far in m the centre of a thing must be within what carries it, lest it tip."""


@dataclass(frozen=True, slots=True)
class Support:
    """The surface on which an object would come to rest."""

    height: float
    """m above the table."""
    carriers: tuple[SceneObject, ...]
    """What carries it; nothing is the bare table."""
    under: tuple[SceneObject, ...]
    """Everything below its outline, the highest first; markings on the table are nothing."""
    steady: bool
    """Whether its centre is over what carries it."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what carries it, "table" where nothing does."""
        return tuple(o.name for o in self.carriers) or ("table",)

    @property
    def inside(self) -> bool:
        """Whether it would come to lie in a hollow thing."""
        return len(self.carriers) == 1 and self.height < self.carriers[0].top - LEVEL


def support_at(obj: SceneObject, at: tuple[float, float], yaw: float, others: Sequence[SceneObject]) -> Support:
    """What carries `obj` when it is let down centred at `at` (m), turned by `yaw` rad.

    Args:
        obj: what is put down.
        at: (x, y) in m.
        yaw: rad.
        others: the rest of the scene.
    """
    shape = outline(obj, at, yaw)
    core = shape.buffer(-OVERLAP)
    near = (o for o in others if o.category not in MARKINGS)
    under = [(o, relations.footprint(o)) for o in near]
    under = [(o, area) for o, area in under if area.intersects(core)]
    if not under:
        return Support(0.0, (), (), steady=True)
    heights = [_surface(o, shape) for o, _ in under]
    height = max(heights)
    carrying = [(o, area) for (o, area), h in zip(under, heights, strict=True) if h > height - LEVEL]
    hull = shapely.union_all([area.intersection(shape) for _, area in carrying]).convex_hull
    # half of what stands on nothing else may well rest on the rim of a bowl; it is steady on no ball
    steady = hull.buffer(-STEADY).contains(shapely.Point(at)) and all(o.category != "ball" for o, _ in carrying)
    listed = [o for _, o in sorted(zip(heights, (o for o, _ in under), strict=True), key=lambda pair: -pair[0])]
    return Support(height, tuple(o for o, _ in carrying), tuple(listed), steady)


def _surface(obj: SceneObject, shape: shapely.Polygon) -> float:
    """Height in m at which `shape` (m) comes to lie on or in `obj`."""
    if obj.category in CONTAINERS and shapely.Point(opening(obj)).buffer(inner_radius(obj)).contains(shape):
        return floor_height(obj)
    return obj.top
