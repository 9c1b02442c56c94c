"""Writing programs that put things back where they were, or aside."""

from __future__ import annotations

from codepolicy.offline.codegen.handling import make_way, remember, state_at, state_in
from codepolicy.offline.codegen.object_expressions import by_name, refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import related
from codepolicy.offline.parser.meaning import Back, Free, Pronoun, Put
from primitives.categories import FLAT
from primitives.scene import SceneObject


def write(writer: Writer, command: Put) -> None:
    """Add what puts things back where they were, or down on a free spot of the table.

    Raises:
        Declined: it is not known where they were.
    """
    subjects = refer(writer, command.what)
    objects = list(subjects.objects)
    if isinstance(command.to, Free) and command.to.out_of is not None:
        inside = choose(command.to.out_of, writer.belief, moving=objects[0])
        kept = [o for o in objects if any(related("in", o, t) for t in inside)]
        if not kept:
            raise Declined(
                f"Nothing of that is in or on {phrasing.group(command.to.out_of)}; I see: {writer.belief.names}."
            )
        objects = kept
    if isinstance(command.to, Back) and all(isinstance(i, Pronoun) for i in command.what.items):
        objects = _moved(writer, objects)
    remember(writer, objects)
    for obj in sorted(objects, key=lambda o: -o.position[2]):
        if isinstance(command.to, Back):
            _put_back(writer, obj)
        else:
            _put_aside(writer, obj)
    words = "back where it was" if isinstance(command.to, Back) else "on a free spot of the table"
    writer.summary.append(f"put {phrasing.listed([o.name for o in objects])} {words}")


def _moved(writer: Writer, objects: list[SceneObject]) -> list[SceneObject]:
    """What "it" may go back: where nothing of what was spoken of was moved, what was moved last."""
    belief = writer.belief
    if any(belief.start[o.name].position != belief[o.name].position for o in objects):
        return objects
    return [belief[name] for name in belief.undone if name in belief.objects] or objects


def _put_aside(writer: Writer, obj: SceneObject) -> None:
    if obj.on != "table":
        make_way(writer, obj)
        variable = writer.define(obj.category, by_name([obj]))
        zones = (
            [writer.belief[obj.on]]
            if obj.on in writer.belief.objects and writer.belief[obj.on].category in FLAT
            else []
        )
        off = f", off={by_name(zones)}" if zones else ""
        writer.write(f"put({variable}, free_spot({variable}, {variable}.position[:2]{off}))")
        writer.moved_to(obj.name, writer.belief.free(obj.name))
    writer.must(GoalClause(obj.name, 'on({a}, "table")', "the {a} stands on the table"))


def _put_back(writer: Writer, obj: SceneObject) -> None:
    belief = writer.belief
    bound = belief.bound.get(f"start of the {obj.name}")
    start = belief.start[obj.name]
    if bound is None and start.position == belief[obj.name].position:
        raise Declined(f"The {obj.name} has not been moved, so it is where it was.")
    x, y = (float(bound[0]), float(bound[1])) if bound else start.position[:2]
    if start.on in belief.objects and bound is None:
        writer.write(f"put({by_name([obj])}, find({quoted(start.on)}))")
        writer.moved(obj.name)
        belief.set_on(obj.name, start.on)
        state_in(writer, belief[obj.name], belief[start.on])
        return
    if bound is None and not belief.undone:
        variable = f"start_of_{obj.name.replace(' ', '_')}"
        writer.lines.insert(
            0, f"{variable} = find({quoted(obj.name)}).position  # start of the {obj.name}: {x:.3f}, {y:.3f}"
        )
        writer.write(f"put({by_name([obj])}, ({variable}[0], {variable}[1]))")
    else:
        writer.write(
            f"# start of the {obj.name}: {x:.3f}, {y:.3f}", f"put({by_name([obj])}, ({number(x)}, {number(y)}))"
        )
    writer.moved_to(obj.name, (x, y))
    state_at(writer, obj, (x, y), "the {a} is back where it was")
