"""CaP-Bench nut assembly: a nut onto its peg."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import in_hand, others, untouched
from sim_envs.judging.task import task
from sim_envs.judging.truth_geometry import bottom, distance, top, upright
from sim_envs.language.templates import Attributes, Template, Values, things
from sim_envs.scenes.scene_spec import ObjectSpec, SceneSpec
from sim_envs.tasks._layout import arrange, color_of, palette

PLATE = 0.014
"""Thickness in m of the plate under a peg."""

THREAD = """\
def thread(nut, x, y, top):
    grasp = grasps(nut)[0]
    low = grasp.pose.position[2]
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(grasp.pose)
    close_gripper()
    move_linear(grasp.pre_grasp)
    home()
    move_to(Pose.top_down(x, y, top + 0.06))
    move_linear(Pose.top_down(x, y, low + 0.018))
    open_gripper()
    move_linear(Pose.top_down(x, y, top + 0.12))
    home()
"""


@task(
    id="manip-nut-on-peg",
    version=1,
    template=Template(
        "put the <nut> on the <peg>",
        slots={"nut": things("nut"), "peg": things("peg")},
        paraphrases=(
            "place the <nut> onto the <peg>",
            "thread the <nut> over the <peg>",
            "pick up the <nut> and put it on the <peg>",
            "slip the <nut> over the <peg>",
            "please set the <nut> on top of the <peg>",
        ),
        also=(
            "put the <nut> over the <peg>",
            "thread the <nut> onto the <peg>",
            "slide the <nut> onto the <peg>",
            "slide the <nut> over the <peg>",
            "slip the <nut> onto the <peg>",
        ),
    ),
    tags=("manip", "insertion"),
    tolerance="The peg goes through the nut: centres at most 1 cm apart (the hole has 6 mm of play on every side), the "
    "nut level and its underside at most 1 cm above the plate, let go. Nothing else moved more than 5 cm.",
    surface="tool",
)
class NutOnPeg:
    """Two nuts and two pegs."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The nut and the peg, and another one of each in other colours."""
        wanted = [color_of(values["nut"]), color_of(values["peg"])]
        colors = palette(rng, attributes, 4, first=wanted)
        spare = [c for c in colors if c not in wanted]
        objects = [ObjectSpec("nut", c) for c in (wanted[0], spare[0])]
        objects += [ObjectSpec("peg", c) for c in (wanted[1], spare[1])]
        return arrange(rng, objects, gap=0.06)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The peg goes through the nut, the rest stayed."""
        nut, peg = case.named("nut"), case.named("peg")
        a, b = case.now[nut], case.now[peg]
        off, lift = distance(a, b), bottom(a) - bottom(b) - PLATE
        held = in_hand(case, nut)
        return [
            Condition(
                off <= 0.01 and bottom(a) < top(b) and upright(a) and not held,
                f"{nut} is {off:.3f} m from the axis of {peg}{held}",
                f"{nut} to {peg} (m)",
                round(off, 4),
            ),
            Condition(
                abs(lift) <= 0.01,
                f"{nut} is {lift:.3f} m above the plate of {peg}",
                f"{nut} above the plate (m)",
                round(lift, 4),
            ),
            *untouched(case, others(case, nut)),
        ]

    def oracle(self, values: Values) -> str:
        """Over the peg from above, and let go 4 mm above its plate."""
        return (
            f'{THREAD}peg = find("{values["peg"]}")\n'
            f'thread(find("{values["nut"]}"), peg.position[0], peg.position[1], peg.top)\n'
        )

    def decoys(self, values: Values) -> Mapping[str, str]:
        """The other nut; the other peg."""
        nut, peg = values["nut"], values["peg"]
        return {
            "the other nut": (
                f'{THREAD}peg = find("{peg}")\nnut = next(n for n in detect("nuts") if n.name != "{nut}")\n'
                "thread(nut, peg.position[0], peg.position[1], peg.top)\n"
            ),
            "the other peg": (
                f'{THREAD}peg = next(p for p in detect("pegs") if p.name != "{peg}")\n'
                f'thread(find("{nut}"), peg.position[0], peg.position[1], peg.top)\n'
            ),
        }
