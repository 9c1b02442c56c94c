"""Code as Policies, unseen instruction 2: every block in a bowl of another colour."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette
from sim_envs.tasks._programs import MISMATCHED


@task(
    id="cap-put-blocks-in-mismatched-bowls",
    version=1,
    template=Template(
        "put the blocks in the bowls with mismatched colors",
        paraphrases=(
            "put all the blocks in the bowls with mismatched colors",
            "place every block in a bowl of a different color",
            "move each block into a bowl that does not have its color",
            "put every block in a bowl whose color is not its own",
            "please put all the blocks in bowls of other colors",
            "mix them up: every block into a bowl of another color",
        ),
        also=(
            "put all the blocks in a bowl that is not its color",
            "put all the blocks in bowls that are not their color",
            "put all blocks in bowls of different colors",
            "put all blocks in bowls with different colors",
            "put all blocks in mismatched bowls",
            "put blocks in mismatched bowls",
            "put all blocks in a bowl of another color",
        ),
    ),
    tags=("cap14", "unseen-instruction", "long-horizon", "pick-place"),
    tolerance="Every block is inside some bowl (centre within the inner rim, lowest point below it) and that bowl "
    "has another colour than the block. Two blocks may share a bowl; the bowls moved less than 5 cm.",
)
class PutBlocksInMismatchedBowls:
    """Pairs of a block and a bowl of one colour, to be mixed."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two to four pairs."""
        pairs = palette(rng, attributes, rng.choice((2, 3, 4)))
        return arrange(rng, [*map(block, pairs), *map(bowl, pairs)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every block is in a bowl of another colour."""
        blocks, bowls = some(case.of("block")), case.of("bowl")
        if any(all(case.start[b].color == case.start[name].color for b in bowls) for name in blocks):
            raise Unclear("a block has no bowl of another colour")
        return [
            *(self._mismatched(case, name, bowls) for name in blocks),
            *untouched(case, others(case, *blocks)),
        ]

    def _mismatched(self, case: Case, name: str, bowls: list[str]) -> Condition:
        nearest = min(bowls, key=lambda b: distance(case.now[name], case.now[b]))
        clause = inside(case, name, nearest)
        same = case.now[nearest].color == case.now[name].color
        text = f"{name} is in the {nearest}, which has its own colour" if same and clause.holds else clause.text
        return Condition(clause.holds and not same, text, clause.fact, clause.value)

    def oracle(self, values: Values) -> str:
        """Every block into the next bowl."""
        return MISMATCHED

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Matching colours; only one block."""
        return {
            "matching": 'for block in detect("block"):\n    put(block, find(f"{block.color} bowl"))\n',
            "only one block": MISMATCHED.replace("in zip(", "in list(zip(").replace("):\n", "))[:1]:\n"),
        }
