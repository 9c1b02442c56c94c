"""Writing programs that let two things change places."""

from __future__ import annotations

import math

from codepolicy.offline.codegen.handling import check_movable, make_way, remember, state_at
from codepolicy.offline.codegen.object_expressions import by_name
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.codegen.towers import write_tower
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import related
from codepolicy.offline.parser.meaning import SwapCommand
from primitives.categories import CONTAINERS, FLAT
from primitives.scene import SceneObject


def write_swap(writer: Writer, command: SwapCommand) -> None:
    """Add what exchanges the places of two things.

    Raises:
        Declined: there are not two, or one lies on the other.
    """
    belief = writer.belief
    objects = choose(command.first, belief)
    if command.second is not None:
        objects += choose(command.second, belief, moving=objects[0])
    if len(objects) != 2:
        raise Declined(f"I can swap two things, not {len(objects)} ({phrasing.listed([o.name for o in objects])}).")
    a, b = objects
    for obj in objects:
        check_movable(obj)
    if related("on", a, b) or related("on", b, a):
        upper, lower = (a, b) if related("on", a, b) else (b, a)
        if lower.category in CONTAINERS | FLAT:
            raise Declined(f"The {upper.name} is in the {lower.name}; the two cannot change places.")
        write_tower(writer, [upper, lower])
        return
    remember(writer, objects)
    writer.summary.append(f"swap the {a.name} and the {b.name}")
    for obj in objects:
        make_way(writer, obj)
    keys = [f"start of the {o.name}" for o in objects]
    if all(k in belief.bound for k in keys):
        ends = [(float(belief.bound[k][0]), float(belief.bound[k][1])) for k in reversed(keys)]
        _finish_swap(writer, a, b, ends, keys)
        return
    first = writer.define("first", by_name([a]), f"{keys[0]}: {a.position[0]:.3f}, {a.position[1]:.3f}")
    second = writer.define("second", by_name([b]), f"{keys[1]}: {b.position[0]:.3f}, {b.position[1]:.3f}")
    to_first = quoted(a.on) if a.on in belief.objects else f"({first}.position[0], {first}.position[1])"
    to_second = quoted(b.on) if b.on in belief.objects else f"({second}.position[0], {second}.position[1])"
    writer.write(f"put({first}, free_spot({first}, {first}.position[:2]))")
    writer.write(f"put({second}, {to_first})", f"put({first}, {to_second})")
    for obj, other in ((a, b), (b, a)):
        writer.moved(obj.name)
        if other.on in belief.objects:
            belief.set_on(obj.name, other.on)
            holder = belief[other.on]
            call = "inside" if holder.category in CONTAINERS else "on"
            writer.must(
                GoalClause(
                    obj.name,
                    f"{call}({{a}}, {quoted(holder.name)})",
                    f"the {{a}} is where the {other.name} was",
                    about=(holder.name,),
                )
            )
        else:
            belief.set_at(obj.name, other.position[:2])
            state_at(writer, obj, other.position[:2], f"the {{a}} is where the {other.name} was")


def _finish_swap(
    writer: Writer, a: SceneObject, b: SceneObject, ends: list[tuple[float, float]], keys: list[str]
) -> None:
    """The rest of a swap that was interrupted: where both began is known from the earlier program."""
    for key in keys:
        x, y = writer.belief.bound[key]
        writer.write(f"# {key}: {x}, {y}")
    blocker = math.dist(b.position[:2], ends[0]) < 0.03
    order = ((b, ends[1]), (a, ends[0])) if blocker else ((a, ends[0]), (b, ends[1]))
    if blocker and math.dist(a.position[:2], ends[1]) < 0.03:
        writer.write(f"put({by_name([a])}, free_spot({by_name([a])}, {by_name([a])}.position[:2]))")
    for obj, end in order:
        if math.dist(obj.position[:2], end) > 0.02:
            writer.write(f"put({by_name([obj])}, ({number(end[0])}, {number(end[1])}))")
    for obj, end in order:
        writer.moved_to(obj.name, end)
        state_at(writer, obj, end, f"the {{a}} is where the {(b if obj is a else a).name} was")
