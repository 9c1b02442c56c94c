"""A closed drawer, to be opened by its handle."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._furniture import drawers, other_drawer, pulled, slid_to, travel
from sim_envs.tasks._layout import color_of

OPEN = 0.06


@task(
    id="manip-open-drawer",
    version=1,
    template=Template(
        "open the <drawer>",
        slots={"drawer": things("drawer")},
        paraphrases=(
            "pull the <drawer> open",
            "please open up the <drawer>",
            "open the <drawer> by its handle",
            "pull out the <drawer>",
            "slide the <drawer> open",
        ),
        also=(
            "pull open the <drawer>",
            "open the <drawer> completely",
            "open the <drawer> fully",
            "open the <drawer> all the way",
        ),
    ),
    tags=("manip", "articulated"),
    tolerance="The drawer is open at least 6 cm of its 10.4 cm: more than half. The other drawer moved at most 1 cm.",
    surface="tool",
)
class OpenDrawer:
    """Two drawers side by side, both closed."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The drawer on one side, another one on the other."""
        return drawers(color_of(values["drawer"]), rng, attributes)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The drawer is open, the other one as it was."""
        return slid_to(case, case.named("drawer"), OPEN, travel("drawer") + 0.002, "open")

    def oracle(self, values: Values) -> str:
        """Take its handle and pull it out 9 cm."""
        return pulled(f'find("{values["drawer"]}")', "0.09")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other drawer; a crack only."""
        return {
            "the other drawer": pulled(other_drawer(values["drawer"]), "0.09"),
            "a crack": pulled(f'find("{values["drawer"]}")', "0.03"),
        }
