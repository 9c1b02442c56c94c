"""Ravens / CLIPort block-insertion: a block into a fixture that is little larger."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import inside, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import bottom
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, block, color_of, palette

SLOT = (0.1, 0.1, 0.04)
"""A low open box whose inside of 9 cm leaves 1.5 cm on every side of a 6 cm block."""


@task(
    id="ravens-block-insertion",
    version=1,
    template=Template(
        "insert the <block> into the <fixture>",
        slots={"block": things("block"), "fixture": things("box")},
        paraphrases=(
            "put the <block> into the <fixture>",
            "fit the <block> into the <fixture>",
            "pick up the <block> and insert it in the <fixture>",
            "please place the <block> inside the <fixture>",
            "the <block> goes into the <fixture>",
        ),
    ),
    tags=("ravens", "manip", "insertion"),
    tolerance="The block stands inside the fixture, 1.5 cm of play on every side: centre within the walls, "
    "underside at most 1.5 cm above the table (the floor is 0.8 cm thick), so neither leaning on a wall "
    "nor lying on the rim counts. Ravens inserts an L shape with 1 cm and 15 degrees; nothing else moved "
    "more than 5 cm.",
)
class BlockInsertion:
    """A block, a fixture, and distractors."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """Two blocks and two fixtures."""
        blocks = palette(rng, attributes, 2, first=(color_of(values["block"]),))
        fixtures = palette(rng, attributes, 2, first=(color_of(values["fixture"]),))
        boxes = [ObjectSpec("box", color, None, SLOT) for color in fixtures]
        return arrange(rng, [*boxes, *(block(color, 0.06) for color in blocks)], gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The block stands on the fixture's floor."""
        chosen, fixture = case.named("block"), case.named("fixture")
        low = bottom(case.now[chosen])
        text = f"the underside of {chosen} is {low:.3f} m above the table"
        floor = Condition(low <= 0.015, text, f"underside of {chosen} (m)", round(low, 4))
        # where a free sentence names a box with room for several, things lie on each other in it
        fits = min(case.start[fixture].size[:2]) < 2 * case.start[chosen].size[0]
        return [
            inside(case, chosen, fixture),
            *([floor] if fits else []),
            *untouched(case, others(case, chosen)),
        ]

    def oracle(self, values: Values) -> str:
        """Put it in."""
        return f'put(find("{values["block"]}"), find("{values["fixture"]}"))\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Beside the fixture; in the other fixture."""
        return {
            "beside it": (
                f'x, y, _ = find("{values["fixture"]}").position\n'
                f'put(find("{values["block"]}"), (x, y + (0.1 if y < 0 else -0.1)))\n'
            ),
            "the other fixture": (
                f'wrong = next(b for b in detect("boxes") if b.name != "{values["fixture"]}")\n'
                f'put(find("{values["block"]}"), wrong)\n'
            ),
        }
