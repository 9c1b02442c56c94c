"""Ravens / CLIPort packing-boxes-pairs: blocks of two colours into a box."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear, only
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import COLOR, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, box, palette


@task(
    id="ravens-packing-boxes-pairs",
    version=1,
    template=Template(
        "pack all the <first> and <second> blocks into the brown box",
        slots={"first": COLOR, "second": COLOR},
        distinct=("first", "second"),
        paraphrases=(
            "put all the <first> and <second> blocks in the brown box",
            "pack the <first> blocks and the <second> blocks in the brown box",
            "please put every <first> and every <second> block into the brown box",
            "move all <first> and all <second> blocks into the brown box",
            "fill the brown box with all the <first> and <second> blocks",
        ),
        also=(
            "put all the <first> blocks and all the <second> blocks in the brown box",
            "put the <first> and <second> blocks in the brown box",
            "pack the <first> and <second> blocks in the brown box",
            "pack all the <first> blocks and all the <second> blocks in the brown box",
        ),
    ),
    tags=("ravens", "pick-place", "long-horizon"),
    tolerance="Every block of the two colours lies inside the box (centre within its walls, lowest point below its "
    "rim); box and other blocks moved less than 5 cm. Ravens packs tightly by known sizes with suction; "
    "here the box has room to spare.",
)
class PackingBoxesPairs:
    """Two colours go in, one stays out."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """A box; three blocks of 3 to 4.5 cm of the two colours; two of others."""
        named = (values["first"], values["second"])
        spare = [c for c in palette(rng, attributes, 5, first=named) if c not in (*named, "brown")]
        chosen = [*named, rng.choice(named), *spare[:2]]
        blocks = [block(color, rng.choice((0.03, 0.035, 0.04, 0.045))) for color in chosen]
        return arrange(rng, [box("brown"), *blocks])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The two colours are in the box, the others are not."""
        target = only(case.start, "brown box")
        wanted = (case.values["first"], case.values["second"])
        chosen = some([b for b in case.of("block") if case.start[b].color in wanted])
        if any(all(case.start[b].color != color for b in chosen) for color in wanted):
            raise Unclear("there are no blocks of one of the colours")
        return [*(inside(case, b, target) for b in chosen), *untouched(case, others(case, *chosen))]

    def oracle(self, values: Values) -> str:
        """Whatever has one of the two colours."""
        return self._program(f'("{values["first"]}", "{values["second"]}")')

    def decoys(self, values: Values) -> Mapping[str, str]:
        """One colour only; everything."""
        return {
            "one colour only": self._program(f'("{values["first"]}",)'),
            "everything": 'for block in detect("blocks"):\n    put(block, find("brown box"))\n',
        }

    def _program(self, wanted: str) -> str:
        return (
            f'for block in detect("blocks"):\n    if block.color in {wanted}:\n        put(block, find("brown box"))\n'
        )
