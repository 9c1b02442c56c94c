"""A closed drawer, to be opened by its handle."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.case import Case, Condition
from sim_envs.predicates import others, untouched
from sim_envs.scene_spec import SceneSpec
from sim_envs.task import task
from sim_envs.tasks._furniture import TAKE_HANDLE, cupboard, handle_of, left_alone, let_go, slider, travel
from sim_envs.tasks._layout import color_of, palette
from sim_envs.templates import Attributes, Template, Values, things

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
    ),
    tags=("manip", "articulated"),
    tolerance="The drawer is open at least 6 cm of its 10.4 cm: more than half. The other drawer moved at most 1 cm.",
    surface="tool",
)
class OpenDrawer:
    """Two drawers side by side, both closed."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The drawer on one side, another one on the other, each with a handle in a colour of its own."""
        colors = palette(rng, attributes, 4, first=(color_of(values["drawer"]),))
        side = rng.choice((-1, 1))
        objects = [
            cupboard("drawer", colors[0], colors[2], rng, at=_spot(rng, side)),
            cupboard("drawer", colors[1], colors[3], rng, at=_spot(rng, -side)),
        ]
        return SceneSpec(tuple(objects))

    def goal(self, case: Case) -> Sequence[Condition]:
        """The drawer is open, the other one as it was."""
        drawer = case.named("drawer")
        rest = [name for name in case.of("drawer") if name != drawer]
        return [
            slider(case, drawer, OPEN, travel("drawer") + 0.002, "open"),
            *left_alone(case, rest),
            let_go(case, drawer),
            *untouched(case, others(case, handle_of(case, drawer))),
        ]

    def oracle(self, values: Values) -> str:
        """Take its handle and pull it out 9 cm."""
        return _pulled(f'find("{values["drawer"]}")', 0.09)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other drawer; a crack only."""
        wrong = f'next(d for d in detect("drawers") if d.name != "{values["drawer"]}")'
        return {
            "the other drawer": _pulled(wrong, 0.09),
            "a crack": _pulled(f'find("{values["drawer"]}")', 0.03),
        }


def _spot(rng: random.Random, side: int) -> tuple[float, float]:
    return round(rng.uniform(0.57, 0.60), 4), round(side * rng.uniform(0.14, 0.17), 4)


def _pulled(drawer: str, distance: float) -> str:
    return f"{TAKE_HANDLE}drawer = {drawer}\npull(take_handle(drawer), drawer.yaw, {distance})\n"
