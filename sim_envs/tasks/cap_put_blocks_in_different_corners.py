"""Code as Policies, unseen instruction 1: every block in a corner of its own."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import in_place, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import nearest_corner, place
from sim_envs.language.templates import CORNERS, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette


@task(
    id="cap-put-blocks-in-different-corners",
    version=1,
    template=Template(
        "put all the blocks in different corners",
        paraphrases=(
            "put the blocks in different corners",
            "place every block in a different corner",
            "move each block to a corner of its own",
            "distribute the blocks over the corners, one block per corner",
            "please put each block in a different corner of the table",
            "give every block its own corner",
        ),
        also=(
            "put the blocks in different corners of the table",
            "spread the blocks over different corners",
            "put all blocks at different corners",
            "put all blocks to different corners",
            "put all blocks in its own corner",
        ),
    ),
    tags=("cap14", "unseen-instruction", "long-horizon", "pick-place"),
    tolerance="Every block's centre at most 2 cm outside one of the four 14 cm corner squares, at rest, and no two "
    "blocks in the same corner; bowls moved less than 5 cm. More than four blocks are not judged.",
)
class PutBlocksInDifferentCorners:
    """Two to four blocks, four corners."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two to four blocks and up to two bowls; all corners are free."""
        blocks = palette(rng, attributes, rng.choice((2, 3, 4)))
        bowls = palette(rng, attributes, rng.choice((0, 1, 2)))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)], free=[place(c) for c in CORNERS])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block in its nearest corner, no corner twice."""
        blocks = some(case.of("block"))
        if len(blocks) > len(CORNERS):
            raise Unclear(f"{len(blocks)} blocks do not fit in four different corners")
        nearest = {name: nearest_corner(case.now[name].position) for name in blocks}
        clauses = [in_place(case, name, place(corner)) for name, corner in nearest.items()]
        different = len(set(nearest.values()))
        text = f"the {len(blocks)} blocks are nearest to {different} different corners"
        apart = Condition(different == len(blocks), text, "different corners", different)
        return [*clauses, apart, *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """One corner after the other."""
        return f"corners = {CORNERS!r}\n" + (
            'for block, corner in zip(detect("block"), corners):\n    put(block, region(corner))\n'
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """All in one corner; one block forgotten."""
        return {
            "all in one corner": 'for block in detect("block"):\n    put(block, region("top left corner"))\n',
            "one forgotten": f"corners = {CORNERS!r}\n"
            + 'for block, corner in zip(detect("block")[1:], corners):\n    put(block, region(corner))\n',
        }
