"""A tower by size."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import on_table, on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette


@task(
    id="reason-stack-by-size",
    version=1,
    template=Template(
        "stack the blocks by size with the largest at the bottom",
        paraphrases=(
            "stack the blocks from largest to smallest, the largest at the bottom",
            "build a tower from the blocks, larger ones below smaller ones",
            "stack all the blocks in order of size, the smallest on top",
            "please make a tower of the blocks that gets smaller towards the top",
            "stack the blocks so that no block lies on a smaller one",
        ),
        also=(
            "stack the blocks from largest to smallest",
            "stack the blocks in order of decreasing size",
            "stack the blocks in decreasing order of size",
            "build a tower with the largest block at the bottom and the smallest on top",
            "stack the blocks by size with the largest at the bottom and the smallest on top",
            "stack all the blocks from largest to smallest with the largest at the bottom",
            "stack all the blocks from largest at the bottom to smallest on top",
            "stack all the blocks by size with the largest at the bottom",
            "stack the blocks from the largest at the bottom to the smallest at the top",
            "stack the blocks in order of size with the largest at the bottom",
            "stack the blocks by size, the largest at the bottom",
            "build a tower by size with the largest block at the bottom",
        ),
    ),
    tags=("reason", "stacking", "sorting"),
    tolerance="One tower of all blocks on the table, every block smaller than the one below (sizes differ by 8 mm "
    "or more), centres above the outline below, surfaces within 1 cm; a bowl moved less than 5 cm.",
)
class StackBySize:
    """Three sizes."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Blocks of 3, 4 and 5 cm and up to one bowl."""
        sizes = [0.03, 0.04, 0.05]
        rng.shuffle(sizes)
        blocks = [block(c, s) for c, s in zip(palette(rng, attributes, 3), sizes, strict=True)]
        return arrange(rng, [*blocks, *map(bowl, palette(rng, attributes, rng.choice((0, 1))))])

    def goal(self, case: Case) -> Sequence[Condition]:
        """In the order of size."""
        order = sorted(case.of("block"), key=lambda b: -case.start[b].size[0])
        sizes = [case.start[b].size[0] for b in order]
        if len(order) < 2 or any(a - b < 0.005 for a, b in itertools.pairwise(sizes)):
            raise Unclear("the blocks do not differ in size")
        clauses = [on_table(case, order[0])]
        clauses += [on_top(case, above, below) for below, above in itertools.pairwise(order)]
        return [*clauses, *untouched(case, others(case, *order))]

    def oracle(self, values: Values) -> str:
        """Sort, then stack."""
        return self._program("-b.size[0]")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The smallest at the bottom."""
        return {"the other way round": self._program("b.size[0]")}

    def _program(self, key: str) -> str:
        return (
            f'order = [b.name for b in sorted(detect("blocks"), key=lambda b: {key})]\n'
            "for below, above in zip(order, order[1:]):\n    put(above, below)\n"
        )
