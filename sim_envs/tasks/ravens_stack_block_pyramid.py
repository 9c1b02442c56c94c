"""Ravens / CLIPort stack-block-pyramid-seq: six blocks, three rows."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import in_hand, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import CONTACT, bottom, distance, place, top
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, palette
from sim_envs.tasks._programs import STACK_ALL

PITCH = 0.048
"""Distance in m between neighbours in a row: 8 mm of air, so that fingers and measuring errors fit, and a block above
still rests with 1.6 cm on each of the two below."""


@task(
    id="ravens-stack-block-pyramid",
    version=1,
    template=Template(
        "build a pyramid from the six blocks",
        paraphrases=(
            "build a pyramid with all the blocks, three at the bottom, then two, then one",
            "stack the six blocks in a pyramid",
            "make a pyramid out of all six blocks",
            "please arrange the six blocks as a pyramid of three rows",
            "put the blocks in a pyramid: three, two, one",
        ),
        also=(
            "build a pyramid from all six blocks",
            "build a pyramid",
            "build a pyramid from all the blocks",
            "make a pyramid from the blocks",
            "build a pyramid out of the six blocks",
            "build a pyramid with the six blocks",
            "build a pyramid with the blocks",
            "build a pyramid out of the blocks",
            "build a pyramid from the blocks",
            "make a pyramid with the six blocks",
            "make a pyramid out of the six blocks",
            "make a pyramid from the six blocks",
            "make a pyramid out of the blocks",
            "stack the blocks in a pyramid",
        ),
    ),
    tags=("ravens", "stacking", "long-horizon"),
    tolerance="Three blocks on the table, two that each rest on two of those, one that rests on these two, each of "
    "the lowest carrying one; surfaces within 1 cm. Ravens does the same on a stand with suction and "
    "wants each colour in its place; here any order counts.",
    time_limit_s=180.0,
)
class StackBlockPyramid:
    """Three, two, one."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Six blocks of different colours, none of them where the oracle builds."""
        here = place("middle")
        return arrange(rng, [block(c) for c in palette(rng, attributes, 6)], free=[here], gap=0.03)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block but three rests on two others of the row below."""
        blocks = case.of("block")
        if len(blocks) != 6:
            raise Unclear(f"a pyramid of three rows takes six blocks, there are {len(blocks)}")
        order = sorted(blocks, key=lambda name: case.now[name].position[2])
        rows = (order[:3], order[3:5], order[5:])
        clauses = [on_table(case, name) for name in rows[0]]
        for below, row in itertools.pairwise(rows):
            clauses += [self._on_two(case, name, below) for name in row]
        bearing = sum(any(self._bears(case, foot, name) for name in rows[1]) for foot in rows[0])
        text = f"{bearing} of the three lowest blocks carry something"
        clauses.append(Condition(bearing == 3, text, "lowest blocks that carry", bearing))
        return [*clauses, *untouched(case, others(case, *blocks))]

    def _on_two(self, case: Case, name: str, below: Sequence[str]) -> Condition:
        carriers = sum(self._bears(case, b, name) for b in below)
        text = f"{name} rests on {carriers} of the row below, its underside at {bottom(case.now[name]):.3f} m"
        return Condition(
            carriers == 2 and name not in case.held, text + in_hand(case, name), f"carriers of {name}", carriers
        )

    def _bears(self, case: Case, below: str, above: str) -> bool:
        a, b = case.now[above], case.now[below]
        return abs(bottom(a) - top(b)) <= CONTACT and distance(a, b) < a.size[0]

    def oracle(self, values: Values) -> str:
        """Row by row, along y through the middle of the table."""
        return self._program("(3, 2, 1)")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only the two lower rows; one tower."""
        return {"no top": self._program("(3, 2)"), "a tower": STACK_ALL}

    def _program(self, rows: str) -> str:
        return (
            'blocks = iter(detect("blocks"))\n'
            f"for level, count in enumerate({rows}):\n"
            "    for i in range(count):\n"
            f"        put(next(blocks), (0.49, {PITCH} * (i - (count - 1) / 2), 0.021 + 0.04 * level))\n"
        )
