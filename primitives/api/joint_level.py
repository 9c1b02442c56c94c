"""Moving joints: inverse kinematics, planning and joint motion, for programs of the joint surface."""

from __future__ import annotations

from primitives.context import Context
from primitives.motion import direct_commands
from primitives.registry import primitive
from primitives.scene import Pose


@primitive(surfaces=("joint",), kind="perception")
def solve_ik(ctx: Context, pose: Pose) -> list[float]:
    """Joint positions in rad that put the tool at a pose, the solution nearest to the present ones; raises
    Unreachable. Collisions are not looked at.

    q = solve_ik(Pose.top_down(0.50, 0.10, 0.20))
    """
    return direct_commands.solve_ik(ctx.mover, pose)


@primitive(surfaces=("joint",), kind="perception")
def plan(ctx: Context, goal: Pose | list[float]) -> list[list[float]]:
    """A joint path in rad, free of collision, from where the arm is to a pose or to joint positions; raises
    Unreachable or Blocked.

    move_joints(plan(Pose.top_down(0.50, 0.10, 0.20)))
    """
    return direct_commands.plan(ctx.mover, goal)


@primitive(surfaces=("joint",), kind="motion")
def move_joints(ctx: Context, q: list[list[float]] | list[float], *, speed: float = 1.0) -> None:
    """Move along a joint path in rad, or straight to one configuration, also into contact: only the table is avoided;
    `speed` (0, 1] slows it down. Arrives within 0.5 deg per joint, or raises Blocked.

    move_joints(q)
    """
    direct_commands.move_joints(ctx.mover, q, speed)


@primitive(surfaces=("joint",), kind="perception")
def joints(ctx: Context) -> list[float]:
    """The joint positions now in rad, base to tip, measured.

    q = joints()
    """
    return [float(v) for v in ctx.mover.q]
