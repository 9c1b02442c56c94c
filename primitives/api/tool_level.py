"""Moving the tool: grasps, poses and the gripper, for programs of the tool surface."""

from __future__ import annotations

from primitives.context import Context
from primitives.kinematics.poses import matrix_pose
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
def move_to(ctx: Context, pose: Pose, *, speed: float = 1.0) -> None:
    """Move the tool to a pose on a path free of collision, at a part `speed` (0, 1] of the usual speed. Arrives within
    1 mm and 0.5 deg, or raises Unreachable or Blocked.

    move_to(Pose.top_down(0.50, 0.10, 0.20))
    """
    direct_commands.move_to(ctx.mover, pose, speed)


@primitive(surfaces=("tool",), kind="motion")
def move_linear(ctx: Context, pose: Pose | list[Pose], *, speed: float = 1.0) -> None:
    """Move the tool to a pose, or by way of several, in straight lines, also into contact, to press, pull, insert: only
    the table is avoided; the fingertips end 9 mm beyond the tool. Arrives within 1 mm and 0.5 deg, or raises
    Unreachable or Blocked.

    move_linear(Pose.top_down(0.50, 0.10, 0.02))
    """
    direct_commands.move_linear(ctx.mover, pose, speed)


@primitive(surfaces=("tool",), kind="motion")
def open_gripper(ctx: Context) -> float:
    """Open the fingers; returns the measured width in m.

    open_gripper()
    """
    return ctx.mover.hand.grip(ctx.mover.hand.info.max_width)


@primitive(surfaces=("tool",), kind="motion")
def close_gripper(ctx: Context) -> float:
    """Close the fingers until they touch something or each other; returns the measured width in m. A wall or rim is
    3 to 5 mm thick: ask holding() whether something is between them.

    close_gripper()
    if not holding(): say("missed")
    """
    return ctx.mover.hand.grip(0.0)


@primitive(surfaces=("tool", "joint"), kind="motion")
def set_gripper(ctx: Context, width: float, *, force: float = 20.0) -> float:
    """Move the fingers to a width in m, or until they press on something with `force` N (at most 40); returns the
    measured width.

    set_gripper(0.08)
    """
    return ctx.mover.hand.grip(width, force=force)


@primitive(surfaces=("tool",), kind="motion")
def move_until_contact(ctx: Context, pose: Pose) -> Pose | None:
    """Move the tool slowly in a straight line towards a pose until something holds it up; returns the pose where it
    stopped, or None when it arrived and touched nothing. Measured by where the arm stays behind, to about 5 mm.

    touched = move_until_contact(Pose.top_down(0.50, 0.10, 0.02))
    """
    return direct_commands.move_until_contact(ctx.mover, pose)


@primitive(surfaces=("tool",), kind="motion")
def dwell(ctx: Context, duration: float) -> Pose:
    """Hold still for up to 60 s; returns the measured tool pose. Raises Blocked when moved by over 1 mm.

    dwell(2.0)
    """
    return direct_commands.dwell(ctx.mover, duration)


@primitive(surfaces=("tool",), kind="perception")
def tool_pose(ctx: Context) -> Pose:
    """The pose of the tool now, measured.

    move_linear(tool_pose().offset(z=-0.10))
    """
    return matrix_pose(ctx.mover.T_tool)


@primitive(surfaces=("tool",), kind="perception")
def gripper_width(ctx: Context) -> float:
    """The distance between the fingers now in m, measured.

    print(gripper_width())
    """
    return ctx.mover.hand.width
