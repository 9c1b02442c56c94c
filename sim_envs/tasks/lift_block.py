"""Pick one named block up and hold it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import bottom
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="lift-block",
    version=1,
    template=Template(
        "pick up the <block>",
        slots={"block": things("block")},
        paraphrases=(
            "lift the <block>",
            "grab the <block>",
            "take the <block> and lift it up",
            "please pick the <block> up",
            "lift the <block> off the table",
            "grasp the <block> and hold it in the air",
        ),
        also=(
            "pick up the <block> and hold it",
            "pick the <block> up from the table",
            "lift up the <block>",
            "pick up the <block> and hold it up",
            "lift the <block> up in the air",
            "lift the <block> from the table",
            "lift the <block> into the air",
        ),
    ),
    tags=("core", "manip", "lift"),
    tolerance="The block is between the fingers, which both press on it, its lowest point at least 4 cm (one block) "
    "above the table. Nothing else moved more than 5 cm.",
    time_limit_s=60.0,
)
class LiftBlock:
    """The one task whose object is in the hand at the end."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and one bowl."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["block"]),))
        return arrange(rng, [*map(block, blocks), *map(bowl, palette(rng, attributes, 1))])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block is in the air, the rest stayed."""
        chosen = case.named("block")
        height = bottom(case.now[chosen])
        text = f"the lowest point of {chosen} is {height:.3f} m above the table"
        return [
            Condition(height >= 0.04, text, f"{chosen} above table (m)", round(height, 4)),
            Condition(chosen in case.held, f"{chosen} is not in the hand", f"{chosen} held", chosen in case.held),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Pick it."""
        return f'pick(find("{values["block"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Lifted and put back; another block."""
        return {
            "put back": (
                f'block = find("{values["block"]}")\npick(block)\nplace((block.position[0], block.position[1]))\n'
            ),
            "another block": f'pick(next(o for o in detect("block") if o.name != "{values["block"]}"))\n',
        }
