"""Ravens / CLIPort assembling-kits: every block to the place of its colour, exactly."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, only
from sim_envs.judging.predicates import at_point, on_table, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, zone


@task(
    id="ravens-assembling-kits",
    version=1,
    template=Template(
        "put every block on the zone of its color",
        paraphrases=(
            "assemble the kit: put each block on the zone of the same color",
            "place all the blocks on the zones with matching colors",
            "put the blocks on the zones with matching colors",
            "please put each block exactly on the zone that has its color",
            "match the blocks with the zones by color",
        ),
        also=(
            "put all the blocks on the zones of the same color",
            "put all the blocks on the zones with matching colors",
            "put each block on the zone of the same color",
            "put every block on the zone with the same color",
            "put all the blocks on their matching zones",
            "put all the blocks on the zones of their color",
            "put each block on its matching zone",
        ),
    ),
    tags=("ravens", "pick-place", "long-horizon"),
    tolerance="Every block's centre within 1 cm of the centre of the zone of its colour, lying on it: Ravens' "
    "position tolerance. Ravens also wants the angle of its kit pieces; a cube on a square looks the same "
    "in four.",
)
class AssemblingKits:
    """Three or four small zones and their blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three or four zones of 7 cm and blocks of the same colours."""
        kit = palette(rng, attributes, rng.choice((3, 4)))
        return arrange(rng, [*(zone(c, 0.07) for c in kit), *map(block, kit)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is on the centre of its zone."""
        clauses: list[Condition] = []
        blocks = some(case.of("block"))
        for name in blocks:
            target = only(case.start, f"{case.start[name].color} zone")
            x, y, _ = case.start[target].position
            clauses += [at_point(case, name, (x, y), 0.01, f"the centre of {target}"), on_table(case, name)]
        return [*clauses, *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """By colour."""
        return 'for block in detect("blocks"):\n    put(block, find(f"{block.color} zone").position[:2])\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Every block on the next zone; every block 2 cm off."""
        return {
            "on the next zone": (
                'blocks = detect("blocks")\n'
                "for block, other in zip(blocks, blocks[1:] + blocks[:1]):\n"
                '    put(block, find(f"{other.color} zone").position[:2])\n'
            ),
            "2 cm off": (
                'for block in detect("blocks"):\n'
                '    x, y, _ = find(f"{block.color} zone").position\n'
                "    put(block, (x, y + 0.02))\n"
            ),
        }
