"""What the tasks with furniture have in common: pieces, clauses on joints, and parts of their programs."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

from primitives import categories
from primitives.scene import Vector2
from sim_envs.judging.case import Case, Condition
from sim_envs.judging.predicates import others, untouched
from sim_envs.language.templates import Attributes
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, SceneSpec
from sim_envs.tasks._layout import palette

TURN = 0.25
"""Largest turn in rad of a cupboard's front away from the robot's base."""
DISTURBED = 0.01
"""How far in m the slider of furniture that was to stay may move."""


def travel(category: str) -> float:
    """How far the slider of a piece of the usual size goes, in m."""
    return categories.travel(category, SIZES[category].default)


def cupboard(
    category: str, color: str, accent: str, rng: random.Random, *, at: Vector2, joint: float = 0.0
) -> ObjectSpec:
    """A drawer or a sliding door near `at`, its front towards the robot give or take `TURN`."""
    yaw = math.pi + rng.uniform(-TURN, TURN)
    return ObjectSpec(category, color, None, None, at, round(yaw, 4), False, accent, round(joint, 4))


def drawers(
    color: str, rng: random.Random, attributes: Attributes, *, opened: tuple[float, float] | None = None
) -> SceneSpec:
    """A drawer of `color` on one side and another one on the other, each with a handle in a colour of its own.

    Args:
        color: of the first drawer.
        rng: the only source of chance.
        attributes: where the other colours come from.
        opened: how far in m they are open at least and at most; closed without.
    """
    colors = palette(rng, attributes, 4, first=(color,))
    side = rng.choice((-1, 1))
    objects: list[ObjectSpec] = []
    for own, handle, where in ((colors[0], colors[2], side), (colors[1], colors[3], -side)):
        at = (round(rng.uniform(0.57, 0.60), 4), round(where * rng.uniform(0.14, 0.17), 4))
        joint = rng.uniform(*opened) if opened else 0.0
        objects.append(cupboard("drawer", own, handle, rng, at=at, joint=joint))
    return SceneSpec(tuple(objects))


def joint_of(case: Case, name: str) -> float:
    """Where the slider is now, in m."""
    joint = case.now[name].joint
    assert joint is not None
    return joint


def slider(case: Case, name: str, low: float, high: float, verb: str) -> Condition:
    """The slider of `name` is between `low` and `high` m; `verb` says what that means, e.g. "open"."""
    joint = joint_of(case, name)
    return Condition(
        low <= joint <= high,
        f"{name} is {joint:.3f} m {verb}, and {low:.3f} to {high:.3f} m counts",
        f"{name} {verb} (m)",
        round(joint, 4),
    )


def left_alone(case: Case, names: Iterable[str]) -> list[Condition]:
    """The sliders of these stayed where they were, give or take `DISTURBED`."""
    clauses: list[Condition] = []
    for name in names:
        before = case.start[name].joint
        moved = abs(joint_of(case, name) - (before or 0.0))
        clauses.append(
            Condition(
                moved <= DISTURBED,
                f"{name} was to stay as it was and moved {moved:.3f} m",
                f"{name} moved (m)",
                round(moved, 4),
            )
        )
    return clauses


def handle_of(case: Case, name: str) -> str:
    """Name of the handle of a drawer or a door: the nearest one."""
    body = case.start[name]
    return min(case.of("handle"), key=lambda handle: math.dist(case.start[handle].position, body.position))


def let_go(case: Case, name: str) -> Condition:
    """The handle of `name` is where its slider is, and the hand has let go of it."""
    handle = handle_of(case, name)
    slid = abs(joint_of(case, name) - (case.start[name].joint or 0.0))
    off = abs(math.dist(case.start[handle].position, case.now[handle].position) - slid)
    held = not case.held.isdisjoint((name, handle))
    return Condition(
        not held and off <= DISTURBED,
        f"{handle} is " + ("still in the hand" if held else f"{off:.3f} m from where {name} has it"),
        f"{handle} from its place (m)",
        round(off, 4),
    )


def slid_to(case: Case, name: str, low: float, high: float, verb: str) -> list[Condition]:
    """The slider of a drawer or a door is between `low` and `high` m and let go of; all else stayed as it was."""
    rest = [other for other in case.of(case.now[name].category) if other != name]
    return [
        slider(case, name, low, high, verb),
        *left_alone(case, rest),
        let_go(case, name),
        *untouched(case, others(case, handle_of(case, name))),
    ]


TAKE_HANDLE = """\
def take_handle(thing):
    handle = min(detect("handles"), key=lambda h: math.dist(h.position, thing.position))
    grasp = grasps(handle)[0]
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(grasp.pose)
    close_gripper()
    return grasp.pose
def pull(pose, yaw, distance):
    x, y, z = pose.position
    there = (x + math.cos(yaw) * distance, y + math.sin(yaw) * distance)
    move_linear(Pose((*there, z), pose.quaternion_xyzw))
    open_gripper()
    move_linear(Pose((*there, z + 0.12), pose.quaternion_xyzw))
    home()
"""
"""Two functions of a program: take hold of the handle that belongs to a drawer or door, and pull it along."""


def pulled(drawer: str, distance: str) -> str:
    """A program that pulls out a drawer; both are expressions, the distance in m may ask `drawer`."""
    return f"{TAKE_HANDLE}drawer = {drawer}\npull(take_handle(drawer), drawer.yaw, {distance})\n"


def other_drawer(name: str) -> str:
    """An expression for a drawer that is not called `name`."""
    return f'next(d for d in detect("drawers") if d.name != "{name}")'
