"""An open drawer, to be closed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._furniture import drawers, other_drawer, pulled, slid_to
from sim_envs.tasks._layout import color_of

CLOSED = 0.01


@task(
    id="manip-close-drawer",
    version=1,
    template=Template(
        "close the <drawer>",
        slots={"drawer": things("drawer")},
        paraphrases=(
            "shut the <drawer>",
            "push the <drawer> closed",
            "please push the <drawer> shut",
            "close up the <drawer>",
            "slide the <drawer> shut",
        ),
        also=(
            "push the <drawer> in",
            "close the <drawer> completely",
            "close the <drawer> fully",
            "close the <drawer> all the way",
        ),
    ),
    tags=("manip", "articulated"),
    tolerance="The drawer, open 5 to 9 cm at first, is open at most 1 cm. The other drawer moved at most 1 cm.",
    surface="tool",
)
class CloseDrawer:
    """Two drawers side by side, both open."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The drawer on one side, another one on the other."""
        return drawers(color_of(values["drawer"]), rng, attributes, opened=(0.05, 0.09))

    def goal(self, case: Case) -> Sequence[Condition]:
        """The drawer is closed, the other one as it was."""
        return slid_to(case, case.named("drawer"), -0.002, CLOSED, "open")

    def oracle(self, values: Values) -> str:
        """Take its handle and push it in as far as it is seen to be out."""
        return pulled(f'find("{values["drawer"]}")', "-(drawer.joint - 0.004)")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other drawer; half the way."""
        return {
            "the other drawer": pulled(other_drawer(values["drawer"]), "-(drawer.joint - 0.004)"),
            "half the way": pulled(f'find("{values["drawer"]}")', "-(drawer.joint / 2)"),
        }
