"""Ravens / CLIPort packing-shapes: one named thing into a box."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition, only
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, box, item, palette

SIZES = {"block": (0.04, 0.04, 0.04), "cylinder": (0.04, 0.04, 0.06), "ball": (0.045, 0.045, 0.045)}


@task(
    id="ravens-packing-shapes",
    version=1,
    template=Template(
        "pack the <object> into the brown box",
        slots={"object": things("block", "cylinder", "ball")},
        paraphrases=(
            "put the <object> in the brown box",
            "place the <object> inside the brown box",
            "pick up the <object> and drop it into the brown box",
            "please pack the <object> in the brown box",
            "the <object> goes into the brown box",
        ),
    ),
    tags=("ravens", "core", "pick-place"),
    tolerance="The thing lies inside the box (centre within its walls, lowest point below its rim) and nothing else "
    "moved more than 5 cm. Ravens takes letter shapes and suction; here a gripper takes blocks, cylinders "
    "and balls.",
)
class PackingShapes:
    """One thing among others of its colour and its shape."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """A box, the thing, one of the same colour, one of the same shape and one of neither."""
        color, category = values["object"].split(" ", 1)
        spare = [c for c in palette(rng, attributes, 4, first=(color,)) if c not in (color, "brown")]
        different = [c for c in SIZES if c != category]
        rng.shuffle(different)
        names = (values["object"], f"{color} {different[0]}", f"{spare[0]} {category}", f"{spare[1]} {different[1]}")
        return arrange(rng, [box("brown"), *(item(name, SIZES[name.split()[1]]) for name in names)])

    def goal(self, case: Case) -> Sequence[Condition]:
        """It is in the box, the rest stayed."""
        chosen, target = case.named("object"), only(case.start, "brown box")
        return [inside(case, chosen, target), *untouched(case, others(case, chosen))]

    def oracle(self, values: Values) -> str:
        """Find it, put it in."""
        return f'put(find("{values["object"]}"), find("brown box"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The right colour in the wrong shape; the right shape in the wrong colour."""
        color, category = values["object"].split(" ", 1)
        return {
            "the wrong shape": (
                f'wrong = next(o for o in detect("{color} objects") if o.category not in ("{category}", "box"))\n'
                'put(wrong, find("brown box"))\n'
            ),
            "the wrong colour": (
                f'wrong = next(o for o in detect("{category}") if o.color != "{color}")\n'
                'put(wrong, find("brown box"))\n'
            ),
        }
