"""Code as Policies, unseen instruction 3: one tower of all blocks, in a named place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.arrangement_predicates import stacked
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import place
from sim_envs.language.templates import REGION, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette
from sim_envs.tasks._programs import STACK_ALL


@task(
    id="cap-stack-blocks-on-region",
    version=1,
    template=Template(
        "stack all the blocks on the <region>",
        slots={"region": REGION},
        paraphrases=(
            "stack the blocks on the <region>",
            "build one tower from all the blocks on the <region>",
            "pile up all the blocks in the <region>",
            "please stack every block at the <region> of the table",
            "make a stack of all the blocks in the <region>",
            "on the <region>, stack all the blocks",
        ),
        also=("build a tower of all blocks at the <region>", "stack all blocks on top of each other at the <region>"),
    ),
    tags=("cap14", "unseen-instruction", "long-horizon", "stacking"),
    tolerance="One tower of all blocks in any order (centres above the outline below, surfaces within 1 cm), every "
    "block's centre at most 2 cm outside the place; bowls moved less than 5 cm.",
)
class StackBlocksOnRegion:
    """Two or three blocks into one tower somewhere else."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks and up to two bowls; the place is free."""
        blocks = palette(rng, attributes, rng.choice((2, 3)))
        bowls = palette(rng, attributes, rng.choice((0, 1, 2)))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])])

    def goal(self, case: Case) -> Sequence[Condition]:
        """A tower, in the place."""
        blocks = case.of("block")
        return [
            *stacked(case, blocks),
            *(in_place(case, name, place(case.values["region"])) for name in blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """The first block to the place, every further one on the one before."""
        return (
            'blocks = detect("block")\n'
            f'put(blocks[0], region("{values["region"]}"))\n'
            "for below, block in zip(blocks, blocks[1:]):\n    put(block, find(below.name))\n"
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A tower where the blocks are; all blocks in the place, but beside each other."""
        return {
            "somewhere else": STACK_ALL,
            "side by side": f'for block in detect("block"):\n    put(block, region("{values["region"]}"))\n',
        }
