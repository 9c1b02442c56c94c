"""A tower in a stated order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, only
from sim_envs.judging.predicates import on_table, on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import COLOR, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, palette


@task(
    id="reason-stack-in-order",
    version=1,
    template=Template(
        "stack the blocks in this order from bottom to top: <first>, <second>, <third>",
        slots={"first": COLOR, "second": COLOR, "third": COLOR},
        distinct=("first", "second", "third"),
        paraphrases=(
            "build a tower with the <first> block at the bottom, the <second> block on it and the <third> block on top",
            "stack the <first>, <second> and <third> blocks in this order from bottom to top",
            "please make a tower: <first> at the bottom, then <second>, then <third>",
            "from bottom to top, stack the blocks <first>, <second> and <third>",
            "stack the blocks, <first> at the bottom, <second> in the middle, <third> on top",
        ),
        also=(
            "build a tower with <first> at the bottom, <second> in the middle and <third> on top",
            "build a tower with the <first> block at the bottom, the <second> block in the middle "
            "and the <third> block on top",
            "build a tower with the <first> block at the bottom, then the <second> block, then the <third> block",
            "stack the <third> block on the <second> block on the <first> block",
            "stack <third> on <second> on <first>",
            "stack the blocks from bottom to top: <first>, <second>, <third>",
        ),
    ),
    tags=("reason", "stacking", "sorting"),
    tolerance="The three blocks make one tower on the table in that order, centres above the outline below, "
    "surfaces within 1 cm; nothing else moved more than 5 cm.",
)
class StackInOrder:
    """Three named blocks, one more."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The three and another."""
        named = (values["first"], values["second"], values["third"])
        return arrange(rng, [block(c) for c in palette(rng, attributes, 4, first=named)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """In that order."""
        order = [only(case.start, f"{case.values[slot]} block") for slot in ("first", "second", "third")]
        clauses = [on_table(case, order[0])]
        clauses += [on_top(case, above, below) for below, above in itertools.pairwise(order)]
        return [*clauses, *untouched(case, others(case, *order))]

    def oracle(self, values: Values) -> str:
        """One on the other."""
        return self._program(values["first"], values["second"], values["third"])

    def decoys(self, values: Values) -> Mapping[str, str]:
        """From top to bottom; without the last."""
        return {
            "from top to bottom": self._program(values["third"], values["second"], values["first"]),
            "without the last": self._program(values["first"], values["second"]),
        }

    def _program(self, *order: str) -> str:
        return "".join(f'put("{above} block", "{below} block")\n' for below, above in itertools.pairwise(order))
