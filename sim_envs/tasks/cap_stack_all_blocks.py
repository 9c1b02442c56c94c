"""Code as Policies, seen instruction 2: one tower of all blocks."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.arrangement_predicates import stacked
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette
from sim_envs.tasks._programs import STACK_ALL


@task(
    id="cap-stack-all-blocks",
    version=1,
    template=Template(
        "stack all the blocks",
        paraphrases=(
            "stack the blocks",
            "put all the blocks on top of each other",
            "build one tower from all the blocks",
            "pile up all the blocks in a single stack",
            "please stack every block into one tower",
            "make a stack of all the blocks",
        ),
        also=(
            "stack all blocks on top of each other",
            "stack blocks on top of each other",
            "put blocks on top of each other",
            "build a tower from all blocks",
            "build a tower with all blocks",
            "build a tower of all blocks",
            "make a tower of all blocks",
            "stack up all blocks",
            "build a tower out of the blocks",
            "build a tower from the blocks",
            "build a tower",
            "build a tower out of all blocks",
            "make a tower out of the blocks",
            "make a tower from the blocks",
            "arrange the blocks in a tower",
            "create a single tower from all blocks",
            "put the blocks in a single stack",
        ),
    ),
    tags=("cap14", "seen-instruction", "long-horizon", "stacking"),
    tolerance="One tower, in any order, its foot on the table: every block's centre above the outline of the one "
    "below, surfaces within 1 cm; a leaning tower that stands is a tower. Bowls moved less than 5 cm.",
)
class StackAllBlocks:
    """Three or four blocks into one tower."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three or four blocks, up to two bowls."""
        blocks = palette(rng, attributes, rng.choice((3, 3, 4)))
        bowls = palette(rng, attributes, rng.choice((0, 1, 2)))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """All blocks make one tower."""
        blocks = case.of("block")
        return [*stacked(case, blocks), *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """Every further block on the one before, beginning with the one that has most room around it."""
        return STACK_ALL

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A tower that leaves one block out; blocks side by side."""
        return {
            "one left out": STACK_ALL.replace("rest:", "rest[:-1]:"),
            "side by side": (
                'first, second = detect("block")[:2]\n'
                "x, y, _ = first.position\n"
                "put(second, (x, y + (0.09 if y < 0 else -0.09)))\n"
            ),
        }
