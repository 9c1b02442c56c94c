"""Moving the tool: grasps, poses and the gripper, for programs of the tool surface."""

from __future__ import annotations

from primitives.context import Context
from primitives.motion import direct_commands
from primitives.motion.grasping import picking
from primitives.motion.targets import named_object
from primitives.registry import primitive
from primitives.scene import Grasp, Pose, SceneObject


@primitive(surfaces=("tool",), kind="perception")
def grasps(ctx: Context, obj: SceneObject | str) -> list[Grasp]:
    """Ways to grasp an object that are reachable and free of collision, best first. Of a drawer or door grasp the
    handle, an object of its own; then move_linear along the drawer's `yaw`, or at right angles to the door's.

    g = grasps("red block")[0]
    open_gripper(); move_to(g.pre_grasp); move_linear(g.pose); close_gripper()
    """
    return picking.grasps(ctx.mover, named_object(ctx.memory, obj))


@primitive(surfaces=("tool",), kind="perception")
def holding(ctx: Context) -> bool:
    """Whether something is between the fingers, by their measured width.

    if not holding(): open_gripper()
    """
    return ctx.mover.hand.blocked()


@primitive(surfaces=("tool",), kind="motion")
def move_to(ctx: Context, pose: Pose) -> None:
    """Move the tool to a pose on a path free of collision. Arrives within 1 mm and 0.5 deg, or raises Unreachable or
    Blocked.

    move_to(Pose.top_down(0.50, 0.10, 0.20))
    """
    direct_commands.move_to(ctx.mover, pose)


@primitive(surfaces=("tool",), kind="motion")
def move_linear(ctx: Context, pose: Pose) -> None:
    """Move the tool to a pose in a straight line, also into contact, to press, pull or insert: only the table is
    avoided; the fingertips end 9 mm beyond the tool. Arrives within 1 mm and 0.5 deg, or raises Unreachable or Blocked.

    move_linear(Pose.top_down(0.50, 0.10, 0.02))
    """
    direct_commands.move_linear(ctx.mover, pose)


@primitive(surfaces=("tool",), kind="motion")
def open_gripper(ctx: Context) -> float:
    """Open the fingers; returns the measured width in m.

    open_gripper()
    """
    return ctx.mover.hand.grip(ctx.mover.hand.info.max_width)


@primitive(surfaces=("tool",), kind="motion")
def close_gripper(ctx: Context) -> float:
    """Close the fingers until they touch something or each other; returns the measured width in m.

    if close_gripper() < 0.005: say("missed")
    """
    return ctx.mover.hand.grip(0.0)
