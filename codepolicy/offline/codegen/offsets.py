"""Writing programs that put things at a measured or unmeasured distance from others, or from where they are."""

from __future__ import annotations

import math

from codepolicy.offline.codegen.beside import VECTORS, beside, check_on_table, in_words, plus, toward
from codepolicy.offline.codegen.handling import check_movable, make_room, make_way, remember, state_at
from codepolicy.offline.codegen.object_expressions import Reference, by_name, refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import touching
from codepolicy.offline.parser.meaning import At, Put, Shift, Thing, ThingGroup, Toward
from primitives.categories import FLAT
from primitives.scene import SceneObject

TIGHT = 0.03
"""Room in m that a thing needs to be put between two others, in all."""
FAR = 0.25
"""Metres between centres that count as away from each other."""
DEFAULT_SHIFT = 0.10
"""Metres that "move it to the left" means."""


def write(writer: Writer, command: Put) -> None:
    """Add what brings things next to others.

    Raises:
        Declined: it cannot be done here.
    """
    to = command.to
    subjects = _without_targets(writer, command)
    for obj in subjects.objects:
        check_movable(obj)
    verb = "push" if command.push else "put"
    if isinstance(to, Shift):
        remember(writer, subjects.objects)
        for obj in subjects.objects:
            make_way(writer, obj)
            _shift(writer, obj, to, verb)
        writer.summary.append(
            f"move {phrasing.group(command.what)} {number(to.distance or DEFAULT_SHIFT)} m to the {to.direction}"
        )
        return
    assert isinstance(to, At | Toward)
    writer.belief.moving = subjects.names
    targets = refer(writer, to.things, moving=subjects.one)
    writer.belief.moving = ()
    remember(writer, subjects.objects, targets.objects)
    if set(targets.names) & set(subjects.names):
        raise Declined(f"The {subjects.one.name} cannot be put next to itself.")
    writer.summary.append(f"put {phrasing.group(command.what)} {in_words(to)} {phrasing.group(to.things)}")
    for obj in subjects.objects:
        code = subjects.code if not subjects.many else by_name([obj])
        obj = writer.belief[obj.name]
        make_way(writer, obj)
        if isinstance(to, Toward):
            toward(writer, obj, code, targets, to, verb)
        elif to.relation == "between":
            _between(writer, obj, code, targets, verb)
        elif to.relation == "away":
            _away(writer, obj, code, targets, verb)
        else:
            target = targets if not targets.many else _standing_together(writer, targets)
            beside(writer, obj, code, target.one, target.code, to.distance, verb)


def _standing_together(writer: Writer, targets: Reference) -> Reference:
    """What several things stand on, or in: next to that is next to all of them. Raises Declined when it is not one."""
    under = {_lowest(writer, o).name: _lowest(writer, o) for o in targets.objects}
    if len(under) > 1:
        raise Declined(
            f"The {phrasing.listed(sorted(under))} stand apart; say which one it should be next to, "
            "or that it should be between two."
        )
    base = tuple(under.values())
    return Reference(base, by_name(base), many=False)


def _lowest(writer: Writer, obj: SceneObject) -> SceneObject:
    below = writer.belief.objects.get(obj.on)
    return obj if below is None or below.category in FLAT else _lowest(writer, below)


def _without_targets(writer: Writer, command: Put) -> Reference:
    """What is to be moved: "everything" that goes away from the block does not speak of the block."""
    item, to = command.what.items[0], command.to
    if not isinstance(to, At | Toward) or not isinstance(item, Thing) or len(command.what.items) > 1:
        return refer(writer, command.what)
    if item.quantity == "all":
        everything = choose(command.what, writer.belief)
        named = {o.name for o in choose(to.things, writer.belief, moving=everything[0])}
        rest = tuple(o.name for o in everything if o.name not in named)
        if rest and len(rest) < len(everything):
            return refer(writer, ThingGroup((Thing(item.category, plural=True, names=rest),)))
    return refer(writer, command.what)


