"""Where the objects of a scene start: fixed positions as given, the rest drawn from the seed by rejection."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from primitives.categories import FIXED, MARKINGS, category
from primitives.errors import ConfigurationError
from primitives.scene import Workspace
from sim_envs.scenes.scene_spec import ObjectSpec, Placement, SceneSpec, footprint, gap

TRIES_PER_OBJECT = 100
LAYOUTS = 60
SETTLE_HEIGHT = 0.0005
"""Objects start this far above their support in m and settle."""


def layout(spec: SceneSpec, rng: np.random.Generator, workspace: Workspace) -> list[Placement]:
    """A placement for each object of a resolved scene.

    Raises:
        ConfigurationError: no arrangement was found; the message says which constraint to relax.
    """
    fixed: dict[int, ObjectSpec] = {}
    for i, o in enumerate(spec.objects):
        if o.position is not None:
            fixed[i] = msgspec.structs.replace(o, yaw=_yaw(o, rng))
    free = [i for i in range(len(spec.objects)) if i not in fixed]
    free.sort(key=lambda i: -spec.objects[i].extent[0] * spec.objects[i].extent[1])
    for _ in range(LAYOUTS):
        placed = dict(fixed)
        if all(_place(i, spec, placed, rng, workspace) for i in free):
            return [_start(placed[i]) for i in range(len(spec.objects))]
    raise ConfigurationError(_advice(spec, workspace))


def _place(
    index: int,
    spec: SceneSpec,
    placed: dict[int, ObjectSpec],
    rng: np.random.Generator,
    workspace: Workspace,
) -> bool:
    wanted = spec.objects[index]
    for _ in range(TRIES_PER_OBJECT):
        yaw = _yaw(wanted, rng)
        half_x, half_y = _half_box(wanted, yaw)
        low_x, high_x = workspace.low[0] + half_x, workspace.high[0] - half_x
        low_y, high_y = workspace.low[1] + half_y, workspace.high[1] - half_y
        if low_x > high_x or low_y > high_y:
            return False
        position = (float(rng.uniform(low_x, high_x)), float(rng.uniform(low_y, high_y)))
        candidate = msgspec.structs.replace(wanted, position=position, yaw=yaw)
        if all(_apart(candidate, other, spec.clearance) for other in placed.values()):
            placed[index] = candidate
            return True
    return False


def _apart(a: ObjectSpec, b: ObjectSpec, clearance: float) -> bool:
    """Whether two placed objects keep their distance; circles in and around the outlines decide most cases."""
    assert a.position is not None
    assert b.position is not None
    distance = math.dist(a.position[:2], b.position[:2])
    inner, outer = _inner_radius(a) + _inner_radius(b), _outer_radius(a) + _outer_radius(b)
    if distance >= outer + clearance:
        return True
    return distance > inner + clearance and gap(a, b) >= clearance


def _inner_radius(spec: ObjectSpec) -> float:
    x, y, _ = spec.extent
    return min(x, y) / 2


def _outer_radius(spec: ObjectSpec) -> float:
    x, y, _ = spec.extent
    return x / 2 if category(spec.category).disc else math.hypot(x / 2 + spec.reach, y / 2)


def _yaw(spec: ObjectSpec, rng: np.random.Generator) -> float:
    """The yaw asked for, or a drawn one. Flat zones lie straight, as painted."""
    if spec.yaw is not None:
        return spec.yaw
    return 0.0 if spec.category in MARKINGS else float(rng.uniform(-math.pi, math.pi))


def _half_box(spec: ObjectSpec, yaw: float) -> tuple[float, float]:
    x, y = spec.extent[0] / 2, spec.extent[1] / 2
    if category(spec.category).disc:
        return x, x
    c, s = abs(math.cos(yaw)), abs(math.sin(yaw))
    return x * c + y * s, x * s + y * c


def _start(spec: ObjectSpec) -> Placement:
    assert spec.position is not None
    assert spec.yaw is not None
    lift = 0.0 if spec.category in FIXED | MARKINGS else SETTLE_HEIGHT
    z = spec.position[2] if len(spec.position) == 3 else spec.extent[2] / 2
    return Placement((spec.position[0], spec.position[1], z + lift), spec.yaw)


def _advice(spec: SceneSpec, workspace: Workspace) -> str:
    area = sum(
        footprint(msgspec.structs.replace(o, position=(0.0, 0.0), yaw=0.0)).buffer(spec.clearance / 2).area
        for o in spec.objects
    )
    room = (workspace.high[0] - workspace.low[0]) * (workspace.high[1] - workspace.low[1])
    largest = max(spec.objects, key=lambda o: max(o.extent[:2]))
    name = f"scene {spec.name!r}" if spec.name else "the scene"
    return (
        f"no arrangement found for the {len(spec.objects)} objects of {name}: with a clearance of {spec.clearance:g} m "
        f"they cover {area / room:.0%} of the working area. Use fewer or smaller objects (the largest is "
        f"{largest.name!r}, {max(largest.extent[:2]):g} m), a smaller clearance, or fixed positions."
    )
