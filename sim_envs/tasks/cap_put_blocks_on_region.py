"""Code as Policies, seen instruction 3: all blocks to one corner or side."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import place
from sim_envs.language.templates import REGION, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette


@task(
    id="cap-put-blocks-on-region",
    version=1,
    template=Template(
        "put all the blocks on the <region>",
        slots={"region": REGION},
        paraphrases=(
            "move all the blocks to the <region>",
            "place every block in the <region>",
            "gather all of the blocks at the <region> of the table",
            "please bring each block to the <region>",
            "put the blocks in the <region>",
            "all the blocks should go to the <region>",
        ),
        also=("collect all the blocks at the <region>", "all blocks go to the <region>", "all blocks to the <region>"),
    ),
    tags=("cap14", "seen-instruction", "long-horizon", "pick-place"),
    tolerance="Every block's centre at most 2 cm outside the named place (a 14 cm square or strip, whose border is "
    "not drawn on the table), and the block rests on the table or on another block. Bowls moved less than 5 cm.",
)
class PutBlocksOnRegion:
    """Two to four blocks to one place."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks for a corner, up to four for a side, one or two bowls; the place is free."""
        count = rng.choice((2, 3) if "corner" in values["region"] else (3, 4))
        blocks = palette(rng, attributes, count)
        bowls = palette(rng, attributes, rng.choice((1, 2)))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is in the place."""
        blocks, region = some(case.of("block")), place(case.values["region"])
        return [*(in_place(case, name, region) for name in blocks), *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """One after the other."""
        return f'for block in detect("block"):\n    put(block, region("{values["region"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only the first block; the first block anywhere on the table."""
        return {
            "only one block": f'put(detect("block")[0], region("{values["region"]}"))\n',
            "anywhere": 'put(detect("block")[0], region("table"))\n',
        }
