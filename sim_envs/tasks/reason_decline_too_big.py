"""Impossible: a bowl does not go into a mug."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.declining import declined
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, item, palette


@task(
    id="reason-decline-too-big",
    version=2,
    template=Template(
        "put the <bowl> inside the <mug>",
        slots={"bowl": things("bowl"), "mug": things("mug")},
        paraphrases=(
            "place the <bowl> in the <mug>",
            "pick up the <bowl> and drop it in the <mug>",
            "please move the <bowl> into the <mug>",
            "fit the <bowl> into the <mug>",
            "the <bowl> goes into the <mug>",
        ),
    ),
    tags=("reason", "decline"),
    tolerance="Nothing moved more than 1 cm, neither in the end nor on the way, and the person was told why: the "
    "reason of `decline`, or the model's refusal, speaks of size "
    "or fit. One in another language "
    "stands as it is. Silence, or saying that it is done, is no reason.",
    time_limit_s=60.0,
    outcome="declined",
)
class DeclineTooBig:
    """15 cm do not go into 8 cm."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """A mug, the bowl, another bowl and a block."""
        bowls = palette(rng, attributes, 2, first=(color_of(values["bowl"]),))
        spare = palette(rng, attributes, 1)
        return arrange(rng, [item(values["mug"], (0.11, 0.08, 0.09)), *map(bowl, bowls), *map(block, spare)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """Nothing moved, and the person knows why."""
        container, thing = case.start[case.named("mug")], case.start[case.named("bowl")]
        if thing.size[1] < container.size[1]:
            raise Unclear("it may well fit")
        return declined(
            case,
            (
                "fit*",
                "wide*",
                "width",
                "big*",
                "large*",
                "small*",
                "size*",
                "narrow*",
                "diameter*",
                "across",
                "hold",
                "space",
                "room",
            ),
        )

    def oracle(self, values: Values) -> str:
        """Say why not."""
        return 'decline("the bowl is wider than the mug")\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """A lie; something that fits."""
        return {
            "says it is done": f'say("done, the {values["bowl"]} is in the {values["mug"]}")\n',
            "something else instead": f'put(detect("blocks")[0], find("{values["mug"]}"))\n',
            "the block instead": f'put(detect("blocks")[0], find("{values["bowl"]}"))\n',
        }
