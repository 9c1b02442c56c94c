"""Put one named block on another: the smallest stack."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="put-block-on-block",
    version=1,
    template=Template(
        "put the <block> on the <base>",
        slots={"block": things("block"), "base": things("block")},
        distinct=("block", "base"),
        paraphrases=(
            "stack the <block> on the <base>",
            "place the <block> on top of the <base>",
            "pick up the <block> and place it on the <base>",
            "please move the <block> onto the <base>",
            "grab the <block> and set it down on top of the <base>",
            "the <block> goes on the <base>",
        ),
    ),
    tags=("core", "manip", "stacking"),
    tolerance="The upper block's centre lies above the lower one's outline and their surfaces are within 1 cm, "
    "which is what standing on it means whatever the offset. Nothing else moved more than 5 cm.",
)
class PutBlockOnBlock:
    """One block onto another, among others."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and one bowl."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["block"]), color_of(values["base"])))
        return arrange(rng, [*map(block, blocks), *map(bowl, palette(rng, attributes, 1))])

    def goal(self, case: Case) -> Sequence[Condition]:
        """One stands on the other, the rest stayed."""
        chosen, base = case.named("block"), case.named("base")
        return [on_top(case, chosen, base), *untouched(case, others(case, chosen, cleared=(base,)))]

    def oracle(self, values: Values) -> str:
        """Put one on the other."""
        return f'put(find("{values["block"]}"), find("{values["base"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The two blocks the other way round; another block on the base."""
        return {
            "the other way round": f'put(find("{values["base"]}"), find("{values["block"]}"))\n',
            "another block": (
                f'named = ("{values["block"]}", "{values["base"]}")\n'
                'wrong = next(o for o in detect("block") if o.name not in named)\n'
                f'put(wrong, find("{values["base"]}"))\n'
            ),
        }
