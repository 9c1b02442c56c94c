"""All blocks except a named one."""

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
    id="reason-all-but-one-in-bowl",
    version=1,
    template=Template(
        "put all the blocks except the <block> in the <bowl>",
        slots={"block": things("block", one=True), "bowl": things("bowl")},
        paraphrases=(
            "put all the blocks but the <block> in the <bowl>",
            "put every block other than the <block> into the <bowl>",
            "except for the <block>, put all the blocks in the <bowl>",
            "please move all the blocks into the <bowl>, but leave the <block> where it is",
            "put all of the blocks apart from the <block> in the <bowl>",
        ),
        also=("put all blocks except for the <block> in the <bowl>", "put every block but the <block> in the <bowl>"),
    ),
    tags=("reason", "logic"),
    tolerance="Every other block lies inside the bowl (centre within the inner rim, lowest point below it), the "
    "excepted one and the bowls moved less than 5 cm.",
)
class AllButOneInBowl:
    """Three or four blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The excepted block among others, two bowls."""
        blocks = palette(rng, attributes, rng.choice((3, 4)), first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, blocks), *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The others are in, the one is not."""
        excepted, target = case.named("block"), case.named("bowl")
        rest = some([b for b in case.of("block") if b != excepted])
        return [*(inside(case, b, target) for b in rest), *untouched(case, others(case, *rest))]

    def oracle(self, values: Values) -> str:
        """All whose name is another."""
        return (
            'for block in detect("blocks"):\n'
            f'    if block.name != "{values["block"]}":\n'
            f'        put(block, find("{values["bowl"]}"))\n'
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """All of them; only the excepted one."""
        return {
            "all of them": f'for block in detect("blocks"):\n    put(block, find("{values["bowl"]}"))\n',
            "only that one": f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n',
        }
