"""Which task a free sentence asks for."""

from __future__ import annotations

import re

from sim_envs.case import Case, Unclear, World
from sim_envs.scene_spec import ObjectSpec, SceneSpec
from sim_envs.task import BoundTask, all_tasks
from sim_envs.wording import normalize


def match(instruction: str, world: World) -> BoundTask | None:
    """The task that a free sentence asks for in a world that is already there.

    None when no template says exactly this, or when something it names is missing or ambiguous in `world`: no verdict
    is better than a wrong one.
    """
    both = re.search(r"\bboth\b", instruction.lower()) is not None
    if both and sum(state.category == "block" for state in world.values()) != 2:
        return None
    spoken = normalize(instruction)
    for candidate in all_tasks():
        if not candidate.free:
            continue
        values = candidate.template.read_normalized(spoken)
        if values is None:
            continue
        try:
            candidate.definition.goal(Case(values, world, world))
        except Unclear:
            continue
        return BoundTask(candidate.info, instruction, values, _scene_of(world), None, candidate)
    return None


def _scene_of(world: World) -> SceneSpec:
    """A world as a scene: every object where it is."""
    return SceneSpec(
        tuple(
            ObjectSpec(state.category, state.color, name, state.size, state.position)
            for name, state in sorted(world.items())
        )
    )
