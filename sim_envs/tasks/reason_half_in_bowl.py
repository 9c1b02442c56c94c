"""Half of the blocks: counting and dividing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import count_clauses, some
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, wide_bowl


@task(
    id="reason-half-in-bowl",
    version=1,
    template=Template(
        "put half of the blocks in the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "place half of the blocks inside the <bowl>",
            "move one half of the blocks into the <bowl>",
            "please put half the blocks in the <bowl>",
            "put 50 percent of the blocks in the <bowl>",
            "half of the blocks should be in the <bowl>",
        ),
        also=("put 50% of the blocks in the <bowl>", "put half of all the blocks in the <bowl>"),
    ),
    tags=("reason", "counting", "arithmetic"),
    tolerance="Exactly half of the blocks lie inside the bowl (centre within the inner rim, lowest point below it), "
    "every other block stands on the table. An odd number of blocks is unclear.",
)
class HalfInBowl:
    """Four or six blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """An even number of blocks and up to two bowls."""
        bowls = palette(rng, attributes, rng.choice((1, 2)), first=(color_of(values["bowl"]),))
        blocks = palette(rng, attributes, rng.choice((4, 6)))
        return arrange(rng, [*map(block, blocks), *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Half of them."""
        blocks = some(case.of("block"))
        if len(blocks) % 2:
            raise Unclear(f"half of {len(blocks)} blocks is no whole number")
        return count_clauses(case, case.named("bowl"), len(blocks) // 2)

    def oracle(self, values: Values) -> str:
        """Count, halve."""
        return self._program(values, "len(blocks) // 2")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """One; all but one."""
        return {"one": self._program(values, "1"), "all but one": self._program(values, "len(blocks) - 1")}

    def _program(self, values: Values, number: str) -> str:
        return f'blocks = detect("blocks")\nfor block in blocks[:{number}]:\n    put(block, find("{values["bowl"]}"))\n'
