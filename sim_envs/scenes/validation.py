"""What of a scene is filled in, and what is refused, before anything is loaded."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import msgspec

from primitives.categories import FIXED, MARKINGS, SLIDING, category, travel
from primitives.colors import COLORS, canonical
from primitives.errors import ConfigurationError, unknown_name
from primitives.scene import Workspace
from sim_envs.scenes.scene_spec import (
    ENCLOSING,
    SIZES,
    ObjectSpec,
    SceneSpec,
    SizeRange,
    footprint,
    gap,
    heights,
)


def resolved(spec: SceneSpec, workspace: Workspace) -> SceneSpec:
    """`spec` checked, with canonical colours and every name filled in.

    Raises:
        ConfigurationError: unknown category or colour, a size or position that is not finite, not positive or out of
            bounds, an object outside the workspace, overlapping positions, a name used twice, or no objects.
    """
    where = f"scene {spec.name!r}" if spec.name else "the scene"
    if not spec.objects:
        raise ConfigurationError(f"{where} has no objects; add at least one [[objects]] table.")
    if not math.isfinite(spec.clearance) or not 0.0 <= spec.clearance <= 0.2:
        raise ConfigurationError(f"{where}: clearance is {spec.clearance!r}; valid: 0 to 0.2 m.")
    checked = [_checked(o, f"objects[{i}] of {where}", workspace) for i, o in enumerate(spec.objects)]
    given = Counter(o.name for o in checked if o.name is not None)
    for name, count in given.items():
        if count > 1:
            raise ConfigurationError(f"{where}: the name {name!r} is used {count} times; names are unique.")
    named = _named(checked, taken=set(given))
    _refuse_overlaps(named, where)
    return msgspec.structs.replace(spec, objects=tuple(named))


def _checked(spec: ObjectSpec, where: str, workspace: Workspace) -> ObjectSpec:
    kind = SIZES.get(spec.category)
    if kind is None:
        raise ConfigurationError(f"{where}: {unknown_name('category', spec.category, SIZES)}")
    color = canonical(spec.color)
    if color is None:
        raise ConfigurationError(f"{where}: {unknown_name('color', spec.color, COLORS)}")
    if spec.name is not None and not spec.name.strip():
        raise ConfigurationError(f"{where}: name is empty; leave it out for the default.")
    _check_size(spec, kind, where)
    if spec.yaw is not None and not math.isfinite(spec.yaw):
        raise ConfigurationError(f"{where}: yaw is {spec.yaw!r}; give a finite angle in rad.")
    _check_position(spec, where, workspace)
    accent = _checked_furniture(spec, where)
    return msgspec.structs.replace(
        spec, color=color, accent=accent, movable=spec.movable and spec.category not in FIXED | MARKINGS
    )


def _checked_furniture(spec: ObjectSpec, where: str) -> str | None:
    """The accent's canonical name, or None."""
    if spec.category not in SLIDING:
        for key in ("accent", "joint"):
            if getattr(spec, key) is not None:
                raise ConfigurationError(f"{where}: a {spec.category} has no {key}; only {', '.join(SLIDING)} have.")
        return None
    most = travel(spec.category, spec.extent)
    if spec.joint is not None and not (math.isfinite(spec.joint) and 0.0 <= spec.joint <= most):
        raise ConfigurationError(f"{where}: joint is {spec.joint!r}; this {spec.category} goes from 0 to {most:g} m.")
    if spec.accent is None:
        return None
    accent = canonical(spec.accent)
    if accent is None:
        raise ConfigurationError(f"{where}: {unknown_name('accent', spec.accent, COLORS)}")
    if accent == canonical(spec.color):
        raise ConfigurationError(f"{where}: accent and color are both {accent!r}; a handle has another colour.")
    return accent


