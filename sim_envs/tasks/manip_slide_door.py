"""A door that slides along the front of a cupboard."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.task import task
from sim_envs.language.templates import Attributes, Slot, Template, Values, things
from sim_envs.scenes.scene_spec import SceneSpec
from sim_envs.tasks._furniture import TAKE_HANDLE, cupboard, slid_to, travel
from sim_envs.tasks._layout import arrange, block, color_of, palette

SLACK = 0.025


@task(
    id="manip-slide-door",
    version=1,
    template=Template(
        "slide the <door> to the <direction>",
        slots={"door": things("door"), "direction": Slot(seen=("left",), unseen=("right",))},
        paraphrases=(
            "move the <door> to the <direction>",
            "push the <door> all the way to the <direction>",
            "please slide the <door> over to the <direction>",
            "slide the <door> <direction>",
            "pull the <door> to the <direction> by its handle",
        ),
        also=(
            "move the <door> <direction>",
            "push the <door> to the <direction>",
            "push the <door> <direction>",
            "slide the <door> all the way to the <direction>",
        ),
    ),
    tags=("manip", "articulated"),
    tolerance="The door is at most 2.5 cm from its end on that side, of 13 cm that it slides; it begins at the other "
    "end. Left is +y. Blocks moved at most 5 cm.",
    surface="tool",
)
class SlideDoor:
    """A cupboard with a sliding door, and two blocks in front of it."""

    def scene(self, values: Values, rng: random.Random, attributes: Attributes) -> SceneSpec:
        """The door at the end from which it can slide that way."""
        colors = palette(rng, attributes, 4, first=(color_of(values["door"]),))
        end = rng.uniform(0.0, 0.015)
        # the front faces the robot, so that the joint grows to the right
        joint = travel("door") - end if values["direction"] == "left" else end
        at = (round(rng.uniform(0.60, 0.63), 4), round(rng.uniform(-0.10, 0.10), 4))
        door = cupboard("door", colors[0], colors[1], rng, at=at, joint=joint)
        return arrange(rng, [door, block(colors[2]), block(colors[3])], gap=0.05)

    def goal(self, case: Case) -> Sequence[Condition]:
        """The door is at that end, the rest stayed."""
        whole = travel("door")
        low, high = (-0.002, SLACK) if case.values["direction"] == "left" else (whole - SLACK, whole + 0.002)
        return slid_to(case, case.named("door"), low, high, "from its left end")

    def oracle(self, values: Values) -> str:
        """Take its handle and pull it along the front."""
        return _slid(values, 0.115)

    def decoys(self, values: Values) -> Mapping[str, str]:
        """Half the way; a block in its place."""
        return {
            "half the way": _slid(values, 0.06),
            "a block": (
                'grasp = grasps(detect("blocks")[0])[0]\n'
                "open_gripper()\nmove_to(grasp.pre_grasp)\nmove_linear(grasp.pose)\nclose_gripper()\n"
                "x, y, z = grasp.pose.position\n"
                "move_linear(Pose((x, y / 2, z), grasp.pose.quaternion_xyzw))\n"
                "open_gripper()\n"
            ),
        }


def _slid(values: Values, distance: float) -> str:
    # who looks out of the front has left, the robot's right, at yaw + pi / 2
    turn = "- math.pi / 2" if values["direction"] == "left" else "+ math.pi / 2"
    return f'{TAKE_HANDLE}door = find("{values["door"]}")\npull(take_handle(door), door.yaw {turn}, {distance})\n'
