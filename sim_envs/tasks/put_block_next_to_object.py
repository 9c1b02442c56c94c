"""Put one block next to something, on whichever side."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block_and_anchor, position, radius


@task(
    id="put-block-next-to-object",
    version=1,
    template=Template(
        "put the <block> next to the <anchor>",
        slots={"block": things("block"), "anchor": things("block", "bowl")},
        distinct=("block", "anchor"),
        paraphrases=(
            "place the <block> beside the <anchor>",
            "move the <block> close to the <anchor>",
            "pick up the <block> and put it next to the <anchor>",
            "please set the <block> down near the <anchor>",
            "the <block> should go next to the <anchor>",
        ),
    ),
    tags=("core", "reason", "spatial-geometric", "pick-place"),
    tolerance="The free space between the two outlines (as circles around the centres) is at most 6 cm, and was "
    "more before; the block stands on the table. Fingers need 3 cm beside a neighbour, the rest is what "
    "people mean by next to. Nothing else moved more than 5 cm.",
)
class PutBlockNextToObject:
    """Beside, in no given direction."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two or three blocks, one or two bowls; the two named things start apart, with room on one side."""
        objects, index = block_and_anchor(values["block"], values["anchor"], rng, attributes)

        def room(arranged: Sequence[ObjectSpec]) -> bool:
            x, y = position(arranged[index])
            away = 0.135 if values["anchor"].endswith("bowl") else 0.085
            spot = (x, y + (away if y < 0 else -away))
            rest = (o for i, o in enumerate(arranged) if i not in (0, index))
            return math.dist(position(arranged[0]), (x, y)) > 0.22 and all(
                math.dist(position(o), spot) > radius(o) + 0.07 for o in rest
            )

        return arrange(rng, objects, accept=room)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The gap is small, the block on the table."""
        chosen, anchor = case.named("block"), case.named("anchor")
        a, b = case.now[chosen], case.now[anchor]
        gap = distance(a, b) - (a.size[0] + b.size[0]) / 2
        return [
            Condition(
                gap <= 0.06, f"{chosen} is {gap:.3f} m from {anchor}", f"{chosen} to {anchor} (m)", round(gap, 4)
            ),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Beside it, towards the middle of the table."""
        away = 0.135 if values["anchor"].endswith("bowl") else 0.085
        return self._program(values, away)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Too far; on top of it."""
        return {
            "too far": self._program(values, 0.24),
            "on top of it": f'put(find("{values["block"]}"), find("{values["anchor"]}"))\n',
        }

    def _program(self, values: Values, away: float) -> str:
        return (
            f'x, y, _ = find("{values["anchor"]}").position\n'
            f'put(find("{values["block"]}"), (x, y + ({away} if y < 0 else -{away})))\n'
        )