def _shift(writer: Writer, obj: SceneObject, to: Shift, verb: str) -> None:
    distance = to.distance or DEFAULT_SHIFT
    dx, dy = (v * distance for v in VECTORS[to.direction])
    key = f"start of the {obj.name}"
    bound = writer.belief.bound.get(key)
    x, y = (float(bound[0]), float(bound[1])) if bound else obj.position[:2]
    end = (x + dx, y + dy)
    check_on_table(writer.belief, end, f"{number(distance)} m to the {to.direction} of where the {obj.name} is")
    if bound is None or math.dist(obj.position[:2], end) > 0.02:
        make_room(writer, obj, end)
    if bound is None:
        start = writer.define("start", f"find({quoted(obj.name)}).position", f"{key}: {x:.3f}, {y:.3f}")
        spot = f"({start}[0]{plus(dx)}, {start}[1]{plus(dy)})"
        writer.write(f"{verb}({by_name([obj])}, {spot})")
    elif math.dist(obj.position[:2], end) > 0.02:
        writer.write(f"# {key}: {x:.3f}, {y:.3f}", f"{verb}({by_name([obj])}, ({number(end[0])}, {number(end[1])}))")
    writer.moved_to(obj.name, end)
    state_at(writer, obj, end, f"the {{a}} is {number(distance)} m further to the {to.direction}")


def _between(writer: Writer, obj: SceneObject, code: str, targets: Reference, verb: str) -> None:
    if len(targets.objects) != 2:
        raise Declined(f"Between what? I need two things, and found {phrasing.listed(targets.names)}.")
    first, second = targets.objects
    middle = ((first.position[0] + second.position[0]) / 2, (first.position[1] + second.position[1]) / 2)
    room = math.dist(first.position[:2], second.position[:2])
    if room < touching(first, second) + max(obj.size[:2]) + TIGHT:
        writer.write(f"part({by_name([first])}, {by_name([second])}, {by_name([obj])})")
        writer.moved_to(second.name, writer.belief.free(second.name))
    if math.dist(obj.position[:2], middle) > 0.025 or obj.on != "table":
        make_room(writer, obj, middle, but=targets.names)
        a = writer.define(first.category, by_name([first]))
        b = writer.define(second.category, by_name([second]))
        writer.write(
            f"{verb}({code}, (({a}.position[0] + {b}.position[0]) / 2, ({a}.position[1] + {b}.position[1]) / 2))"
        )
        writer.moved_to(obj.name, middle)
    setup = (
        f"a, b = find({quoted(first.name)}).position, find({quoted(second.name)}).position",
        "middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)",
    )
    condition = "math.dist(find({a}).position[:2], middle) < 0.03"
    writer.must(
        GoalClause(
            obj.name, condition, f"the {{a}} is between the {first.name} and the {second.name}", setup, targets.names
        )
    )


def _away(writer: Writer, obj: SceneObject, code: str, targets: Reference, verb: str) -> None:
    areas = [
        writer.belief.workspace.region(n)
        for n in ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
    ]
    best = max(areas, key=lambda r: min(math.dist(r.center, t.position[:2]) for t in targets.objects))
    if min(math.dist(obj.position[:2], t.position[:2]) for t in targets.objects) < FAR:
        spot = writer.belief.spot_in(obj.name, best.low, best.high)
        near = [t.name for t in targets.objects if math.dist(spot, t.position[:2]) < FAR]
        if near:
            raise Declined(f"No corner is {FAR} m away from the {phrasing.listed(near)} and all the others.")
        writer.write(f"{verb}({code}, region({quoted(best.name)}))")
        writer.moved_to(obj.name, spot)
    for target in targets.objects:
        setup = (f"a, b = find({{a}}), find({quoted(target.name)})",)
        condition = f"math.dist(a.position[:2], b.position[:2]) > {FAR}"
        message = f"the {{a}} is away from the {target.name}"
        writer.must(GoalClause(obj.name, condition, message, setup, (target.name,)))
