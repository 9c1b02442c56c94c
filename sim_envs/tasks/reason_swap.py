"""Two blocks change places: remembering where each was."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import at_point, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="reason-swap",
    version=1,
    template=Template(
        "swap the <first> and the <second>",
        slots={"first": things("block"), "second": things("block")},
        distinct=("first", "second"),
        paraphrases=(
            "swap the positions of the <first> and the <second>",
            "exchange the <first> and the <second>",
            "exchange the positions of the <first> and the <second>",
            "please let the <first> and the <second> trade places",
            "make the <first> and the <second> switch places",
        ),
        also=(
            "swap the <first> with the <second>",
            "exchange the <first> with the <second>",
            "switch the <first> and the <second>",
            "switch the <first> with the <second>",
            "switch the positions of the <first> and the <second>",
            "swap the places of the <first> and the <second>",
        ),
    ),
    tags=("reason", "memory"),
    tolerance="Each block's centre is within 2 cm (half a block) of where the other was, on the table; nothing else "
    "moved more than 5 cm.",
)
class Swap:
    """Two blocks that change places, others that stay."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and up to one bowl."""
        blocks = palette(rng, attributes, 3, first=(color_of(values["first"]), color_of(values["second"])))
        return arrange(rng, [*map(block, blocks), *map(bowl, palette(rng, attributes, rng.choice((0, 1))))], gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Each is where the other was."""
        first, second = case.named("first"), case.named("second")
        clauses: list[Condition] = []
        for a, b in ((first, second), (second, first)):
            x, y, _ = case.start[b].position
            clauses += [at_point(case, a, (x, y), 0.02, f"where {b} was"), on_table(case, a)]
        return [*clauses, *untouched(case, others(case, first, second))]

    def oracle(self, values: Values) -> str:
        """By way of a free spot."""
        return (
            f'first, second = find("{values["first"]}"), find("{values["second"]}")\n'
            "there, here = second.position[:2], first.position[:2]\n"
            'put(first, region("table"))\n'
            "put(second, here)\n"
            "put(first, there)\n"
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """One on the other; only one of them moved."""
        return {
            "one on the other": f'put(find("{values["first"]}"), find("{values["second"]}"))\n',
            "only one of them": (
                f'first, second = find("{values["first"]}"), find("{values["second"]}")\n'
                "there = second.position[:2]\n"
                'put(second, region("table"))\n'
                "put(first, there)\n"
            ),
        }
