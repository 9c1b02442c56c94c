"""The two blocks that are closest to each other."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import clearest, distance
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette, position


@task(
    id="reason-closest-pair",
    version=1,
    template=Template(
        "put the two blocks that are closest to each other in the <bowl>",
        slots={"bowl": things("bowl")},
        paraphrases=(
            "put the closest pair of blocks in the <bowl>",
            "find the two blocks with the smallest distance between them and put them in the <bowl>",
            "move the two blocks nearest each other into the <bowl>",
            "please place the pair of blocks that are closest together inside the <bowl>",
            "the two blocks that are nearest to one another go into the <bowl>",
        ),
        also=(
            "put the two closest blocks in the <bowl>",
            "put the two blocks closest to each other in the <bowl>",
            "put the two blocks closest together in the <bowl>",
            "put the two blocks that are closest together in the <bowl>",
        ),
    ),
    tags=("reason", "geometry", "spatial-geometric"),
    tolerance="Distance is horizontal, centre to centre, at the start; both blocks lie inside the bowl (centre "
    "within the inner rim, lowest point below it), nothing else moved more than 5 cm. Pairs within 1 cm "
    "of each other are unclear.",
)
class ClosestPair:
    """Four blocks, one bowl."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The closest pair is closer than every other by at least 3 cm."""
        blocks = [block(c) for c in palette(rng, attributes, 4)]

        def clear(arranged: Sequence[ObjectSpec]) -> bool:
            spots = map(position, arranged[: len(blocks)])
            first, second, *_ = sorted(math.dist(a, b) for a, b in itertools.combinations(spots, 2))
            return second - first >= 0.03

        return arrange(rng, [*blocks, bowl(color_of(values["bowl"]))], accept=clear)

    def goal(self, case: Case) -> Sequence[Condition]:
        """Both are in, the others stayed."""
        pairs = {
            f"{a}|{b}": distance(case.start[a], case.start[b]) for a, b in itertools.combinations(case.of("block"), 2)
        }
        chosen = clearest(pairs).split("|")
        return [*(inside(case, b, case.named("bowl")) for b in chosen), *untouched(case, others(case, *chosen))]

    def oracle(self, values: Values) -> str:
        """All pairs."""
        return self._program(values, "min")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The farthest pair; only one of them."""
        return {
            "the farthest pair": self._program(values, "max"),
            "only one of them": self._program(values, "min").replace("in pair:", "in pair[:1]:"),
        }

    def _program(self, values: Values, choose: str) -> str:
        return (
            "def gap(pair):\n    return math.dist(pair[0].position[:2], pair[1].position[:2])\n"
            f'pair = {choose}(itertools.combinations(detect("blocks"), 2), key=gap)\n'
            f'for block in pair:\n    put(block, find("{values["bowl"]}"))\n'
        )
