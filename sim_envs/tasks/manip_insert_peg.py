"""CaP-Bench peg insertion: a peg upright into a mug."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, item, palette

PEG = (0.03, 0.03, 0.11)
MUG = (0.11, 0.08, 0.09)


@task(
    id="manip-insert-peg",
    version=1,
    template=Template(
        "insert the <peg> into the <mug>",
        slots={"peg": things("cylinder"), "mug": things("mug")},
        paraphrases=(
            "put the <peg> in the <mug>",
            "place the <peg> inside the <mug>",
            "pick up the <peg> and insert it into the <mug>",
            "please stick the <peg> into the <mug>",
            "the <peg> goes into the <mug>",
        ),
    ),
    tags=("manip", "insertion"),
    tolerance="The peg stands in the mug: centre within its inner wall (7 cm; the peg is 3 cm thick and 11 cm "
    "long), lowest point at least 5 mm below the rim. It may lean on the wall. Nothing else moved more "
    "than 5 cm.",
)
class InsertPeg:
    """A peg, a mug, and distractors."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The peg and another one, the mug and a block."""
        pegs = palette(rng, attributes, 2, first=(color_of(values["peg"]),))
        objects = [item(f"{c} cylinder", PEG) for c in pegs]
        return arrange(rng, [item(values["mug"], MUG), *objects, block(palette(rng, attributes, 1)[0])], gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The peg is in the mug, the rest stayed."""
        peg, mug = case.named("peg"), case.named("mug")
        return [inside(case, peg, mug), *untouched(case, others(case, peg))]

    def oracle(self, values: Values) -> str:
        """Put it in."""
        return f'put(find("{values["peg"]}"), find("{values["mug"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other peg; beside the mug."""
        return {
            "the other peg": (
                f'wrong = next(o for o in detect("cylinders") if o.name != "{values["peg"]}")\n'
                f'put(wrong, find("{values["mug"]}"))\n'
            ),
            "beside it": (
                f'x, y, _ = find("{values["mug"]}").position\n'
                f'put(find("{values["peg"]}"), (x, y + (0.12 if y < 0 else -0.12)))\n'
            ),
        }
