"""Writing programs that put things at the mirror image of others."""

from __future__ import annotations

from codepolicy.offline.codegen.handling import check_movable, make_room, make_way, remember, state_at
from codepolicy.offline.codegen.object_expressions import refer
from codepolicy.offline.codegen.program_writer import Writer, number, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.parser.meaning import Mirrored, Put


def write_mirrored(writer: Writer, command: Put, to: Mirrored) -> None:
    """Add what puts a thing at the mirror image of another.

    Raises:
        Declined: it is not one thing, or the image is off the table.
    """
    subjects = refer(writer, command.what)
    others = refer(writer, to.things, moving=subjects.one)
    if subjects.many or others.many or subjects.one.name == others.one.name:
        raise Declined("I mirror one thing: say where one object goes, at the mirror image of one other.")
    obj, other = subjects.one, others.one
    check_movable(obj)
    remember(writer, [obj], [other])
    table = writer.belief.workspace.table
    (cx, cy), (x, y) = table.center, other.position[:2]
    end = (x, 2 * cy - y) if to.axis == "vertical" else (2 * cx - x, y)
    if not table.contains(end):
        raise Declined(f"The mirror image of the {other.name} would be at ({end[0]:.2f}, {end[1]:.2f}), off the table.")
    make_way(writer, obj)
    make_room(writer, obj, end)
    image = "(x, 2 * cy - y)" if to.axis == "vertical" else "(2 * cx - x, y)"
    writer.write(
        f"(cx, cy), (x, y, _) = region({quoted('table')}).center, {others.code}.position",
        f"put({subjects.code}, {image})  # mirrored across the {to.axis} line through ({number(cx)}, {number(cy)})",
    )
    writer.moved_to(obj.name, end)
    state_at(writer, obj, end, f"the {{a}} is at the mirror image of the {other.name}")
    writer.summary.append(f"put {phrasing.group(command.what)} at the mirror image of the {other.name}")
