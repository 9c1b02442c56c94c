"""An open drawer, to be closed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.case import Case, Condition
from sim_envs.predicates import others, untouched
from sim_envs.scene_spec import SceneSpec
from sim_envs.task import task
from sim_envs.tasks._furniture import TAKE_HANDLE, cupboard, handle_of, left_alone, let_go, slider
from sim_envs.tasks._layout import color_of, palette
from sim_envs.templates import Attributes, Template, Values, things

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
    ),
    tags=("manip", "articulated"),
    tolerance="The drawer, open 5 to 9 cm at first, is open at most 1 cm. The other drawer moved at most 1 cm.",
    surface="tool",
)
class CloseDrawer:
    """Two drawers side by side, both open."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The drawer on one side, another one on the other, each with a handle in a colour of its own."""
        colors = palette(rng, attributes, 4, first=(color_of(values["drawer"]),))
        side = rng.choice((-1, 1))
        objects = [
            cupboard("drawer", color, handle, rng, at=_spot(rng, where), joint=rng.uniform(0.05, 0.09))
            for color, handle, where in ((colors[0], colors[2], side), (colors[1], colors[3], -side))
        ]
        return SceneSpec(tuple(objects))

    def goal(self, case: Case) -> Sequence[Condition]:
        """The drawer is closed, the other one as it was."""
        drawer = case.named("drawer")
        rest = [name for name in case.of("drawer") if name != drawer]
        return [
            slider(case, drawer, -0.002, CLOSED, "open"),
            *left_alone(case, rest),
            let_go(case, drawer),
            *untouched(case, others(case, handle_of(case, drawer))),
        ]

    def oracle(self, values: Values) -> str:
        """Take its handle and push it in as far as it is seen to be out."""
        return _pushed(f'find("{values["drawer"]}")', "drawer.joint - 0.004")

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other drawer; half the way."""
        wrong = f'next(d for d in detect("drawers") if d.name != "{values["drawer"]}")'
        return {
            "the other drawer": _pushed(wrong, "drawer.joint - 0.004"),
            "half the way": _pushed(f'find("{values["drawer"]}")', "drawer.joint / 2"),
        }


def _spot(rng: random.Random, side: int) -> tuple[float, float]:
    return round(rng.uniform(0.57, 0.60), 4), round(side * rng.uniform(0.14, 0.17), 4)


def _pushed(drawer: str, distance: str) -> str:
    return f"{TAKE_HANDLE}drawer = {drawer}\npull(take_handle(drawer), drawer.yaw, -({distance}))\n"
