"""Blocks in a row, sorted by size."""

from __future__ import annotations

import itertools
import operator
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.arrangement_predicates import row
from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import along
from sim_envs.language.templates import Attributes, Slot, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, position

ROW_X = 0.49
"""Where the oracle's row runs, through the middle of the table, in m."""


@task(
    id="reason-line-by-size",
    version=1,
    template=Template(
        "line up the blocks by size with the smallest on the <end>",
        slots={"end": Slot(seen=("left",), unseen=("right",))},
        paraphrases=(
            "sort the blocks by size in a horizontal line, the smallest on the <end>",
            "arrange the blocks in a row from smallest to largest, starting on the <end>",
            "put the blocks in a horizontal line ordered by size with the smallest on the <end>",
            "please line the blocks up by size, smallest <end>most",
            "make a row of the blocks sorted by size, the smallest one on the <end>",
        ),
        also=(
            "arrange the blocks by size with the smallest on the <end>",
            "sort the blocks by size with the smallest on the <end>",
            "line up the blocks in order of size with the smallest on the <end>",
            "arrange the blocks in a horizontal line by size with the smallest on the <end>",
        ),
    ),
    tags=("reason", "sorting", "shapes"),
    tolerance="Centres at most 2 cm off the straight line that fits them best, its direction within 15 degrees of "
    "left-right, sizes in order along it, on the table, neighbours apart. Sizes differ by at least 8 mm.",
)
class LineBySize:
    """Four sizes."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Blocks of 2.6 to 5 cm, none where the oracle puts them."""
        sizes = [0.026, 0.034, 0.042, 0.05]
        rng.shuffle(sizes)

        def off_the_row(arranged: Sequence[ObjectSpec]) -> bool:
            return all(abs(position(o)[0] - ROW_X) > 0.08 for o in arranged)

        blocks = [block(c, s) for c, s in zip(palette(rng, attributes, 4), sizes, strict=True)]
        return arrange(rng, blocks, accept=off_the_row)

    def goal(self, case: Case) -> Sequence[Condition]:
        """A sorted row."""
        blocks = sorted(case.of("block"), key=lambda b: case.start[b].size[0])
        sizes = [case.start[b].size[0] for b in blocks]
        if len(blocks) < 3 or any(b - a < 0.005 for a, b in itertools.pairwise(sizes)):
            raise Unclear("the blocks are fewer than three or of equal size")
        order = sorted(blocks, key=lambda b: along(case.now[blocks[0]], case.now[b], case.values["end"]))
        text = f"from the {case.values['end']} the order is {', '.join(order)}"
        sorted_so = Condition(order == blocks, text, "blocks out of order", sum(map(operator.ne, order, blocks)))
        return [*row(case, blocks), sorted_so, *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """Sort, then place from the end."""
        return self._program(values, "b.size[0]")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other way round."""
        return {"the other way round": self._program(values, "-b.size[0]")}

    def _program(self, values: Values, key: str) -> str:
        sign = 1 if values["end"] == "left" else -1
        return (
            f'order = sorted(detect("blocks"), key=lambda b: {key})\n'
            "for i, block in enumerate(order):\n"
            f"    put(block, ({ROW_X}, {sign} * (0.15 - 0.30 * i / (len(order) - 1))))\n"
        )
