"""Ravens / CLIPort put-blocks-in-bowls (place-red-in-green): blocks of one colour into bowls of another."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, some, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import distance
from sim_envs.language.templates import COLOR, Attributes, Template, Values
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, palette


@task(
    id="ravens-place-red-in-green",
    version=1,
    template=Template(
        "put the <pick> blocks in the <place> bowls",
        slots={"pick": COLOR, "place": COLOR},
        distinct=("pick", "place"),
        paraphrases=(
            "put all the <pick> blocks in the <place> bowls",
            "place the <pick> blocks into the <place> bowls",
            "move every one of the <pick> blocks into a <place> bowl",
            "pick up the <pick> blocks and place them in the <place> bowls",
            "please drop all the <pick> cubes in the <place> bowls",
        ),
        also=(
            "put every <pick> block in a <place> bowl",
            "put each <pick> block in a <place> bowl",
        ),
    ),
    tags=("ravens", "pick-place"),
    tolerance="Every block of the first colour lies inside some bowl of the second: centre within the inner rim, "
    "lowest point below it. Blocks of other colours moved less than 5 cm. Ravens asks for the same with a "
    "suction gripper.",
)
class PlaceRedInGreen:
    """Two of each, and distractors."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and two bowls of the named colours, one more block and bowl of other colours."""
        named = (values["pick"], values["place"])
        spare = [c for c in palette(rng, attributes, 4, first=named) if c not in named]
        blocks = [block(values["pick"]), block(values["pick"]), block(spare[0])]
        return arrange(rng, [*blocks, bowl(values["place"]), bowl(values["place"]), bowl(spare[1])])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every such block is in such a bowl."""
        blocks = some([b for b in case.of("block") if case.start[b].color == case.values["pick"]])
        bowls = some([b for b in case.of("bowl") if case.start[b].color == case.values["place"]])
        nearest = {name: min(bowls, key=lambda b: distance(case.now[name], case.now[b])) for name in blocks}
        return [
            *(inside(case, name, container) for name, container in nearest.items()),
            *untouched(case, others(case, *blocks)),
        ]

    def oracle(self, values: Values) -> str:
        """One after the other, over the bowls in turn."""
        return (
            f'bowls = detect("{values["place"]} bowls")\n'
            f'for i, block in enumerate(detect("{values["pick"]} blocks")):\n'
            "    put(block, bowls[i % len(bowls)])\n"
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Only one block; all blocks."""
        return {
            "only one block": (f'put(detect("{values["pick"]} blocks")[0], detect("{values["place"]} bowls")[0])\n'),
            "all blocks": (
                f'bowls = detect("{values["place"]} bowls")\n'
                'for i, block in enumerate(detect("blocks")):\n    put(block, bowls[i % len(bowls)])\n'
            ),
        }
