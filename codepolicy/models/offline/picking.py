"""Writing programs that take something up and hold it."""

from __future__ import annotations

from codepolicy.models.offline import phrasing
from codepolicy.models.offline.belief import Declined
from codepolicy.models.offline.expressions import refer
from codepolicy.models.offline.handling import check_movable, make_way, remember
from codepolicy.models.offline.meaning import Pick
from codepolicy.models.offline.writer import Clause, Writer


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
        writer.write(f"pick({ref.code})")
        writer.moved(obj.name)
        x, y, _ = obj.position
        writer.belief.set(obj.name, (x, y, 0.2), "gripper")
    writer.must(Clause(obj.name, 'find({a}).on == "gripper"', "the {a} is held"))
    writer.summary.append(f"pick up {phrasing.group(command.what)}")
