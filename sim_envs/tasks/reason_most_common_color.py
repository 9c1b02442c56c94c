"""The blocks of the colour that occurs most often."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, wide_bowl


@task(
    id="reason-most-common-color",
    version=1,
    template=Template(
        "put the blocks of the most common color in the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "put all the blocks of the most frequent color in the <bowl>",
            "find the color that most blocks have and put those blocks in the <bowl>",
            "move the blocks with the most common color into the <bowl>",
            "please place every block of the commonest color inside the <bowl>",
            "the blocks whose color occurs most often go into the <bowl>",
        ),
        also=(
            "put all the blocks of the most common color in the <bowl>",
            "put the blocks with the most frequent color in the <bowl>",
            "put all the blocks with the most common color in the <bowl>",
        ),
    ),
    tags=("reason", "counting", "logic"),
    tolerance="Every block of that colour lies inside the bowl (centre within the inner rim, lowest point below "
    "it); blocks of other colours moved less than 5 cm. Two equally common colours are unclear.",
)
class MostCommonColor:
    """Two or three of one colour, one of two others each."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Four or five blocks and two bowls."""
        common, *rare = palette(rng, attributes, 3)
        blocks = [block(common) for _ in range(rng.choice((2, 3)))] + [block(c) for c in rare]
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*blocks, *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """That colour is in, the others stayed."""
        counts = Counter(case.start[b].color for b in some(case.of("block"))).most_common(2)
        if len(counts) > 1 and counts[0][1] == counts[1][1]:
            raise Unclear(f"{counts[0][0]} and {counts[1][0]} are equally common")
        chosen = [b for b in case.of("block") if case.start[b].color == counts[0][0]]
        return [*(inside(case, b, case.named("bowl")) for b in chosen), *untouched(case, others(case, *chosen))]

    def oracle(self, values: Values) -> str:
        """Count the colours."""
        return self._program(values, "max")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The rarest colour; only one block of the right one."""
        return {
            "the rarest": self._program(values, "min"),
            "only one": self._program(values, "max").replace("for block in chosen", "for block in chosen[:1]"),
        }

    def _program(self, values: Values, choose: str) -> str:
        return (
            'blocks = detect("blocks")\n'
            "counts = collections.Counter(b.color for b in blocks)\n"
            f"color = {choose}(counts, key=lambda c: counts[c])\n"
            "chosen = [b for b in blocks if b.color == color]\n"
            f'for block in chosen:\n    put(block, find("{values["bowl"]}"))\n'
        )
