"""Ravens / CLIPort separating-piles: small blocks of one colour into a zone, the others not."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, only
from sim_envs.judging.predicates import in_zone, others, outside, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import COLOR, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, zone


@task(
    id="ravens-separating-piles",
    version=1,
    template=Template(
        "put all the small <pile> blocks on the <zone> zone",
        slots={"pile": COLOR, "zone": COLOR},
        paraphrases=(
            "move the small <pile> blocks to the <zone> zone",
            "separate the piles: bring the <pile> blocks to the <zone> zone",
            "gather all the <pile> blocks on the <zone> square",
            "please move every small <pile> block onto the <zone> zone",
            "sort the small <pile> blocks onto the <zone> zone",
        ),
        also=(
            "put all the <pile> blocks on the <zone> zone",
            "put the <pile> blocks on the <zone> zone",
            "move all the small <pile> blocks to the <zone> zone",
            "move all the <pile> blocks to the <zone> zone",
            "push the <pile> blocks into the <zone> zone",
            "push all the <pile> blocks into the <zone> zone",
        ),
    ),
    tags=("ravens", "pick-place", "long-horizon"),
    tolerance="Every block of the colour has its centre above the zone and lies on it (within 1 cm), no other block "
    "does or moved more than 5 cm. Ravens sweeps piles of tiny blocks with a spatula; here four 3 cm "
    "blocks are sorted by hand.",
)
class SeparatingPiles:
    """Two colours of small blocks, scattered; two zones."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Four small blocks of the colour, three of another; the zone and another one."""
        other = next(c for c in palette(rng, attributes, 5, first=(values["pile"],))[1:] if c != values["zone"])
        spare = next(c for c in palette(rng, attributes, 5, first=(values["zone"],))[1:] if c != values["pile"])
        small = [block(values["pile"], 0.03) for _ in range(4)] + [block(other, 0.03) for _ in range(3)]
        return arrange(rng, [zone(values["zone"]), zone(spare), *small], gap=0.035)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The colour is on the zone, the other colours are not."""
        target = only(case.start, f"{case.values['zone']} zone")
        chosen = some([b for b in case.of("block") if case.start[b].color == case.values["pile"]])
        rest = [b for b in case.of("block") if b not in chosen]
        return [
            *(in_zone(case, b, target) for b in chosen),
            *(outside(case, b, target) for b in rest),
            *untouched(case, others(case, *chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """One after the other."""
        return f'for block in detect("{values["pile"]} blocks"):\n    put(block, find("{values["zone"]} zone"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """All but one; the other colour."""
        return {
            "one forgotten": (
                f'for block in detect("{values["pile"]} blocks")[1:]:\n    put(block, find("{values["zone"]} zone"))\n'
            ),
            "another colour": (
                f'wrong = next(b for b in detect("blocks") if b.color != "{values["pile"]}")\n'
                f'put(wrong, find("{values["zone"]} zone"))\n'
            ),
        }
