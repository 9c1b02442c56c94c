"""Three blocks at the corners of an equilateral triangle."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette, position, radius
from sim_envs.tasks._programs import STACK_ALL


@task(
    id="reason-triangle",
    version=1,
    template=Template(
        "put the three blocks at the corners of an equilateral triangle",
        paraphrases=(
            "arrange the three blocks in an equilateral triangle",
            "form an equilateral triangle with the blocks",
            "place the blocks so that all three are equally far from each other",
            "please make an equilateral triangle out of the three blocks",
            "put the blocks in a triangle with equal sides",
        ),
        also=(
            "arrange the blocks in an equilateral triangle",
            "put the blocks in an equilateral triangle",
            "make an equilateral triangle with the blocks",
            "make an equilateral triangle from the three blocks",
            "make an equilateral triangle out of the blocks",
            "make a triangle with equal sides from the three blocks",
            "form an equilateral triangle with the three blocks",
        ),
    ),
    tags=("reason", "geometry", "shapes"),
    tolerance="The three sides, centre to centre, differ by at most 2 cm (half a block) and are at least 8 cm long; "
    "on the table; a bowl moved less than 5 cm.",
)
class Triangle:
    """Three blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks, one of them in the way of nothing, up to one bowl."""

        def no_triangle(arranged: Sequence[ObjectSpec]) -> bool:
            spots = [position(o) for o in arranged[:3]]
            sides = [math.dist(a, b) for a, b in itertools.combinations(spots, 2)]
            clear = all(math.dist(position(o), c) > radius(o) + 0.07 for o in arranged for c in self._corners())
            return max(sides) - min(sides) > 0.05 and clear

        bowls = map(bowl, palette(rng, attributes, rng.choice((0, 1))))
        return arrange(rng, [*map(block, palette(rng, attributes, 3)), *bowls], accept=no_triangle)

    def _corners(self) -> list[Vector2]:
        return [(0.49 + 0.09 * math.cos(t), 0.09 * math.sin(t)) for t in (0.0, 2 * math.pi / 3, 4 * math.pi / 3)]

    def goal(self, case: Case) -> Sequence[Condition]:
        """Equal sides."""
        blocks = case.of("block")
        if len(blocks) != 3:
            raise Unclear(f"a triangle has three corners, there are {len(blocks)} blocks")
        sides = [distance(case.now[a], case.now[b]) for a, b in itertools.combinations(blocks, 2)]
        text = f"the sides are {', '.join(f'{s:.3f}' for s in sides)} m"
        spread = max(sides) - min(sides)
        return [
            Condition(spread <= 0.02, text, "sides differ by (m)", round(spread, 4)),
            Condition(min(sides) >= 0.08, text, "shortest side (m)", round(min(sides), 4)),
            *(on_table(case, b) for b in blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """Three points on a circle."""
        return self._program("2 * math.pi / 3")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A right-angled one; a tower."""
        return {"right-angled": self._program("math.pi / 2"), "a tower": STACK_ALL}

    def _program(self, step: str) -> str:
        return (
            'for i, block in enumerate(detect("blocks")):\n'
            f"    angle = i * {step}\n"
            "    put(block, (0.49 + 0.09 * math.cos(angle), 0.09 * math.sin(angle)))\n"
        )
