"""Writing programs that put a thing on a point of the table, or where another thing is."""

from __future__ import annotations

import math

from codepolicy.offline.codegen.handling import check_movable, make_room, make_way, remember, state_at
from codepolicy.offline.codegen.object_expressions import refer
from codepolicy.offline.codegen.program_writer import Writer, number
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.parser.meaning import Point, Put, ThingSpot
from primitives.scene import Vector2


def write(writer: Writer, command: Put) -> None:
    """Add what brings one thing to a point, and puts aside what stands there.

    Raises:
        Declined: it is more than one thing, or the point is off the table.
    """
    to = command.to
    assert isinstance(to, ThingSpot | Point)
    subjects = refer(writer, command.what)
    if len(subjects.objects) != 1:
        raise Declined(f"Only one thing can be at one point, not {phrasing.listed(subjects.names)}.")
    obj = subjects.one
    check_movable(obj)
    end, words = _end(writer, to, obj.name)
    table = writer.belief.workspace.table
    if not table.contains(end, -0.02):
        raise Declined(
            f"({end[0]:.2f}, {end[1]:.2f}) m is off the table: it is x {table.low[0]:.2f} to {table.high[0]:.2f}, "
            f"y {table.low[1]:.2f} to {table.high[1]:.2f}."
        )
    remember(writer, [obj])
    make_way(writer, obj)
    verb = "push" if command.push else "put"
    if math.dist(obj.position[:2], end) > 0.02 or obj.on != "table":
        make_room(writer, obj, end)
        writer.write(f"{verb}({subjects.code}, ({number(end[0])}, {number(end[1])}))  # {words}")
        writer.moved_to(obj.name, end)
    state_at(writer, obj, end, f"the {{a}} is {words}")
    writer.summary.append(f"put {phrasing.group(command.what)} {words}")


def _end(writer: Writer, to: ThingSpot | Point, name: str) -> tuple[Vector2, str]:
    """The point, and how to say it; an earlier turn may have settled it."""
    if isinstance(to, Point):
        return (to.x, to.y), f"at ({number(to.x)}, {number(to.y)})"
    others = refer(writer, to.things, moving=writer.belief[name])
    if len(others.objects) != 1 or others.one.name == name:
        raise Declined(f"Say where one other thing is: I see {writer.belief.names}.")
    other = others.one
    key = f"start of the {other.name}"
    bound = writer.belief.bound.get(key)
    x, y = (float(bound[0]), float(bound[1])) if bound else other.position[:2]
    writer.write(f"# {key}: {x:.3f}, {y:.3f}")
    return (round(x, 3), round(y, 3)), f"where the {other.name} was"