def _check_size(spec: ObjectSpec, kind: SizeRange, where: str) -> None:
    if spec.size is None:
        return
    values = spec.size if isinstance(spec.size, tuple) else (spec.size,)
    if isinstance(spec.size, tuple) and len(values) != 3:
        raise ConfigurationError(f"{where}: size is {list(values)!r}; give one number or [x, y, z] in m.")
    if not all(math.isfinite(v) and v > 0.0 for v in values):
        raise ConfigurationError(f"{where}: size is {spec.size!r}; every extent is a positive finite number of metres.")
    x, y, z = spec.extent
    if spec.model is not None:
        return  # checked when the file was read
    if not (kind.smallest <= min(x, y) and max(x, y) <= kind.largest):
        raise ConfigurationError(
            f"{where}: a {spec.category} of {x:g} x {y:g} m is out of bounds; "
            f"its horizontal extent is {kind.smallest:g} to {kind.largest:g} m."
        )
    if category(spec.category).disc and abs(x - y) > 1e-6:
        raise ConfigurationError(
            f"{where}: a {spec.category} is round, so size x and y are equal; got {x:g} and {y:g}."
        )
    if not 0.0005 <= z <= 0.4:
        raise ConfigurationError(f"{where}: the height {z:g} m is out of bounds; valid: 0.0005 to 0.4 m.")


def _check_position(spec: ObjectSpec, where: str, workspace: Workspace) -> None:
    if spec.position is None:
        return
    if len(spec.position) not in (2, 3):
        raise ConfigurationError(f"{where}: position is {list(spec.position)!r}; give [x, y] or [x, y, z] in m.")
    if not all(math.isfinite(v) for v in spec.position):
        raise ConfigurationError(f"{where}: position is {list(spec.position)!r}; every coordinate is a finite number.")
    (x0, y0), (x1, y1) = workspace.low[:2], workspace.high[:2]
    x, y = spec.position[:2]
    if not (x0 <= x <= x1 and y0 <= y <= y1):
        raise ConfigurationError(
            f"{where}: position ({x:g}, {y:g}) is outside the working area, x {x0:g} to {x1:g}, y {y0:g} to {y1:g} m."
        )
    if len(spec.position) == 3:
        z, height = spec.position[2], spec.extent[2]
        if not height / 2 - 0.002 <= z <= workspace.high[2]:
            raise ConfigurationError(
                f"{where}: z is the height of the centre, {height / 2:g} to {workspace.high[2]:g} m here; got {z:g}."
            )


def _named(objects: list[ObjectSpec], *, taken: set[str]) -> list[ObjectSpec]:
    twins = Counter(f"{o.color} {o.category}" for o in objects)
    named = list(objects)
    for i in sorted(range(len(objects)), key=lambda i: _from_left(objects[i])):
        spec = objects[i]
        if spec.name is not None:
            continue
        name = base = f"{spec.color} {spec.category}"
        if twins[base] > 1 or base in taken:
            name = next(n for k in itertools.count(1) if (n := f"{base} {k}") not in taken)
        taken.add(name)
        named[i] = msgspec.structs.replace(spec, name=name)
    return named


def _from_left(spec: ObjectSpec) -> tuple[float, float]:
    """Sort key of those with a position from left to right, then far to near, before the others."""
    return (math.inf, 0.0) if spec.position is None else (-round(spec.position[1], 2), -spec.position[0])


def _refuse_overlaps(objects: list[ObjectSpec], where: str) -> None:
    placed = [o for o in objects if o.position is not None]
    for i, a in enumerate(placed):
        for b in placed[i + 1 :]:
            if _collide(a, b):
                raise ConfigurationError(
                    f"{where}: {a.name!r} and {b.name!r} overlap; move one, or give z where one rests on the other."
                )


def _collide(a: ObjectSpec, b: ObjectSpec) -> bool:
    if not MARKINGS.isdisjoint((a.category, b.category)):
        return False
    if any(o.category in ENCLOSING and len(other.position or ()) == 3 for o, other in ((a, b), (b, a))):
        return False
    (a_low, a_high), (b_low, b_high) = heights(a), heights(b)
    if a_low >= b_high - 1e-3 or b_low >= a_high - 1e-3:
        return False
    return gap(a, b) <= 0.0 and bool(footprint(a).intersection(footprint(b)).area > 1e-6)
