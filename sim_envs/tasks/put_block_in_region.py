"""Put one named block in one of the nine named places."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import place
from sim_envs.language.templates import REGION, Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="put-block-in-region",
    version=1,
    template=Template(
        "put the <block> in the <region>",
        slots={
            "block": things("block"),
            "region": Slot(seen=(*REGION.seen, "middle"), unseen=REGION.unseen, also={"middle of table": "middle"}),
        },
        paraphrases=(
            "move the <block> to the <region>",
            "place the <block> on the <region>",
            "pick up the <block> and place it at the <region> of the table",
            "please bring the <block> to the <region>",
            "take the <block> and put it down in the <region>",
            "the <block> goes to the <region>",
        ),
    ),
    tags=("core", "manip", "pick-place"),
    tolerance="The block's centre lies at most 2 cm (half a block) outside the place, whose border is not drawn on "
    "the table, and the block is at rest. Nothing else moved more than 5 cm.",
)
class PutBlockInRegion:
    """One block to one place."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and up to two bowls; the place is free."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, rng.choice((0, 1, 2)))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is in the place, the rest stayed."""
        chosen = case.named("block")
        return [in_place(case, chosen, place(case.values["region"])), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Put it there."""
        return f'put(find("{values["block"]}"), region("{values["region"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Another block; lifted and never put down."""
        return {
            "another block": (
                f'wrong = next(o for o in detect("block") if o.name != "{values["block"]}")\n'
                f'put(wrong, region("{values["region"]}"))\n'
            ),
            "only lifted": f'pick(find("{values["block"]}"))\n',
        }
