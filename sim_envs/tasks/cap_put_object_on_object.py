"""Code as Policies, seen instruction 1: put one thing on another."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import on_top, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, bowl, color_of, palette


@task(
    id="cap-put-object-on-object",
    version=1,
    template=Template(
        "pick up the <object1> and place it on the <object2>",
        slots={"object1": things("block"), "object2": things("block", "bowl")},
        distinct=("object1", "object2"),
        paraphrases=(
            "put the <object1> on the <object2>",
            "place the <object1> on top of the <object2>",
            "grab the <object1> and put it onto the <object2>",
            "please move the <object1> onto the <object2>",
            "take the <object1> and set it down on the <object2>",
        ),
        also=("put the <object1> in the <object2>",),
    ),
    tags=("cap14", "seen-instruction", "long-horizon", "pick-place"),
    tolerance="On a block: the upper block's centre above the lower one's outline, surfaces within 1 cm. On a bowl: "
    "inside it, centre within the rim and lowest point below it. Nothing else moved more than 5 cm.",
    free=False,  # put-block-in-bowl and put-block-on-block say the same of fewer things
)
class PutObjectOnObject:
    """One block on another block or in a bowl."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Three blocks and two bowls, the named ones among them."""
        named = (values["object1"], values["object2"])
        blocks = palette(rng, attributes, 3, first=(color_of(v) for v in named if v.endswith("block")))
        bowls = palette(rng, attributes, 2, first=(color_of(v) for v in named if v.endswith("bowl")))
        return arrange(rng, [*map(block, blocks), *map(bowl, bowls)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """The first rests on or in the second, the rest stayed."""
        chosen, target = case.named("object1"), case.named("object2")
        return [on_top(case, chosen, target), *untouched(case, others(case, chosen, cleared=(target,)))]

    def oracle(self, values: Values) -> str:
        """Put one on the other."""
        return f'put(find("{values["object1"]}"), find("{values["object2"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Lifted and put back beside it; the right target with another block."""
        first, second = values["object1"], values["object2"]
        return {
            "beside it": (
                f'target = find("{second}")\n'
                "x, y, _ = target.position\n"
                f'put(find("{first}"), (x, y + (0.14 if y < 0 else -0.14)))\n'
            ),
            "another block": (
                f'wrong = next(o for o in detect("block") if o.name not in ("{first}", "{second}"))\n'
                f'put(wrong, find("{second}"))\n'
            ),
        }
