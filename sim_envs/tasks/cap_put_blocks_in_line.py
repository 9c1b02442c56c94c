"""Code as Policies, unseen instruction 6: all blocks in one line."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from primitives.scene import Vector2
from sim_envs.judging.arrangement_predicates import spread_out, straight
from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import fit_line
from sim_envs.language.templates import LINE, Attributes, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, position
from sim_envs.tasks._programs import STACK_ALL


@task(
    id="cap-put-blocks-in-line",
    version=1,
    template=Template(
        "put all the blocks in a <line> line",
        slots={"line": LINE},
        paraphrases=(
            "put the blocks in a <line> line",
            "arrange all the blocks in a <line> line",
            "line up all the blocks in a <line> line",
            "form a <line> line with all the blocks",
            "please place every block in one <line> line",
            "make a <line> line of the blocks",
        ),
        also=(
            "arrange the blocks in a <line> line",
            "put all blocks in a <line> row",
            "make a <line> line of all blocks",
            "make a <line> line out of all blocks",
            "form a <line> line with the blocks",
            "line up all blocks <line>ly",
            "line all blocks up <line>ly",
            "line up the blocks <line>ly",
            "line the blocks up <line>ly",
            "arrange the blocks <line>ly in a line",
            "make a <line> line of the blocks",
            "make a <line> row of the blocks",
            "form a <line> row with the blocks",
        ),
    ),
    tags=("cap14", "unseen-instruction", "spatial-geometric", "shapes"),
    tolerance="Centres at most 2 cm off the straight line that fits them best (half a block), whose direction is "
    "within 15 degrees of left-right (horizontal) or top-bottom (vertical), or 20 to 70 degrees from it "
    "(diagonal: from corner to corner of the table is 35); on the table, neighbours at least one block "
    "apart.",
)
class PutBlocksInLine:
    """Three or four blocks in a straight line."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three or four blocks in no line, none of them where the oracle puts one, and no bowls in the way."""
        blocks = palette(rng, attributes, rng.choice((3, 4)))
        spots = self._spots(values["line"], len(blocks))

        def not_in_line(objects: Sequence[ObjectSpec]) -> bool:
            off_the_spots = all(math.dist(position(o), spot) > 0.09 for o in objects for spot in spots)
            return off_the_spots and max(fit_line([position(o) for o in objects]).offsets) > 0.03

        return arrange(rng, [block(c) for c in blocks], accept=not_in_line)

    def _spots(self, line: str, count: int) -> list[Vector2]:
        ux, uy = {"horizontal": (0.0, 0.11), "vertical": (0.1, 0.0), "diagonal": (0.085, 0.085)}[line]
        middle = (count - 1) / 2
        return [(0.49 + ux * (i - middle), uy * (i - middle)) for i in range(count)]

    def goal(self, case: Case) -> Sequence[Condition]:
        """A straight line in the right direction."""
        blocks = case.of("block")
        if len(blocks) < 3:
            raise Unclear(f"{len(blocks)} blocks always lie in a line")
        fit = fit_line([case.now[name].position for name in blocks])
        angle = math.degrees(fit.angle)
        low, high = {"horizontal": (75, 90), "vertical": (0, 15), "diagonal": (20, 70)}[case.values["line"]]
        return [
            *straight(blocks, fit),
            Condition(
                low <= angle <= high,
                f"the line is {angle:.0f} degrees from vertical, {low} to {high} is {case.values['line']}",
                "line from vertical (deg)",
                round(angle, 1),
            ),
            *spread_out(case, blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """Spots on a line through the middle of the table."""
        return self._program(values["line"])

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A line in another direction; a tower."""
        wrong = {"horizontal": "vertical", "vertical": "horizontal", "diagonal": "vertical"}[values["line"]]
        return {"another direction": self._program(wrong), "a tower": STACK_ALL}

    def _program(self, line: str) -> str:
        ux, uy = {"horizontal": (0.0, 0.11), "vertical": (0.1, 0.0), "diagonal": (0.085, 0.085)}[line]
        return (
            'blocks = detect("block")\n'
            "for i, block in enumerate(blocks):\n"
            "    k = i - (len(blocks) - 1) / 2\n"
            f"    put(block, (0.49 + {ux} * k, {uy} * k))\n"
        )
