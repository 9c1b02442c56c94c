"""Code as Policies, unseen instruction 5: a block in the corner closest to or farthest from a bowl."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import clearest, place
from sim_envs.language.templates import CORNERS, DISTANCE, Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import apart, arrange, block, bowl, color_of, palette, position


@task(
    id="cap-put-block-in-corner-by-distance",
    version=1,
    template=Template(
        "pick up the <block> and place it in the corner <distance> to the <bowl>",
        slots={"block": things("block"), "distance": DISTANCE, "bowl": things("bowl")},
        paraphrases=(
            "put the <block> in the corner <distance> to the <bowl>",
            "move the <block> to the corner <distance> to the <bowl>",
            "place the <block> in the corner that is <distance> to the <bowl>",
            "please take the <block> and put it in the corner which is <distance> to the <bowl>",
            "the <block> goes in the corner <distance> to the <bowl>",
        ),
    ),
    tags=("cap14", "unseen-instruction", "spatial-geometric", "pick-place"),
    tolerance="Distance from the bowl's centre to the centre of each 14 cm corner square, at the start; the block "
    "ends with its centre at most 2 cm outside that square, at rest; nothing else moved more than 5 cm. "
    "Corners within 1 cm of being equally far are unclear.",
)
class PutBlockInCornerByDistance:
    """Which corner is meant follows from distances."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and one or two bowls; corners are free, and differ in distance by at least 3 cm."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, rng.choice((1, 2)), first=(color_of(values["bowl"]),))

        def clear(objects: Sequence[ObjectSpec]) -> bool:
            center = position(objects[len(blocks)])
            return apart((math.dist(place(c).center, center) for c in CORNERS), 0.03)

        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(c) for c in CORNERS], accept=clear)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is in that corner."""
        chosen, center = case.named("block"), case.start[case.named("bowl")].position[:2]
        sign = 1 if case.values["distance"] == "closest" else -1
        corner = clearest({c: sign * math.dist(place(c).center, center) for c in CORNERS})
        return [in_place(case, chosen, place(corner)), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Order the corners by distance."""
        return self._program(values, "min" if values["distance"] == "closest" else "max")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The wrong end of the order."""
        return {"the other extreme": self._program(values, "max" if values["distance"] == "closest" else "min")}

    def _program(self, values: Values, choose: str) -> str:
        return (
            f'bowl = find("{values["bowl"]}")\n'
            f"corners = [region(name) for name in {CORNERS!r}]\n"
            f"corner = {choose}(corners, key=lambda c: math.dist(c.center, bowl.position[:2]))\n"
            f'put(find("{values["block"]}"), corner)\n'
        )
