"""Four blocks at the corners of a square."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, position


@task(
    id="reason-square",
    version=1,
    template=Template(
        "put the four blocks at the corners of a square",
        paraphrases=(
            "arrange the four blocks in a square",
            "form a square with the four blocks",
            "place the blocks so that they are the corners of a square",
            "please make a square out of the four blocks",
            "put the blocks in a square",
        ),
        also=(
            "put the blocks on the corners of a square",
            "place the four blocks on the corners of a square",
            "make a square with the four blocks",
            "make a square with the blocks",
            "make a square out of the blocks",
            "arrange the blocks in a square",
            "arrange the blocks as a square",
            "form a square with the blocks",
            "put the four blocks in a square",
            "put the blocks at the corners of a square",
        ),
    ),
    tags=("reason", "geometry", "shapes"),
    tolerance="Of the six distances between centres, the four short ones differ by at most 2 cm and are at least 8 "
    "cm, the two long ones are within 2 cm of 1.414 times the mean short one; on the table.",
)
class Square:
    """Four blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Four blocks away from where the oracle puts them."""
        spots = [(0.49 + dx, dy) for dx in (-0.07, 0.07) for dy in (-0.07, 0.07)]

        def clear(arranged: Sequence[ObjectSpec]) -> bool:
            return all(math.dist(position(o), spot) > 0.08 for o in arranged for spot in spots)

        return arrange(rng, [block(c) for c in palette(rng, attributes, 4)], accept=clear)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Four equal sides and two diagonals."""
        blocks = case.of("block")
        if len(blocks) != 4:
            raise Unclear(f"a square has four corners, there are {len(blocks)} blocks")
        lengths = sorted(distance(case.now[a], case.now[b]) for a, b in itertools.combinations(blocks, 2))
        sides, diagonals = lengths[:4], lengths[4:]
        expected = sum(sides) / 4 * math.sqrt(2)
        worst = max(abs(d - expected) for d in diagonals)
        text = (
            f"the sides are {sides[0]:.3f} to {sides[-1]:.3f} m, "
            f"the diagonals {diagonals[0]:.3f} and {diagonals[1]:.3f} m"
        )
        return [
            Condition(sides[-1] - sides[0] <= 0.02, text, "sides differ by (m)", round(sides[-1] - sides[0], 4)),
            Condition(sides[0] >= 0.08, text, "shortest side (m)", round(sides[0], 4)),
            Condition(worst <= 0.02, text, "diagonals off by (m)", round(worst, 4)),
            *(on_table(case, b) for b in blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """Four corners around the middle."""
        return self._program("(0.07, 0.07)")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A rectangle."""
        return {"a rectangle": self._program("(0.05, 0.10)")}

    def _program(self, half: str) -> str:
        return (
            f"hx, hy = {half}\n"
            "corners = [(0.49 + hx, hy), (0.49 + hx, -hy), (0.49 - hx, -hy), (0.49 - hx, hy)]\n"
            'for block, corner in zip(detect("blocks"), corners):\n    put(block, corner)\n'
        )
