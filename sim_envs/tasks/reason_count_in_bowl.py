"""A stated number of blocks, no matter which."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import NUMBERS, count_clauses
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, wide_bowl


@task(
    id="reason-count-in-bowl",
    version=1,
    template=Template(
        "put exactly <count> of the blocks in the <bowl>",
        slots={
            "count": Slot(seen=("two", "three"), unseen=("one",), also={"2": "two", "3": "three", "1": "one"}),
            "bowl": things("bowl"),
        },
        paraphrases=(
            "put <count> of the blocks in the <bowl>",
            "choose any <count> of the blocks and put them in the <bowl>",
            "there should be exactly <count> of the blocks in the <bowl>",
            "please place <count> of the blocks inside the <bowl>, no more and no fewer",
            "move <count> of the blocks into the <bowl>",
        ),
        also=(
            "put any <count> blocks in the <bowl>",
            "put any <count> of the blocks in the <bowl>",
            "put <count> blocks in the <bowl>",
            "put exactly <count> blocks in the <bowl>",
            "put <count> block in the <bowl>",
        ),
    ),
    tags=("reason", "counting"),
    tolerance="Exactly that many blocks lie inside the bowl (centre within the inner rim, lowest point below it) "
    "and every other block stands on the table.",
)
class CountInBowl:
    """Four blocks, two bowls."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """More blocks than asked for."""
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, palette(rng, attributes, 4)), *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The number is right, the rest is on the table."""
        wanted, target = NUMBERS[case.values["count"]], case.named("bowl")
        return count_clauses(case, target, wanted)

    def oracle(self, values: Values) -> str:
        """The first so many."""
        return self._program(values, str(NUMBERS[values["count"]]))

    def decoys(self, values: Values) -> Mapping[str, str]:
        """One too many; one too few."""
        return {
            "one too many": self._program(values, str(NUMBERS[values["count"]] + 1)),
            "one too few": self._program(values, str(NUMBERS[values["count"]] - 1)),
        }

    def _program(self, values: Values, number: str) -> str:
        return f'for block in detect("blocks")[:{number}]:\n    put(block, find("{values["bowl"]}"))\n'
