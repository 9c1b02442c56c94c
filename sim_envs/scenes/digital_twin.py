"""The digital twin: a scene made of what cameras measured, to rehearse a program in before a robot runs it."""

from __future__ import annotations

from collections.abc import Sequence

from primitives.categories import FIXED, MARKINGS, category
from primitives.colors import canonical
from primitives.errors import ConfigurationError
from primitives.scene import SceneObject
from sim_envs.scenes.initial_layout import SETTLE_HEIGHT
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, Placement, SceneSpec


def twin_scene(objects: Sequence[SceneObject]) -> tuple[SceneSpec, list[Placement]]:
    """The scene that `objects` describe, and where each stands.

    Unknown categories become boxes of the measured size, unknown colours gray. Sizes are brought into their
    category's bounds, and nothing is placed below the table.

    Raises:
        ConfigurationError: there are no objects, or two share a name.
    """
    if not objects:
        raise ConfigurationError("a twin needs at least one measured object.")
    names = [o.name for o in objects]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"measured objects share a name: {', '.join(sorted(names))}.")
    specs = tuple(_spec(o) for o in objects)
    places = [
        Placement((o.position[0], o.position[1], max(o.position[2], s.extent[2] / 2) + SETTLE_HEIGHT), o.yaw)
        for o, s in zip(objects, specs, strict=True)
    ]
    return SceneSpec(specs, "twin"), places


def _spec(measured: SceneObject) -> ObjectSpec:
    # the odd shape that stands for "object" in scenes is an L, which a measured box is not
    name = measured.category if measured.category in SIZES and measured.category != "object" else "block"
    kind = SIZES[name]
    x, y, z = measured.size
    if category(name).disc:
        x = y = (x + y) / 2
    x, y = (min(max(v, kind.smallest), kind.largest) for v in (x, y))
    return ObjectSpec(
        name,
        canonical(measured.color) or "gray",
        name=measured.name,
        size=(x, y, min(max(z, 0.0005), 0.4)),
        movable=name not in FIXED | MARKINGS,
    )
