"""The largest or the smallest block, by measuring."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="reason-extreme-block-in-bowl",
    version=1,
    template=Template(
        "put the <extreme> block in the <bowl>",
        slots={
            "extreme": Slot(
                seen=("largest",), unseen=("smallest",), also={"biggest": "largest", "littlest": "smallest"}
            ),
            "bowl": things("bowl"),
        },
        paraphrases=(
            "place the <extreme> block inside the <bowl>",
            "pick up the <extreme> block and drop it in the <bowl>",
            "move the <extreme> of the blocks into the <bowl>",
            "please put the <extreme> one of the blocks in the <bowl>",
            "the <extreme> block goes into the <bowl>",
        ),
        also=("put the block that is <extreme> in the <bowl>",),
    ),
    tags=("reason", "core", "sorting"),
    tolerance="Sizes differ by at least 1 cm; blocks within 5 mm of each other in edge length would be unclear. The "
    "block lies inside the bowl (centre within the inner rim, lowest point below it), nothing else moved "
    "more than 5 cm.",
)
class ExtremeBlockInBowl:
    """Three sizes."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Blocks of 3, 4 and 5 cm and two bowls."""
        blocks = [block(c, s) for c, s in zip(palette(rng, attributes, 3), (0.03, 0.04, 0.05), strict=True)]
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*blocks, *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The one with that size is in the bowl."""
        sign = -1 if case.values["extreme"] == "largest" else 1
        order = sorted(case.of("block"), key=lambda b: sign * case.start[b].size[0])
        if len(order) < 2 or abs(case.start[order[0]].size[0] - case.start[order[1]].size[0]) < 0.005:
            raise Unclear("no block stands out by its size")
        return [inside(case, order[0], case.named("bowl")), *untouched(case, others(case, order[0]))]

    def oracle(self, values: Values) -> str:
        """Order by edge length."""
        return self._program(values, "max" if values["extreme"] == "largest" else "min")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The wrong end of the order."""
        return {"the other extreme": self._program(values, "min" if values["extreme"] == "largest" else "max")}

    def _program(self, values: Values, choose: str) -> str:
        return f'put({choose}(detect("blocks"), key=lambda b: b.size[0]), find("{values["bowl"]}"))\n'
