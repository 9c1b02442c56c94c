"""The digital twin: a scene made of what cameras measured, to rehearse a program in before a robot runs it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from primitives.categories import FIXED, MARKINGS, category
from primitives.colors import canonical
from primitives.errors import ConfigurationError
from primitives.scene import SceneObject
from primitives.twin import Carried, Perceived
from sim_envs.scenes.disturbances import Disturbances
from sim_envs.scenes.initial_layout import SETTLE_HEIGHT
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, Placement, SceneSpec

POSITION_ERROR = 0.0015
"""Standard deviation in m, per axis, of where a measured object is."""
YAW_ERROR = math.radians(1.0)
"""Standard deviation in rad of how it is turned."""
UNMEASURED = Disturbances(disparity_noise=0.03, dropout=0.002, edge_dropout=0.2, friction_change=0.3, mass_change=0.5)
"""What a rehearsal varies beside that: what no camera measures, and a sensor's ordinary noise."""


def twin_scene(
    perceived: Perceived, rng: np.random.Generator | None = None
) -> tuple[SceneSpec, list[Placement], dict[str, Carried]]:
    """The scene that `perceived` describes, where each thing stands, and what of it the hand carries, by name.

    Unknown categories become boxes of the measured size, unknown colours gray. Sizes are brought into their
    category's bounds, and nothing is placed below the table. Handles are parts of their furniture.

    Args:
        perceived: what the robot knows.
        rng: draws the errors of the measurements; without one they are taken as they are.

    Raises:
        ConfigurationError: there are no objects, or two share a name.
    """
    handles = [o for o in perceived.objects if o.category == "handle"]
    seen = [o for o in perceived.objects if o.category != "handle"]
    things = [*seen, *(c.object for c in perceived.carried)]
    if not things:
        raise ConfigurationError("a twin needs at least one measured object.")
    names = [o.name for o in things]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"measured objects share a name: {', '.join(sorted(names))}.")
    specs = tuple(_spec(o, handles) for o in things)
    places = [_placed(o, s, rng) for o, s in zip(things, specs, strict=True)]
    return SceneSpec(specs, "twin"), places, {c.object.name: c for c in perceived.carried}


def _placed(measured: SceneObject, spec: ObjectSpec, rng: np.random.Generator | None) -> Placement:
    x, y, z = measured.position
    yaw = measured.yaw
    if rng is not None and spec.movable:
        dx, dy = rng.normal(0.0, POSITION_ERROR, 2).tolist()
        x, y, yaw = x + dx, y + dy, yaw + float(rng.normal(0.0, YAW_ERROR))
    return Placement((x, y, max(z, spec.extent[2] / 2) + SETTLE_HEIGHT), yaw)


def _spec(measured: SceneObject, handles: Sequence[SceneObject]) -> ObjectSpec:
    # the odd shape that stands for "object" in scenes is an L, which a measured box is not
    name = measured.category if measured.category in SIZES and measured.category != "object" else "block"
    kind = SIZES[name]
    x, y, z = measured.size
    if category(name).disc:
        x = y = (x + y) / 2
    x, y = (min(max(v, kind.smallest), kind.largest) for v in (x, y))
    spec = ObjectSpec(
        name,
        canonical(measured.color) or "gray",
        name=measured.name,
        size=(x, y, min(max(z, 0.0005), 0.4)),
        movable=name not in FIXED | MARKINGS,
    )
    if not category(name).facing and measured.joint is None:
        return spec
    near = min(handles, key=lambda h: math.dist(h.position, measured.position), default=None)
    accent = canonical(near.color) if near is not None else None
    return msgspec.structs.replace(spec, accent=accent, joint=measured.joint)
