"""As many blocks as there are bowls: one count decides the other."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import count_clauses
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette, wide_bowl


@task(
    id="reason-as-many-as-bowls",
    version=1,
    template=Template(
        "put as many blocks in the <bowl> as there are bowls on the table",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "count the bowls and put that many blocks in the <bowl>",
            "place as many blocks into the <bowl> as there are bowls",
            "the number of blocks in the <bowl> should equal the number of bowls on the table",
            "please put one block in the <bowl> for every bowl on the table",
            "for each bowl on the table, put one block in the <bowl>",
        ),
    ),
    tags=("reason", "counting"),
    tolerance="The number of blocks inside the bowl (centre within the inner rim, lowest point below it) equals the "
    "number of bowls, that one included; every other block stands on the table.",
)
class AsManyAsBowls:
    """One to three bowls, four blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """More blocks than bowls."""
        bowls = palette(rng, attributes, rng.choice((1, 2, 3)), first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, palette(rng, attributes, 4)), *map(wide_bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The two numbers are equal."""
        wanted = len(case.of("bowl"))
        if wanted > len(case.of("block")):
            raise Unclear("there are more bowls than blocks")
        return count_clauses(case, case.named("bowl"), wanted)

    def oracle(self, values: Values) -> str:
        """Count the bowls."""
        return self._program(values, 'len(detect("bowls"))')

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The number of the other bowls; all blocks."""
        return {
            "the other bowls": self._program(values, 'len(detect("bowls")) - 1'),
            "all blocks": self._program(values, 'len(detect("blocks"))'),
        }

    def _program(self, values: Values, number: str) -> str:
        return f'number = {number}\nfor block in detect("blocks")[:number]:\n    put(block, find("{values["bowl"]}"))\n'
