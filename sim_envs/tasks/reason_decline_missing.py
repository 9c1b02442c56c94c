"""Impossible: the bowl that is named is not there."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.case import Case, Condition, Unclear
from sim_envs.predicates import still
from sim_envs.scene_spec import SceneSpec
from sim_envs.task import task
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette
from sim_envs.templates import Attributes, Template, Values, things


@task(
    id="reason-decline-missing",
    version=1,
    template=Template(
        "put the <block> in the <bowl>",
        slots={"block": things("block"), "bowl": things("bowl")},
        paraphrases=(
            "place the <block> inside the <bowl>",
            "pick up the <block> and drop it in the <bowl>",
            "please move the <block> into the <bowl>",
            "grab the <block> and put it in the <bowl>",
            "the <block> goes in the <bowl>",
        ),
    ),
    tags=("reason", "decline"),
    tolerance='The status is "declined" when nothing moved more than 1 cm, whether or not something was said: '
    "ground truth cannot hear. An evaluation that wants a reason also asks that the program said one.",
    time_limit_s=60.0,
    outcome="declined",
    free=False,  # the same words, in a scene that has both, are put-block-in-bowl
)
class DeclineMissing:
    """No such bowl."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The block, another one, and two bowls of other colours."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        bowls = [c for c in palette(rng, attributes, 5) if c != color_of(values["bowl"])][:2]
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Nothing moved."""
        case.named("block")
        if any(f"{s.color} {s.category}" == case.values["bowl"] for s in case.start.values()):
            raise Unclear(f"there is a {case.values['bowl']}")
        return still(case)

    def oracle(self, values: Values) -> str:
        """Say why not."""
        return f'say("there is no {values["bowl"]} here")\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Something similar instead."""
        return {
            "another bowl": f'put(find("{values["block"]}"), detect("bowls")[0])\n',
            "on the table": f'put(find("{values["block"]}"), region("table"))\n',
        }
