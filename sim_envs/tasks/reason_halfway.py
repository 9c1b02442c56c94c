"""A block halfway between two things."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position, radius


@task(
    id="reason-halfway",
    version=1,
    template=Template(
        "put the <block> halfway between the <first> and the <second>",
        slots={"block": things("block"), "first": things("bowl", "block"), "second": things("bowl", "block")},
        distinct=("block", "first", "second"),
        paraphrases=(
            "place the <block> midway between the <first> and the <second>",
            "move the <block> to the middle between the <first> and the <second>",
            "pick up the <block> and place it exactly between the <first> and the <second>",
            "please put the <block> at the midpoint of the <first> and the <second>",
            "the <block> should be halfway between the <first> and the <second>",
        ),
        also=("put the <block> in the middle between the <first> and the <second>",),
    ),
    tags=("reason", "geometry", "spatial-geometric"),
    tolerance="The block's centre is within 2 cm (half a block) of the midpoint of the two centres at the start, on "
    "the table; nothing else moved more than 5 cm.",
)
class Halfway:
    """Two things with room between them."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The three things, and a block more."""
        named = (values["block"], values["first"], values["second"])
        used = [color_of(v) for v in named]
        spare = next(c for c in palette(rng, attributes, 4, first=used) if f"{c} block" not in named)
        objects = [bowl(color_of(v)) if v.endswith("bowl") else block(color_of(v)) for v in named] + [block(spare)]

        def room(arranged: Sequence[ObjectSpec]) -> bool:
            (ax, ay), (bx, by) = (position(o) for o in arranged[1:3])
            spot = ((ax + bx) / 2, (ay + by) / 2)
            return all(math.dist(position(o), spot) > radius(o) + 0.07 for o in arranged)

        return arrange(rng, objects, accept=room)

    def goal(self, case: Case) -> Sequence[Condition]:
        """At the midpoint."""
        chosen = case.named("block")
        (ax, ay, _), (bx, by, _) = (case.start[case.named(slot)].position for slot in ("first", "second"))
        return [
            at_point(case, chosen, ((ax + bx) / 2, (ay + by) / 2), 0.02, "the midpoint"),
            on_table(case, chosen),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """The mean of two positions."""
        return self._program(values, 0.5)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """On the first of them; on the line between them but past the middle."""
        return {
            "on the first": f'put(find("{values["block"]}"), find("{values["first"]}"))\n',
            "past the middle": self._program(values, 0.62),
        }

    def _program(self, values: Values, part: float) -> str:
        return (
            f'a, b = find("{values["first"]}").position, find("{values["second"]}").position\n'
            f"spot = (a[0] + {part} * (b[0] - a[0]), a[1] + {part} * (b[1] - a[1]))\n"
            f'put(find("{values["block"]}"), spot)\n'
        )
