"""The block whose colour occurs only once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="reason-odd-one-out",
    version=1,
    template=Template(
        "put the block whose color occurs only once in the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "put the odd one out of the blocks in the <bowl>",
            "find the block that has a color of its own and put it in the <bowl>",
            "place the block with the unique color inside the <bowl>",
            "please move the only block without a twin of its color into the <bowl>",
            "the block whose color no other block has goes into the <bowl>",
        ),
        also=(
            "put the odd one out in the <bowl>",
            "put the block with a unique color in the <bowl>",
        ),
    ),
    tags=("reason", "logic"),
    tolerance="That block lies inside the bowl (centre within the inner rim, lowest point below it), nothing else "
    "moved more than 5 cm. None or several such colours are unclear.",
)
class OddOneOut:
    """Two pairs and one."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Five blocks of three colours, two bowls."""
        single, *double = palette(rng, attributes, 3)
        blocks = [block(single), *(block(c) for c in double for _ in range(2))]
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*blocks, *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The single one is in, the others stayed."""
        counts = Counter(case.start[b].color for b in case.of("block"))
        chosen = [b for b in case.of("block") if counts[case.start[b].color] == 1]
        if len(chosen) != 1:
            raise Unclear(f"{len(chosen)} blocks have a colour of their own")
        return [inside(case, chosen[0], case.named("bowl")), *untouched(case, others(case, chosen[0]))]

    def oracle(self, values: Values) -> str:
        """Count the colours."""
        return self._program(values, "== 1")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """One of a pair."""
        return {"one of a pair": self._program(values, "> 1")}

    def _program(self, values: Values, condition: str) -> str:
        return (
            'blocks = detect("blocks")\n'
            "counts = collections.Counter(b.color for b in blocks)\n"
            f"chosen = next(b for b in blocks if counts[b.color] {condition})\n"
            f'put(chosen, find("{values["bowl"]}"))\n'
        )
