"""Somewhere else and back: remembering where something was."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import contains
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="reason-put-back",
    version=1,
    template=Template(
        "put the <block> in the <bowl>, then put it back where it was",
        slots={"block": things("block"), "bowl": things("bowl")},
        paraphrases=(
            "put the <block> into the <bowl> and then put it back where it was",
            "place the <block> in the <bowl>, then return it to where it was",
            "pick up the <block>, place it in the <bowl>, and then put it back where it came from",
            "please drop the <block> into the <bowl> and afterwards put it back where it was before",
            "move the <block> to the <bowl> and then back to where it was",
        ),
        also=(
            "put the <block> in the <bowl>, then take it out and put it back where it was",
            "put the <block> in the <bowl>, then take it out again and put it back where it was",
            "put the <block> in the <bowl>. Then put it back where it was.",
            "put the <block> in the <bowl> and then put it back",
            "put the <block> in the <bowl>, then put it back",
            "put the <block> in the <bowl> and then back where it was",
            "pick up the <block>, put it in the <bowl>, and then put it back",
        ),
    ),
    tags=("reason", "memory"),
    tolerance="At some moment with an empty hand the block lay inside the bowl (centre within the inner rim, lowest "
    "point below it); in the end its centre is within 2 cm (half a block) of where it was at the start, on the "
    "table. Nothing else moved more than 5 cm.",
)
class PutBack:
    """The end looks like the start."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and two bowls."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """It was in the bowl, and is back."""
        chosen, target = case.named("block"), case.named("bowl")
        x, y, _ = case.start[chosen].position
        was_in = any(contains(world[target], world[chosen]) for world in case.resting())
        text = f"{chosen} was{'' if was_in else ' never'} in {target}"
        back = at_point(case, chosen, (x, y), 0.02, "where it was")
        return [
            Condition(was_in, text, f"{chosen} was in {target}", was_in),
            replace(back, holds=was_in and back.holds),  # who never left has not come back
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Remember, put, put back."""
        return self._program(values, "(x, y)")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Left in the bowl; picked up and put down again; to another place."""
        return {
            "left in the bowl": f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n',
            "never in the bowl": f'x, y, _ = find("{values["block"]}").position\nput("{values["block"]}", (x, y))\n',
            "to another place": self._program(values, "(x, y + (0.05 if y < 0 else -0.05))"),
        }

    def _program(self, values: Values, spot: str) -> str:
        return (
            f'x, y, _ = find("{values["block"]}").position\n'
            f'put(find("{values["block"]}"), find("{values["bowl"]}"))\n'
            f'put(find("{values["block"]}"), {spot})\n'
        )
