"""Put one named block in one named bowl."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="put-block-in-bowl",
    version=1,
    template=Template(
        "put the <block> in the <bowl>",
        slots={"block": things("block"), "bowl": things("bowl")},
        paraphrases=(
            "pick up the <block> and place it in the <bowl>",
            "please move the <block> into the <bowl>",
            "grab the <block> and drop it in the <bowl>",
            "place the <block> inside the <bowl>",
            "could you take the <block> and put it into the <bowl>?",
            "the <block> goes in the <bowl>",
        ),
        also=("<block> in <bowl>", "the <block> belongs in the <bowl>", "drop the <block> in the <bowl>"),
    ),
    tags=("core", "manip", "ravens", "pick-place"),
    tolerance="The block's centre lies within the bowl's inner rim (outer radius less 1 cm of wall) and its lowest "
    "point below the rim, so that resting across the rim does not count. Nothing else moved more than 5 "
    "cm.",
)
class PutBlockInBowl:
    """One block into one bowl, among others."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and three bowls of different colours."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, 3, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is inside the bowl, the rest stayed."""
        chosen, target = case.named("block"), case.named("bowl")
        return [inside(case, chosen, target), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Find both, put one in the other."""
        return f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The right block beside the bowl; another block in the bowl."""
        return {
            "beside the bowl": (
                f'bowl = find("{values["bowl"]}")\n'
                "x, y, _ = bowl.position\n"
                f'put(find("{values["block"]}"), (x, y + (0.14 if y < 0 else -0.14)))\n'
            ),
            "another block": (
                f'wrong = next(o for o in detect("block") if o.name != "{values["block"]}")\n'
                f'put(wrong, find("{values["bowl"]}"))\n'
            ),
        }
