"""Blocks in a circle around a bowl."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sim_envs.judging.arrangement_predicates import spread_out
from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position

RADIUS = 0.14
"""Radius of the oracle's circle in m: clear of a bowl of 15 cm, within the table."""


@task(
    id="reason-circle",
    version=1,
    template=Template(
        "arrange the blocks in a circle around the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "put the blocks in a circle around the <bowl>",
            "place all the blocks in a circle around the <bowl>",
            "form a circle with the blocks, the <bowl> in the middle",
            "please put the blocks evenly around the <bowl> in a circle",
            "make a circle of blocks around the <bowl>",
        ),
        also=(
            "put the blocks around the <bowl> in a circle",
            "make a circle around the <bowl> with the blocks",
            "make a circle around the <bowl>",
            "surround the <bowl> with the blocks in a circle",
            "arrange all the blocks in a circle around the <bowl>",
            "put all the blocks in a circle around the <bowl>",
            "form a circle of blocks around the <bowl>",
            "make a circle with the blocks around the <bowl>",
        ),
    ),
    tags=("reason", "geometry", "shapes"),
    tolerance="Distances from the bowl's centre to the blocks' differ by at most 3 cm (a block's corner), "
    "neighbours in the circle are within 20 degrees of being equally far apart in angle, on the table; "
    "the bowl moved less than 5 cm.",
)
class Circle:
    """Four or five blocks; the bowl has room around it."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The bowl near the middle, the blocks outside the oracle's circle."""
        blocks = [block(c) for c in palette(rng, attributes, rng.choice((4, 5)))]
        center = (round(rng.uniform(0.475, 0.505), 3), round(rng.uniform(-0.05, 0.05), 3))
        dish = replace(bowl(color_of(values["bowl"])), position=center)

        def outside_the_circle(arranged: Sequence[ObjectSpec]) -> bool:
            return all(math.dist(position(o), center) > RADIUS + 0.07 for o in arranged[1:])

        return arrange(rng, [dish, *blocks], accept=outside_the_circle, gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Equal distances, equal angles."""
        blocks, middle = case.of("block"), case.now[case.named("bowl")]
        if len(blocks) < 3:
            raise Unclear(f"{len(blocks)} blocks make no circle")
        away = [distance(case.now[b], middle) for b in blocks]
        x, y, _ = middle.position
        angles = sorted(math.atan2(case.now[b].position[1] - y, case.now[b].position[0] - x) for b in blocks)
        gaps = [b - a for a, b in itertools.pairwise([*angles, angles[0] + 2 * math.pi])]
        worst = math.degrees(max(abs(g - 2 * math.pi / len(blocks)) for g in gaps))
        spread = max(away) - min(away)
        around = f"the blocks are {min(away):.3f} to {max(away):.3f} m from the centre of {case.named('bowl')}"
        return [
            Condition(spread <= 0.03, around, "distances differ by (m)", round(spread, 4)),
            Condition(worst <= 20, f"the worst angle is {worst:.0f} degrees off", "worst angle (deg)", round(worst, 1)),
            *spread_out(case, blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """Equal angles on one radius."""
        return self._program(values, "2 * math.pi")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Half a circle; all in the bowl."""
        return {
            "half a circle": self._program(values, "math.pi"),
            "in the bowl": f'for block in detect("blocks"):\n    put(block, find("{values["bowl"]}"))\n',
        }

    def _program(self, values: Values, full: str) -> str:
        return (
            f'x, y, _ = find("{values["bowl"]}").position\n'
            'blocks = detect("blocks")\n'
            "for i, block in enumerate(blocks):\n"
            f"    angle = {full} * i / len(blocks)\n"
            f"    put(block, (x + {RADIUS} * math.cos(angle), y + {RADIUS} * math.sin(angle)))\n"
        )
