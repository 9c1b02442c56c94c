"""A block onto a plate: a small step to clear, an edge to miss."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, item, palette


@task(
    id="manip-put-block-on-plate",
    version=1,
    template=Template(
        "put the <block> on the <plate>",
        slots={"block": things("block"), "plate": things("plate")},
        paraphrases=(
            "place the <block> on the <plate>",
            "serve the <block> on the <plate>",
            "pick up the <block> and set it down on the <plate>",
            "please move the <block> onto the <plate>",
            "the <block> goes on the <plate>",
        ),
        also=("put the <block> in the <plate>",),
    ),
    tags=("manip", "core", "pick-place"),
    tolerance="The block's centre is above the plate and its underside lies within 1 cm of the plate's rim height "
    "or below it; nothing else moved more than 5 cm.",
)
class PutBlockOnPlate:
    """A block, two plates."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and two plates of 16 cm."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        plates = palette(rng, attributes, 2, first=(color_of(values["plate"]),))
        return arrange(rng, [*(item(f"{c} plate", (0.16, 0.16, 0.014)) for c in plates), *map(block, blocks)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is on the plate, the rest stayed."""
        chosen, plate = case.named("block"), case.named("plate")
        return [on_top(case, chosen, plate), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Put it there."""
        return f'put(find("{values["block"]}"), find("{values["plate"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other plate; held above the right one."""
        return {
            "the other plate": (
                f'wrong = next(p for p in detect("plates") if p.name != "{values["plate"]}")\n'
                f'put(find("{values["block"]}"), wrong)\n'
            ),
            "only lifted": f'pick(find("{values["block"]}"))\n',
        }
