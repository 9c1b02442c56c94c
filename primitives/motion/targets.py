"""What a program means by an object or a target: a query or a value becomes something freshly seen."""

from __future__ import annotations

from primitives.context import Context
from primitives.perception.regions import named_region
from primitives.scene import Region, SceneObject, Target


def named_object(ctx: Context, obj: SceneObject | str) -> SceneObject:
    """The object as it was last seen.

    Raises:
        NotFound, Ambiguous: with the candidates.
    """
    return ctx.memory.find(obj) if isinstance(obj, str) else ctx.memory.current(obj)


def resolve(ctx: Context, target: Target | str) -> Target:
    """The target with a query replaced by what it names, and objects as they were last seen.

    Raises:
        NotFound, Ambiguous: with the candidates.
    """
    match target:
        case str():
            place = named_region(target, ctx.robot.workspace)
            return place if place is not None else ctx.memory.find(target)
        case SceneObject():
            return ctx.memory.current(target)
        case _:
            return target


def describe(target: Target) -> str:
    """The target as readable text."""
    match target:
        case SceneObject() | Region():
            return target.name
        case _:
            return "(" + ", ".join(f"{v:.3f}" for v in target) + ")"
