"""Code as Policies, seen instruction 5: every block in the bowl of its colour."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, only
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette
from sim_envs.tasks._programs import MISMATCHED


@task(
    id="cap-put-blocks-in-matching-bowls",
    version=1,
    template=Template(
        "put all the blocks in the bowls with matching colors",
        paraphrases=(
            "put the blocks in the bowls with matching colors",
            "place every block in the bowl of the same color",
            "sort the blocks into the bowls by color",
            "move each block into the bowl that has its color",
            "please put every block in the bowl with the matching color",
            "match the blocks with the bowls by color",
        ),
        also=(
            "sort the blocks by color into the bowls",
            "put all blocks in bowls of same color",
            "put all blocks in bowls with same color",
            "put all blocks in the bowl with the same color",
            "put all blocks in matching bowls",
            "put all blocks in bowls of matching color",
            "put all blocks in bowls with matching color",
            "put all blocks in their matching bowls",
            "put blocks in matching bowls",
            "put blocks in bowls of same color",
            "sort all blocks in bowls by color",
            "sort blocks in matching bowls",
            "put every block in the bowl of its color",
            "put each block in the bowl of its own color",
            "put each block in the bowl of the same color",
            "put each block in the bowl with the same color",
            "put each block in its matching bowl",
            "put all the blocks in the bowls that match their color",
            "match the blocks to the bowls by color",
        ),
    ),
    tags=("cap14", "seen-instruction", "long-horizon", "pick-place"),
    tolerance="Every block's centre within the inner rim of the one bowl of its colour and its lowest point below "
    "the rim; the bowls moved less than 5 cm. A block without such a bowl leaves the sentence unclear, so "
    "it is not judged.",
)
class PutBlocksInMatchingBowls:
    """Pairs of a block and a bowl of one colour."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two to four pairs."""
        pairs = palette(rng, attributes, rng.choice((2, 3, 4)))
        return arrange(rng, [*map(block, pairs), *map(bowl, pairs)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is in its bowl."""
        blocks = some(case.of("block"))
        pairs = [(name, only(case.start, f"{case.start[name].color} bowl")) for name in blocks]
        return [*(inside(case, *pair) for pair in pairs), *untouched(case, others(case, *blocks))]

    def oracle(self, values: Values) -> str:
        """By colour."""
        return 'for block in detect("block"):\n    put(block, find(f"{block.color} bowl"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """All in one bowl; every block in the next bowl."""
        return {
            "all in one bowl": 'bowl = detect("bowl")[0]\nfor block in detect("block"):\n    put(block, bowl)\n',
            "mismatched": MISMATCHED,
        }
