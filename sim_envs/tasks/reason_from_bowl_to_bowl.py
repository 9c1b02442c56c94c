"""What lies in one bowl, into another: a reference by place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import contains
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, upon


@task(
    id="reason-from-bowl-to-bowl",
    version=1,
    template=Template(
        "put the block that is in the <source> in the <target>",
        slots={"source": things("bowl"), "target": things("bowl")},
        distinct=("source", "target"),
        paraphrases=(
            "move the block from the <source> to the <target>",
            "take the block out of the <source> and put it into the <target>",
            "transfer the block in the <source> to the <target>",
            "please put the block lying in the <source> into the <target>",
            "whatever block is in the <source> should go into the <target>",
        ),
    ),
    tags=("reason", "manip", "pick-place"),
    tolerance="The only block inside the first bowl at the start lies inside the second at the end (centre within "
    "the inner rim, lowest point below it); nothing else moved more than 5 cm.",
)
class FromBowlToBowl:
    """One block in a bowl, others on the table."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two bowls, one of them with a block, and two more blocks."""
        inner, *spare = palette(rng, attributes, 3)
        bowls = [bowl(color_of(values["source"])), bowl(color_of(values["target"]))]
        scene = arrange(rng, [*bowls, *map(block, spare)])
        return SceneSpec((*scene.objects, upon(block(inner), scene.objects[0], floor=0.01)))

    def goal(self, case: Case) -> Sequence[Condition]:
        """It changed bowls."""
        source, target = case.named("source"), case.named("target")
        held = [b for b in case.of("block") if contains(case.start[source], case.start[b])]
        if len(held) != 1:
            raise Unclear(f"{len(held)} blocks are in {source}")
        return [inside(case, held[0], target), *untouched(case, others(case, held[0]))]

    def oracle(self, values: Values) -> str:
        """Ask which is inside."""
        return self._program(values, "")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A block from the table; only out of the bowl."""
        return {
            "a block from the table": self._program(values, "not "),
            "only taken out": (
                f'source = find("{values["source"]}")\n'
                'put(next(b for b in detect("blocks") if inside(b, source)), region("table"))\n'
            ),
        }

    def _program(self, values: Values, negation: str) -> str:
        return (
            f'source = find("{values["source"]}")\n'
            f'block = next(b for b in detect("blocks") if {negation}inside(b, source))\n'
            f'put(block, find("{values["target"]}"))\n'
        )
