"""Code as Policies, seen instruction 4: all blocks in one bowl."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, wide_bowl


@task(
    id="cap-put-blocks-in-bowl",
    version=1,
    template=Template(
        "put the blocks in the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "put all the blocks in the <bowl>",
            "move every block into the <bowl>",
            "place all of the blocks inside the <bowl>",
            "please drop each block into the <bowl>",
            "gather the blocks in the <bowl>",
            "all the blocks go into the <bowl>",
        ),
        also=("gather all blocks in the <bowl>", "collect all blocks in the <bowl>", "fill the <bowl> with all blocks"),
    ),
    tags=("cap14", "seen-instruction", "long-horizon", "pick-place"),
    tolerance="Every block's centre within the bowl's inner rim (outer radius less 1 cm of wall) and its lowest "
    "point below the rim; blocks may lie on each other. The bowls moved less than 5 cm.",
)
class PutBlocksInBowl:
    """Two or three blocks into one bowl."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks, which is what a bowl of 17 cm holds below its rim, and two bowls."""
        blocks = palette(rng, attributes, rng.choice((2, 3)))
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, blocks), *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is inside the bowl."""
        blocks, target = some(case.of("block")), case.named("bowl")
        return [*(inside(case, name, target) for name in blocks), *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """One after the other."""
        return f'for block in detect("block"):\n    put(block, find("{values["bowl"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only the first block; the other bowl."""
        return {
            "only one block": f'put(detect("block")[0], find("{values["bowl"]}"))\n',
            "another bowl": (
                f'wrong = next(o for o in detect("bowl") if o.name != "{values["bowl"]}")\n'
                'for block in detect("block"):\n    put(block, wrong)\n'
            ),
        }
