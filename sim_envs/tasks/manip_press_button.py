"""A button that stays down when it is pressed far enough."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._furniture import left_alone, slider, travel
from sim_envs.tasks._layout import arrange, block, color_of, palette

DOWN = 0.8 * travel("button")

PRESS = """\
def press(button, depth):
    x, y, _ = button.position
    close_gripper()
    move_to(Pose.top_down(x, y, button.top + 0.06))
    move_linear(Pose.top_down(x, y, button.top - depth))
    move_linear(Pose.top_down(x, y, button.top + 0.06))
    home()
"""


@task(
    id="manip-press-button",
    version=1,
    template=Template(
        "press the <button>",
        slots={"button": things("button")},
        paraphrases=(
            "push the <button> down",
            "please press the <button> once",
            "press down on the <button>",
            "push down the <button>",
            "hit the <button>",
        ),
        also=(
            "push the <button>",
            "click the <button>",
        ),
    ),
    tags=("manip", "articulated"),
    tolerance="The button is down at least 80 % of its 2 cm. It springs back until it is pressed 1.5 cm, and stays "
    "down from there on, so touching it does not count. No other button moved more than 1 cm, nothing else 5 cm.",
    surface="tool",
)
class PressButton:
    """Two buttons and a block."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The button and another one on housings of the same colour, and a block."""
        first, second, housing, spare = palette(rng, attributes, 4, first=(color_of(values["button"]),))
        buttons = [ObjectSpec("button", c, accent=housing, joint=0.0) for c in (first, second)]
        return arrange(rng, [*buttons, block(spare)], gap=0.06)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The button is down, the other one up, the rest stayed."""
        button = case.named("button")
        rest = [name for name in case.of("button") if name != button]
        return [
            slider(case, button, DOWN, travel("button") + 0.002, "down"),
            *left_alone(case, rest),
            *untouched(case, others(case)),
        ]

    def oracle(self, values: Values) -> str:
        """With closed fingers, whose tips are 9 mm below the point between them, from above."""
        return f'{PRESS}press(find("{values["button"]}"), 0.010)\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other button; hardly touched."""
        wrong = f'next(b for b in detect("buttons") if b.name != "{values["button"]}")'
        return {
            "the other button": f"{PRESS}press({wrong}, 0.010)\n",
            "hardly touched": f'{PRESS}press(find("{values["button"]}"), -0.002)\n',
        }
