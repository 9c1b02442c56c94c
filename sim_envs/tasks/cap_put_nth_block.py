"""Code as Policies, seen instruction 8: the nth block from a direction, to a place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_place, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import clearest, place
from sim_envs.language.templates import DIRECTION, DIRECTIONS, NTH, ORDINALS, REGION, Attributes, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import apart, arrange, block, bowl, palette, position


@task(
    id="cap-put-nth-block",
    version=1,
    template=Template(
        "pick up the <nth> block from the <direction> and place it on the <region>",
        slots={"nth": NTH, "direction": DIRECTION, "region": REGION},
        paraphrases=(
            "put the <nth> block from the <direction> on the <region>",
            "take the <nth> block from the <direction> and put it in the <region>",
            "move the <nth> block counted from the <direction> to the <region>",
            "counting from the <direction>, put the <nth> block on the <region>",
            "please grab the <nth> block from the <direction> and set it down at the <region>",
            "the <nth> block from the <direction> goes to the <region>",
        ),
    ),
    tags=("cap14", "seen-instruction", "spatial-geometric", "pick-place"),
    tolerance="Blocks are counted by their centres along that direction at the start, the outermost first; the "
    "block ends with its centre at most 2 cm outside the place, at rest; nothing else moved more than 5 "
    "cm. Neighbours in the count within 1 cm of each other are unclear.",
)
class PutNthBlock:
    """Which block is meant follows from counting."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Four blocks and up to one bowl; the blocks' coordinates differ by at least 3 cm."""
        blocks = palette(rng, attributes, 4)
        bowls = palette(rng, attributes, rng.choice((0, 1)))
        ux, uy = DIRECTIONS[values["direction"]]

        def countable(objects: Sequence[ObjectSpec]) -> bool:
            return apart((ux * x + uy * y for x, y in map(position, objects[: len(blocks)])), 0.03)

        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(values["region"])], accept=countable)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block with that number is in the place."""
        ux, uy = DIRECTIONS[case.values["direction"]]
        order = {n: -ux * case.start[n].position[0] - uy * case.start[n].position[1] for n in case.of("block")}
        chosen = clearest(order, ORDINALS.index(case.values["nth"]))
        return [in_place(case, chosen, place(case.values["region"])), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Sort, then take the nth."""
        return self._program(values, reverse=values["direction"] in ("top", "left"))

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Counted from the other end (of four, no block has the same number from both)."""
        return {"from the other end": self._program(values, reverse=values["direction"] in ("bottom", "right"))}

    def _program(self, values: Values, *, reverse: bool) -> str:
        axis = 0 if values["direction"] in ("top", "bottom") else 1
        return (
            f'order = sorted(detect("block"), key=lambda b: b.position[{axis}], reverse={reverse})\n'
            f'put(order[{ORDINALS.index(values["nth"])}], region("{values["region"]}"))\n'
        )
