"""Writing programs that take something up and hold it."""

from __future__ import annotations

from codepolicy.offline.codegen.handling import check_movable, make_way, remember
from codepolicy.offline.codegen.object_expressions import refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.parser.meaning import Pick


def write_pick(writer: Writer, command: Pick) -> None:
    """Add what picks one thing up.

    Raises:
        Declined: it is not one thing, or nobody can move it.
    """
    ref = refer(writer, command.what)
    if len(ref.objects) != 1:
        raise Declined(f"I can hold one thing at a time, not {phrasing.listed(ref.names)}; say where each should go.")
    obj = ref.one
    check_movable(obj)
    remember(writer, ref.objects)
    if obj.on != "gripper":
        make_way(writer, obj)
        (x, y, z), most = obj.position, writer.belief.workspace.high[2]
        if command.height is not None and z + command.height > most:
            raise Declined(f"The {obj.name} cannot be lifted {command.height:.2f} m; I reach {most:.2f} m up.")
        lifted = command.height is not None
        writer.write(f"lift({ref.code}, {number(command.height or 0.0)})" if lifted else f"pick({ref.code})")
        writer.moved(obj.name)
        writer.belief.set(obj.name, (x, y, z + (command.height or 0.15)), "gripper")
    writer.must(GoalClause(obj.name, 'find({a}).on == "gripper"', "the {a} is held"))
    if obj.on != "gripper" and command.height is not None:
        level = number(obj.position[2] + command.height)
        message = f"the {{a}} is {command.height:.2f} m above where it stood"
        writer.must(GoalClause(obj.name, f"abs(find({{a}}).position[2] - {level}) < 0.02", message))
    writer.summary.append(f"pick up {phrasing.group(command.what)}")
