"""The same programs on the tool surface: picking and placing written out in grasps, poses and the gripper."""

from __future__ import annotations

import re

from codepolicy.offline.codegen.snippets import SNIPPETS
from codepolicy.offline.codegen.tool_functions import MECHANISMS
from codepolicy.offline.grounding.belief import Declined

PICK = '''
def pick(obj):
    """Grasp obj with the best grasp and lift it; returns the grasp and the tool's height over its lowest point in m."""
    thing = find(obj if isinstance(obj, str) else obj.name)
    grasp = grasps(thing)[0]
    above = grasp.pose.position[2] - (thing.position[2] - thing.size[2] / 2)
    if thing.on == "gripper":
        return grasp, above
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(grasp.pose)
    close_gripper()
    move_linear(grasp.pre_grasp)
    expect(holding(), f"the {thing.name} is held")
    return grasp, above
'''

PUT = '''
def put(obj, target):
    """Pick obj and put it down in or on target: an object, a region, a name or (x, y)."""
    thing = find(obj if isinstance(obj, str) else obj.name)
    x, y, height = resting_place(thing, target)
    grasp, above = pick(thing)
    turn = grasp.pose.quaternion_xyzw
    high = max(0.16, height + above + 0.08)
    move_to(Pose((x, y, high), turn))
    move_linear(Pose((x, y, height + above + 0.002), turn))
    open_gripper()
    move_linear(Pose((x, y, high), turn))
'''

RESTING_PLACE = '''
def resting_place(thing, target):
    """Where thing comes to rest: (x, y) and the height of what it stands on, in m."""
    if isinstance(target, str):
        target = find(target)
    if isinstance(target, SceneObject):
        target = find(target.name)
        return target.position[0], target.position[1], target.top
    if isinstance(target, Region):
        x, y = spot_in(thing, target)
        return x, y, 0.0
    return target[0], target[1], 0.0
'''

SPOT_IN = '''
def spot_in(obj, area):
    """The free (x, y) closest to the middle of the region area."""
    (x0, y0), (x1, y1) = area.low, area.high
    spots = [(x0 + (x1 - x0) * i / 10, y0 + (y1 - y0) * j / 10) for i in range(2, 9) for j in range(2, 9)]
    others = obstacles(obj)
    free = [spot for spot in spots if is_free(spot, obj, others)]
    return min(free or spots, key=lambda spot: math.dist(spot, area.center))
'''

TOOL_SNIPPETS = SNIPPETS | {"spot_in": SPOT_IN, "resting_place": RESTING_PLACE, "pick": PICK, "put": PUT} | MECHANISMS
"""What a program of the tool surface may need."""


def snippets_for(level: str, source: str) -> dict[str, str]:
    """The functions that may stand in front of a program.

    Raises:
        Declined: the surface offers too little for what the program does.
    """
    worked = next((name for name in MECHANISMS if re.search(rf"\b{name}\(", source)), None)
    if level == "skill" and worked is not None:
        raise Declined(
            "Working drawers, doors and buttons, lifting to a height, pouring and wiping take more than the skill "
            "surface, which only picks, puts and pushes what is loose; run with --surface tool."
        )
    if level == "skill" or (level == "both" and worked is None):
        return SNIPPETS
    if level == "joint":
        raise Declined(
            "The offline writer knows the skill and the tool surface; at the joint level connect a language model "
            "(--model openai:NAME), or run with --surface skill."
        )
    if level == "tool" and re.search(r"\bpush\(", source):
        raise Declined(
            "The offline writer pushes things on the skill surface alone; run with --surface skill, or ask to "
            "put it there."
        )
    return TOOL_SNIPPETS
