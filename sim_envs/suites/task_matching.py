"""Which task a free sentence asks for."""

from __future__ import annotations

import re
from collections.abc import Callable

from primitives.categories import CATEGORIES, NOUNS
from primitives.environment import ObjectState
from sim_envs.judging.case import Case, Unclear, World
from sim_envs.judging.task import BoundTask
from sim_envs.judging.truth_geometry import contains
from sim_envs.language.sentence_normalization import normalize
from sim_envs.language.templates import CORNERS
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.suites.task_catalog import all_tasks

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_BLOCK = "|".join(("block", *CATEGORIES["block"].words))
_BLOCKS = "|".join(f"{word}s" for word in _BLOCK.split("|"))
_COUNTED = re.compile(
    rf"\b(of )?(?:all(?: of)?(?: the)?|the) ({'|'.join(_NUMBERS)}|\d+) ({_BLOCKS})\b"
    r"(?! (?:that|which|whose|with|closest|nearest|farthest|furthest)\b)"
)
_EACH_CORNER = re.compile(rf"^(?:put|place) (?:one|1|a) (?:{_BLOCK}) (?:in|into|in to|at|on) (?:each|every) corner\b")
_ALL_CORNERS = re.compile(r"\b(?:the|all) four corners\b")
_DISH = re.compile(r"\bdish\b")
_ONLY = re.compile(rf"\b(?:the|a) ({'|'.join(word for word in NOUNS if word != 'dish')})\b")


def match(instruction: str, world: World) -> BoundTask | None:
    """The task that a free sentence asks for in a world that is already there.

    None when no template says exactly this, or when something it names is missing or ambiguous in `world`: no verdict
    is better than a wrong one. What a sentence takes for granted has to be so: "all four blocks" are four, "the bowl"
    is the only one.
    """
    said = _DISH.sub(_dish(world), " ".join(instruction.lower().split()))
    blocks = [state for state in world.values() if state.category == "block"]
    if re.search(r"\bboth\b", said) and len(blocks) != 2:
        return None
    if re.search(r"\bblocks (?:that are )?on the table\b", said) and any(map(_lies_in_something(world), blocks)):
        return None
    if any(_number(found) != len(blocks) for found in _COUNTED.finditer(said)):
        return None
    for meant in dict.fromkeys((said, counted := _counted(said, len(blocks)), _named(counted, world))):
        bound = _read(instruction, normalize(meant), world)
        if bound is not None:
            return bound
    return None


def _lies_in_something(world: World) -> Callable[[ObjectState], bool]:
    return lambda state: any(contains(other, state) for other in world.values() if other is not state)


def _dish(world: World) -> str:
    """What is meant by a dish: the bowls or the plates, where there are only the one or the other."""
    kinds = {state.category for state in world.values()} & {"bowl", "plate"}
    return kinds.pop() if len(kinds) == 1 else "dish"


def _number(found: re.Match[str]) -> int:
    return int(found[2]) if found[2].isdigit() else _NUMBERS.index(found[2])


def _counted(said: str, blocks: int) -> str:
    """The sentence without numbers that say how many blocks there are anyway."""
    said = _COUNTED.sub(lambda found: f"{'of' if found[1] else 'all'} the {found[3]}", said)
    if blocks == len(CORNERS):
        return _ALL_CORNERS.sub("different corners", _EACH_CORNER.sub("put all the blocks in different corners", said))
    return said


def _named(said: str, world: World) -> str:
    """The sentence with "the bowl" called by its colour where it is the only one."""

    def called(found: re.Match[str]) -> str:
        category = NOUNS[found[1]]
        colors = [state.color for state in world.values() if state.category == category]
        return f"the {colors[0]} {category}" if len(colors) == 1 else found[0]

    return _ONLY.sub(called, said)


def _read(instruction: str, spoken: str, world: World) -> BoundTask | None:
    for candidate in all_tasks():
        values = candidate.template.read_normalized(spoken) if candidate.free else None
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
