"""Ravens / CLIPort towers-of-hanoi-seq: three blocks from one zone to another by way of a third."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from sim_envs.judging.case import Case, Condition, Unclear, only
from sim_envs.judging.predicates import UNTOUCHED, in_zone, on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import over, rests_on
from sim_envs.language.templates import COLOR, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, palette, upon, zone


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
        also=(
            "move the tower from the <start> zone to the <end> zone following the rules of the towers of hanoi",
            "move the tower from the <start> zone to the <end> zone by the rules of the towers of hanoi",
            "solve the tower of hanoi from the <start> zone to the <end> zone",
            "tower of hanoi from the <start> zone to the <end> zone",
        ),
    ),
    tags=("ravens", "stacking", "long-horizon"),
    tolerance="The three blocks make one tower on the end zone, the largest at the bottom and the smallest on top, "
    "centres above the outline below, surfaces within 1 cm. The rules hold whenever the hand is empty: every "
    "block lies above one of the three zones, none on a smaller one, and no two blocks moved (5 cm or more) since "
    "the last time. Blocks take the place of Ravens' rings, zones that of its pegs; Ravens judges the end alone.",
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
        """A tower by size on the end zone, and the rules on the way."""
        blocks = sorted(case.of("block"), key=lambda b: -case.start[b].size[0])
        if len(blocks) != 3 or len({case.start[b].size[0] for b in blocks}) != 3:
            raise Unclear("the tower is three blocks of three sizes")
        start, end = (only(case.start, f"{case.values[slot]} zone") for slot in ("start", "end"))
        if not rests_on(case.start[blocks[0]], case.start[start]):
            raise Unclear(f"there is no tower on the {start}")
        levels = [
            in_zone(case, blocks[0], end),
            *(on_top(case, above, below) for below, above in itertools.pairwise(blocks)),
        ]
        # a level counts on those below it, or the tower would be almost done where it begins
        sound = next((n for n, level in enumerate(levels) if not level.holds), len(levels))
        return [
            *(Condition(n < sound, c.text, c.fact, c.value) for n, c in enumerate(levels)),
            *self._rules(case, blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def _rules(self, case: Case, blocks: Sequence[str]) -> list[Condition]:
        """`blocks` from the largest to the smallest."""
        worlds = case.resting()
        wrong = [
            f"{large} lay on {small}"
            for world in worlds
            for large, small in itertools.combinations(blocks, 2)
            if rests_on(world[large], world[small])
        ]
        zones = case.of("zone")
        beside = [b for world in worlds for b in blocks if not any(over(world[b], world[z]) for z in zones)]
        most = max(
            sum(math.dist(before[b].position, after[b].position) > UNTOUCHED for b in blocks)
            for before, after in itertools.pairwise(worlds)
        )
        return [
            Condition(
                not wrong, wrong[0] if wrong else "no block lay on a smaller one", "larger on smaller", len(wrong)
            ),
            Condition(
                not beside,
                f"{beside[0]} was put down beside the zones" if beside else "every block lay on a zone",
                "beside the zones",
                len(beside),
            ),
            Condition(most <= 1, f"{most} blocks moved at a time", "most blocks moved at a time", most),
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
        """The tower turned over; only the first block; the right tower, but by way of the free table."""
        return {
            "by way of the table": (
                f'end = find("{values["end"]} zone")\n'
                'large, middle, small = (b.name for b in sorted(detect("blocks"), key=lambda b: -b.size[0]))\n'
                'spare = next(z for z in detect("zones") if z.name not in (end.name, '
                f'"{values["start"]} zone"))\n'
                "put(small, (0.32, 0.1))\n"
                "put(middle, spare.name)\n"
                "put(large, end.name)\n"
                "put(middle, large)\n"
                "put(small, middle)\n"
            ),
            "turned over": (
                f'below = find("{values["end"]} zone").name\n'
                'for disk in sorted(detect("blocks"), key=lambda b: b.size[0]):\n'
                "    put(disk, below)\n"
                "    below = disk.name\n"
            ),
            "only one block": f'put(find("smallest block"), find("{values["end"]} zone"))\n',
        }
