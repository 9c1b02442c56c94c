"""CaP-Bench restack: the same tower the other way up."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_table, on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import one_tower
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import block, palette, tower_scene
from sim_envs.tasks._programs import UNSTACKED


@task(
    id="manip-restack",
    version=1,
    template=Template(
        "restack the tower in reverse order",
        paraphrases=(
            "reverse the tower",
            "turn the tower upside down",
            "take the tower apart and stack it again in reverse order",
            "please rebuild the tower with the blocks in reverse order",
            "rebuild the tower the other way up",
            "reverse the order of the blocks in the stack",
        ),
        also=(
            "reverse the order of the stack",
            "put the tower upside down",
            "reverse the order of the tower",
            "reverse the order of the blocks in the tower",
            "reverse the stack",
            "turn the stack upside down",
            "flip the tower upside down",
            "rebuild the tower in reverse order",
            "restack the blocks in reverse order",
        ),
    ),
    tags=("manip", "stacking", "long-horizon"),
    tolerance="One tower on the table, anywhere, with the former top at its foot: centres above the outline below, "
    "surfaces within 1 cm. A bowl moved less than 5 cm.",
)
class Restack:
    """Three blocks, top to bottom."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """A tower of three and up to one bowl."""
        specs = [block(c) for c in palette(rng, attributes, 3)]
        return tower_scene(rng, specs, palette(rng, attributes, rng.choice((0, 1))))

    def goal(self, case: Case) -> Sequence[Condition]:
        """The order from the bottom up is the reverse of what it was."""
        order = one_tower(case.start, case.of("block"))
        wanted = order[::-1]
        clauses = [on_table(case, wanted[0])]
        clauses += [on_top(case, above, below) for below, above in itertools.pairwise(wanted)]
        return [*clauses, *untouched(case, others(case, *order))]

    def oracle(self, values: Values) -> str:
        """Top block aside, then every further one on the one before."""
        return (
            UNSTACKED
            + 'put(tower[0], region("table"))\nfor below, block in zip(tower, tower[1:]):\n    put(block, below)\n'
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Taken apart only; built up again in the old order."""
        return {
            "taken apart only": UNSTACKED + 'for block in tower[:-1]:\n    put(block, region("table"))\n',
            "the same order": UNSTACKED
            + 'for block in tower[:-1]:\n    put(block, region("table"))\n'
            + "order = tower[::-1]\nfor below, block in zip(order, order[1:]):\n    put(block, below)\n",
        }
