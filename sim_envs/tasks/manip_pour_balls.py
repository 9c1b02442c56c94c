"""CaP-Bench pouring: the balls in a cup into a bowl, by tilting the cup."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from primitives.categories import CATEGORIES
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import counted, on_table, others, untouched
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, bowl, color_of, palette, position

CUP = (0.066, 0.066, 0.09)
BALL = 0.02
BALLS = 4
FLOOR = CATEGORIES["mug"].floor

POUR = """\
TILTS = (1.5, 1.6, 1.65, 1.7, 1.75, 1.85, 1.7, 1.9)


def pour(cup, x, y):
    # a cup is round: of its grasps take the one with the hand least turned
    grasp = min(grasps(cup), key=lambda g: abs(g.pose.quaternion_xyzw[1]))
    a, b, _ = grasp.pose.position
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, cup.top - 0.010), grasp.pose.quaternion_xyzw))
    close_gripper()
    move_linear(grasp.pre_grasp)
    home()
    turn = math.pi / 2
    y += 0.055  # what rolls over the rim comes down so far beyond it
    move_to(Pose.top_down(x, y, 0.24, turn, 0.8))  # as far as nothing comes out yet
    # little by little once the side of the cup is level, so that the balls come slowly and one by one
    for tilt in TILTS:
        move_linear(Pose.top_down(x, y, 0.24, turn, tilt))
    home()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, cup.top - 0.008), grasp.pose.quaternion_xyzw))
    open_gripper()
    move_linear(grasp.pre_grasp)
    home()
"""


@task(
    id="manip-pour-balls",
    version=1,
    template=Template(
        "pour the balls from the <cup> into the <bowl> and put the cup back",
        slots={
            "cup": replace(
                things("mug"),
                also={f"{v.split()[0]} {word}": v for v in things("mug").also for word in ("mug", "cup")},
                shape="[a-z]+ (?:mug|cup)",
            ),
            "bowl": things("bowl"),
        },
        paraphrases=(
            "pour the balls in the <cup> into the <bowl> and put the cup back where it was",
            "tip the balls out of the <cup> into the <bowl> and put the cup back",
            "empty the <cup> into the <bowl> and put it back",
            "please pour everything from the <cup> into the <bowl> and put the cup back",
            "pour the <cup> out into the <bowl> and put it back where it was",
        ),
        also=(
            "pour the <cup> into the <bowl> and put it back",
            "pour the balls out of the <cup> into the <bowl> and put the cup back",
            "pour the balls from the <cup> into the <bowl> and put it back",
            "pour the balls from the <cup> into the <bowl>, then put the cup back",
            "pour the balls from the <cup> into the <bowl>, then put it back",
            "pour the balls out of the <cup> into the <bowl>, then put the cup back",
            "pour the <cup> into the <bowl>, then put it back",
            "empty the <cup> into the <bowl>, then put it back",
        ),
    ),
    tags=("manip", "pouring"),
    tolerance="All four balls of 2 cm lie in the bowl: centre within its inner rim, lowest point below it. The cup "
    "stands upright at most 5 cm from where it was, let go; the bowls moved at most 5 cm.",
    time_limit_s=180.0,
    surface="tool",
)
class PourBalls:
    """A cup with four balls in it, and two bowls."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The cup, the bowl and another one; the balls in the cup."""
        cup, wanted = color_of(values["cup"]), color_of(values["bowl"])
        colors = palette(rng, attributes, 4, first=(cup, wanted))
        other, ball = [c for c in colors if c not in (cup, wanted)][:2]
        scene = arrange(rng, [ObjectSpec("mug", cup, size=CUP, yaw=0.0), bowl(wanted), bowl(other)], gap=0.06)
        x, y = position(scene.objects[0])
        turn = rng.uniform(0, 2 * math.pi)
        balls: list[ObjectSpec] = []
        for n in range(BALLS):
            layer = n // 2  # two of two, crosswise
            angle = turn + (n % 2) * math.pi + layer * math.pi / 2
            spot = (x + 0.014 * math.cos(angle), y + 0.014 * math.sin(angle), FLOOR + BALL / 2 + 0.001 + layer * 0.019)
            balls.append(ObjectSpec("ball", ball, size=BALL, position=spot, yaw=0.0))
        return SceneSpec((*scene.objects, *balls))

    def goal(self, case: Case) -> Sequence[Condition]:
        """Every ball is in the bowl, the cup back, the bowls stayed."""
        cup, target = case.named("cup"), case.named("bowl")
        balls = case.of("ball")
        held = sorted(case.held & {cup, *balls})
        return [
            *counted(case, balls, target, len(balls)),
            on_table(case, cup),
            Condition(not held, f"{held[0] if held else 'nothing'} is still in the hand", "in the hand", len(held)),
            *untouched(case, others(case, *balls)),
        ]

    def oracle(self, values: Values) -> str:
        """Hold the cup near its rim, tilt it over the bowl, and put it back."""
        return f'{POUR}bowl = find("{values["bowl"]}")\npour(find("{values["cup"]}"), *bowl.position[:2])\n'

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Into the other bowl; beside the bowl."""
        cup, wanted = values["cup"], values["bowl"]
        return {
            "the other bowl": (
                f'{POUR}bowl = next(b for b in detect("bowls") if b.name != "{wanted}")\n'
                f'pour(find("{cup}"), *bowl.position[:2])\n'
            ),
            "hardly tilted": f'{POUR}TILTS = ()\nbowl = find("{wanted}")\npour(find("{cup}"), *bowl.position[:2])\n',
        }
