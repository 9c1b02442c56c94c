"""Resolves the objects and targets of a call: queries and values become objects and regions as last seen."""

from __future__ import annotations

from primitives.failures import BadArgument
from primitives.perception.region_names import named_region
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.scene import Region, SceneObject, Target, Workspace


def named_object(memory: SceneMemory, obj: SceneObject | str) -> SceneObject:
    """The object as it was last seen.

    Raises:
        NotFound, Ambiguous: with the candidates.
    """
    return memory.find(obj) if isinstance(obj, str) else memory.current(obj)


def resolve(memory: SceneMemory, workspace: Workspace, target: Target | str) -> Target:
    """The target with a query replaced by what it names, and objects as they were last seen.

    Raises:
        NotFound, Ambiguous: with the candidates.
        BadArgument: a region beside the table.
    """
    match target:
        case str():
            place = named_region(target, workspace)
            return place if place is not None else memory.find(target)
        case SceneObject():
            return memory.current(target)
        case Region():
            return _on_table(target, workspace.table)
        case _:
            return target


def _on_table(region: Region, table: Region) -> Region:
    """The part of a program's own region that the robot works on."""
    low = (max(region.low[0], table.low[0]), max(region.low[1], table.low[1]))
    high = (min(region.high[0], table.high[0]), min(region.high[1], table.high[1]))
    if low[0] >= high[0] or low[1] >= high[1]:
        raise BadArgument(
            f"the region {region.name!r} has no part on the table",
            expected=f"a part of {_bounds(table)}",
            measured=_bounds(region),
            hint="Use region(name), or corners on the table, the smaller ones first.",
        )
    return Region(region.name, low, high)


def _bounds(region: Region) -> str:
    return f"x {region.low[0]:.2f}..{region.high[0]:.2f} m, y {region.low[1]:.2f}..{region.high[1]:.2f} m"


def describe(target: Target) -> str:
    """The target as readable text."""
    match target:
        case SceneObject() | Region():
            return target.name
        case _:
            return "(" + ", ".join(f"{v:.3f}" for v in target) + ")"
