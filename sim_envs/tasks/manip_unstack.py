"""A tower taken apart, every block on the table."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import one_tower
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import block, palette, tower_scene
from sim_envs.tasks._programs import UNSTACKED


@task(
    id="manip-unstack",
    version=1,
    template=Template(
        "unstack the blocks",
        paraphrases=(
            "take the tower apart",
            "take the stack apart so that every block stands on the table",
            "put every block of the tower on the table",
            "please dismantle the tower",
            "unstack all the blocks and put them on the table",
            "undo the stack",
        ),
        also=(
            "take apart the tower",
            "take down the tower",
            "take apart the stack",
            "unstack the tower",
            "unstack the stack",
            "take the stack apart",
            "disassemble the tower",
            "dismantle the stack",
            "put all the blocks of the tower on the table",
        ),
    ),
    tags=("manip", "stacking"),
    tolerance="Every block stands on the table itself, its underside within 1 cm of it; a bowl moved less than 5 "
    "cm. How the tower came apart is free, as long as nothing falls off the table.",
)
class Unstack:
    """Three or four blocks, one on another."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """A tower of three or four and up to one bowl."""
        specs = [block(c) for c in palette(rng, attributes, rng.choice((3, 4)))]
        return tower_scene(rng, specs, palette(rng, attributes, rng.choice((0, 1))))

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is on the table."""
        blocks = one_tower(case.start, case.of("block"))
        return [*(on_table(case, name) for name in blocks), *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """From the top."""
        return UNSTACKED + 'for block in tower[:-1]:\n    put(block, region("table"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only the top block; the tower built up again elsewhere."""
        return {
            "only the top": UNSTACKED + 'put(tower[0], region("table"))\n',
            "stacked again": UNSTACKED
            + 'put(tower[0], region("table"))\nfor below, block in zip(tower, tower[1:]):\n    put(block, below)\n',
        }
