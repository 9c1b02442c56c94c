"""Ravens / CLIPort towers-of-hanoi-seq: three blocks from one zone to another by way of a third."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sim_envs.case import Case, Condition, Unclear, only
from sim_envs.geometry import rests_on
from sim_envs.predicates import in_zone, on_top
from sim_envs.scene_spec import SceneSpec
from sim_envs.task import task
from sim_envs.tasks._layout import arrange, block, palette, upon, zone
from sim_envs.templates import COLOR, Attributes, Template, Values


@task(
    id="ravens-towers-of-hanoi",
    version=1,
    template=Template(
        "solve the towers of hanoi: move the tower from the <start> zone to the <end> zone",
        slots={"start": COLOR, "end": COLOR},
        distinct=("start", "end"),
        paraphrases=(
            "move the tower from the <start> zone to the <end> zone, never a larger block on a smaller one",
            "towers of hanoi from the <start> zone to the <end> zone",
            "bring the tower from the <start> zone to the <end> zone by the rules of the towers of hanoi",
            "please solve the towers of hanoi from the <start> zone to the <end> zone",
            "play the towers of hanoi and move the tower from the <start> to the <end> zone",
        ),
    ),
    tags=("ravens", "stacking", "long-horizon"),
    tolerance="The three blocks make one tower on the end zone, the largest at the bottom and the smallest on top, "
    "centres above the outline below, surfaces within 1 cm. Only the end state is judged, not the moves; "
    "blocks take the place of Ravens' rings, zones that of its pegs.",
    time_limit_s=180.0,
)
class TowersOfHanoi:
    """Seven moves with three blocks."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three zones in a row, a tower on one of them."""
        third = next(c for c in palette(rng, attributes, 3, first=(values["start"], values["end"]))[2:])
        names = [values["start"], values["end"], third]
        rng.shuffle(names)
        x = round(rng.uniform(0.42, 0.56), 3)
        zones = {c: replace(zone(c), position=(x, y)) for c, y in zip(names, (0.2, 0.0, -0.2), strict=True)}
        foot, middle, tip = (
            block(c, s) for c, s in zip(palette(rng, attributes, 3), (0.055, 0.045, 0.035), strict=True)
        )
        foot = upon(foot, replace(zones[values["start"]], size=(0.14, 0.14, 0.0005)), floor=0.0)
        middle = upon(middle, foot)
        return arrange(rng, [*zones.values(), foot, middle, upon(tip, middle)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """A tower by size on the end zone."""
        blocks = sorted(case.of("block"), key=lambda b: -case.start[b].size[0])
        if len(blocks) != 3 or len({case.start[b].size[0] for b in blocks}) != 3:
            raise Unclear("the tower is three blocks of three sizes")
        start, end = (only(case.start, f"{case.values[slot]} zone") for slot in ("start", "end"))
        if not rests_on(case.start[blocks[0]], case.start[start]):
            raise Unclear(f"there is no tower on the {start}")
        return [
            in_zone(case, blocks[0], end),
            *(on_top(case, above, below) for below, above in itertools.pairwise(blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """The recursion."""
        return (
            'disks = sorted(detect("blocks"), key=lambda b: b.size[0])\n'
            f'start, end = find("{values["start"]} zone"), find("{values["end"]} zone")\n'
            'spare = next(z for z in detect("zones") if z.name not in (start.name, end.name))\n'
            "towers = {start.name: [d.name for d in reversed(disks)], end.name: [], spare.name: []}\n"
            "def solve(n, source, target, other):\n"
            "    if n == 0:\n"
            "        return\n"
            "    solve(n - 1, source, other, target)\n"
            "    below = towers[target][-1] if towers[target] else target\n"
            "    disk = towers[source].pop()\n"
            "    put(disk, below)\n"
            "    towers[target].append(disk)\n"
            "    solve(n - 1, other, target, source)\n"
            "solve(3, start.name, end.name, spare.name)\n"
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The tower turned over; only the first block."""
        return {
            "turned over": (
                f'below = find("{values["end"]} zone").name\n'
                'for disk in sorted(detect("blocks"), key=lambda b: b.size[0]):\n'
                "    put(disk, below)\n"
                "    below = disk.name\n"
            ),
            "only one block": f'put(find("smallest block"), find("{values["end"]} zone"))\n',
        }
