"""What lies in a bowl, out of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import on_table, others, outside, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import contains
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, upon


@task(
    id="manip-empty-bowl",
    version=1,
    template=Template(
        "take the <block> out of the <bowl>",
        slots={"block": things("block"), "bowl": things("bowl")},
        paraphrases=(
            "take the <block> out of the <bowl> and put it on the table",
            "remove the <block> from the <bowl>",
            "pick the <block> out of the <bowl> and place it on the table",
            "please get the <block> out of the <bowl>",
            "the <block> should come out of the <bowl>",
        ),
        also=("remove the <block> from the <bowl> and put it on the table",),
    ),
    tags=("manip", "core", "pick-place"),
    tolerance="The block stands on the table (underside within 1 cm of it), outside the bowl; nothing else moved "
    "more than 5 cm.",
)
class EmptyBowl:
    """A block in a bowl."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The block in its bowl, another block and another bowl on the table."""
        full, spare_bowl = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        inner, spare = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        scene = arrange(rng, [bowl(full), bowl(spare_bowl), block(spare)])
        return SceneSpec((*scene.objects, upon(block(inner), scene.objects[0], floor=0.01)))

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is on the table."""
        chosen, container = case.named("block"), case.named("bowl")
        if not contains(case.start[container], case.start[chosen]):
            raise Unclear(f"{chosen} is not in {container}")
        return [
            outside(case, chosen, container),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Anywhere else."""
        return f'put(find("{values["block"]}"), region("table"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only lifted; the other bowl."""
        return {
            "only lifted": f'pick(find("{values["block"]}"))\n',
            "the other bowl": (
                f'wrong = next(b for b in detect("bowls") if b.name != "{values["bowl"]}")\n'
                f'put(find("{values["block"]}"), wrong)\n'
            ),
        }
