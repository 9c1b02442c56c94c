"""Blocks in a row with equal gaps."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.arrangement_predicates import row
from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import fit_line
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, position

ROW_X = 0.49
"""Where the oracle's row runs, through the middle of the table, in m."""


@task(
    id="reason-evenly-spaced",
    version=1,
    template=Template(
        "line up the blocks from left to right, evenly spaced",
        paraphrases=(
            "put the blocks in an evenly spaced horizontal line",
            "arrange the blocks in a horizontal line with equal gaps",
            "make a row of blocks from left to right with the same distance between neighbours",
            "please space the blocks evenly along a horizontal line",
            "put the blocks in a horizontal line, evenly spaced",
        ),
        also=(
            "space the blocks evenly in a horizontal line",
            "space the blocks evenly along a horizontal line",
            "space the blocks out evenly in a horizontal line",
            "put all the blocks in an evenly spaced horizontal line",
            "line up the blocks evenly from left to right",
            "line the blocks up evenly from left to right",
            "line up all the blocks from left to right, evenly spaced",
            "put the blocks in a horizontal line with equal spacing",
            "put the blocks in a horizontal line with equal gaps",
            "arrange the blocks in an evenly spaced horizontal line",
        ),
    ),
    tags=("reason", "geometry", "shapes"),
    tolerance="Centres at most 2 cm off the straight line that fits them best, its direction within 15 degrees of "
    "left-right; distances between neighbours differ by at most 2 cm (half a block); on the table.",
)
class EvenlySpaced:
    """Four or five blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """None of them where the oracle puts them."""

        def off_the_row(arranged: Sequence[ObjectSpec]) -> bool:
            return all(abs(position(o)[0] - ROW_X) > 0.08 for o in arranged)

        blocks = [block(c) for c in palette(rng, attributes, rng.choice((4, 5)))]
        return arrange(rng, blocks, accept=off_the_row)

    def goal(self, case: Case) -> Sequence[Condition]:
        """A row with equal gaps."""
        blocks = case.of("block")
        if len(blocks) < 3:
            raise Unclear(f"{len(blocks)} blocks have at most one gap")
        stations = sorted(fit_line([case.now[b].position for b in blocks]).stations)
        gaps = [b - a for a, b in itertools.pairwise(stations)]
        spread = max(gaps) - min(gaps)
        text = f"the gaps between neighbours are {min(gaps):.3f} to {max(gaps):.3f} m"
        even = Condition(spread <= 0.02, text, "gaps differ by (m)", round(spread, 4))
        return [*row(case, blocks), even, *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """A fixed pitch."""
        return self._program("0.1 * (i - (len(blocks) - 1) / 2)")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Gaps that grow."""
        return {"growing gaps": self._program("0.03 * (i + 0.5) * (i + 2) - 0.22")}

    def _program(self, y: str) -> str:
        return f'blocks = detect("blocks")\nfor i, block in enumerate(blocks):\n    put(block, ({ROW_X}, {y}))\n'
