"""Code as Policies, seen instruction 7: the block closest to or farthest from a bowl, to a place."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import clearest, distance, place
from sim_envs.language.templates import DISTANCE, REGION, Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import apart, arrange, block, bowl, color_of, palette, position


@task(
    id="cap-put-block-by-distance",
    version=1,
    template=Template(
        "pick up the block <distance> to the <bowl> and place it on the <region>",
        slots={"distance": DISTANCE, "bowl": things("bowl"), "region": REGION},
        paraphrases=(
            "put the block <distance> to the <bowl> on the <region>",
            "take the block that is <distance> to the <bowl> and put it in the <region>",
            "move the block <distance> to the <bowl> to the <region>",
            "please grab the block which is <distance> to the <bowl> and place it at the <region>",
            "the block <distance> to the <bowl> goes to the <region>",
        ),
        also=("put the <distance> block to the <bowl> at the <region>",),
    ),
    tags=("cap14", "seen-instruction", "spatial-geometric", "pick-place"),
    tolerance="Distance is horizontal, centre to centre, at the start; the block ends with its centre at most 2 cm "
    "outside the place, at rest; nothing else moved more than 5 cm. Distances within 1 cm of each other "
    "are unclear.",
)
class PutBlockByDistance:
    """Which block is meant follows from distances."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and one or two bowls; distances differ by at least 3 cm."""
        blocks = palette(rng, attributes, 3)
        bowls = palette(rng, attributes, rng.choice((1, 2)), first=(color_of(values["bowl"]),))

        def clear(objects: Sequence[ObjectSpec]) -> bool:
            center = position(objects[len(blocks)])
            return apart((math.dist(position(o), center) for o in objects[: len(blocks)]), 0.03)

        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])], accept=clear)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block at that distance is in the place."""
        bowl_here = case.start[case.named("bowl")]
        sign = 1 if case.values["distance"] == "closest" else -1
        chosen = clearest({name: sign * distance(case.start[name], bowl_here) for name in case.of("block")})
        return [in_place(case, chosen, place(case.values["region"])), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Order by distance."""
        return self._program(values, "min" if values["distance"] == "closest" else "max")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The wrong end of the order."""
        return {"the other extreme": self._program(values, "max" if values["distance"] == "closest" else "min")}

    def _program(self, values: Values, choose: str) -> str:
        return (
            f'bowl = find("{values["bowl"]}")\n'
            f'block = {choose}(detect("block"), key=lambda b: math.dist(b.position[:2], bowl.position[:2]))\n'
            f'put(block, region("{values["region"]}"))\n'
        )
