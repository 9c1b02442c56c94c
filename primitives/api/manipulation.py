"""Moving things: what a program of the skill surface calls. Each verifies on measured state that it worked."""

from __future__ import annotations

from primitives.context import Context
from primitives.failures import BadArgument
from primitives.motion.grasping import picking
from primitives.motion.placing import placing
from primitives.motion.placing.place_search import suitable
from primitives.motion.pushing import pushing
from primitives.motion.targets import named_object, resolve
from primitives.registry import primitive
from primitives.scene import SceneObject, Target


@primitive(surfaces=("skill",), kind="motion")
def pick(ctx: Context, obj: SceneObject | str) -> None:
    """Grasp an object and lift it. Returns when it is held (measured).

    Raises GraspMissed, Dropped, Blocked, Unreachable, or BadArgument when the hand is full.

    pick("red block")
    """
    picking.pick(ctx.mover, named_object(ctx.memory, obj))


@primitive(surfaces=("skill",), kind="motion")
def place(ctx: Context, target: Target | str, *, yaw: float | None = None) -> None:
    """Put the held object on, in or (a nut) over an object, at a free spot of a region, centred at (x, y) on the bare
    table, or at (x, y, z), z of its centre at rest, on all that carries it there; turned to `yaw`. Returns when it
    rests there (measured, within 1.5 cm).

    Raises NotPlaced, Blocked, Unreachable, or BadArgument when nothing is held.

    place((0.45, -0.10))
    """
    held = ctx.memory.held
    if held is None:
        raise BadArgument("nothing is held, so nothing can be placed", hint="Call pick first, or put(obj, target).")
    placing.place(ctx.mover, held, resolve(ctx.memory, ctx.robot.workspace, target), yaw)


@primitive(surfaces=("skill",), kind="motion")
def put(ctx: Context, obj: SceneObject | str, target: Target | str, *, yaw: float | None = None) -> None:
    """pick(obj) unless it is held, then place(target, yaw=yaw); chooses a grasp that suits the place.

    put("red block", "green bowl")
    """
    thing = named_object(ctx.memory, obj)
    goal = resolve(ctx.memory, ctx.robot.workspace, target)
    if isinstance(goal, SceneObject) and goal.name == thing.name:
        raise BadArgument(f"{thing.name!r} cannot be put on itself", hint="Choose another target.")
    placing.refuse(ctx.mover, thing, goal, yaw)
    held = ctx.memory.held
    if held is None or held.name != thing.name:
        picking.pick(ctx.mover, thing, suits=lambda held: suitable(ctx.mover, held, goal, yaw))
    placing.place(ctx.mover, thing, resolve(ctx.memory, ctx.robot.workspace, target), yaw)


@primitive(surfaces=("skill",), kind="motion")
def push(ctx: Context, obj: SceneObject | str, target: Target | str) -> None:
    """Slide an object over the table until its centre is within 2 cm of the target (measured); next to it
    where the target is an object.

    Raises NotPlaced, Blocked or Unreachable.

    push("large box", (0.50, 0.10))
    """
    pushing.push(ctx.mover, named_object(ctx.memory, obj), resolve(ctx.memory, ctx.robot.workspace, target))


@primitive(surfaces=("skill", "tool", "joint"), kind="motion")
def home(ctx: Context) -> None:
    """Move the arm out of the cameras' view.

    home()
    """
    ctx.mover.home()
