"""Writing programs that put a thing next to another: in a direction, at a distance, or simply beside it."""

from __future__ import annotations

import math
from dataclasses import replace

from codepolicy.offline.codegen.handling import make_room
from codepolicy.offline.codegen.object_expressions import Reference, by_name
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.grounding.belief import NEAR, Belief, Declined
from codepolicy.offline.grounding.spatial_relations import related, touching
from codepolicy.offline.parser.meaning import At, Toward
from primitives import relations
from primitives.scene import SceneObject, Vector2

VECTORS: dict[str, tuple[int, int]] = {"left": (0, 1), "right": (0, -1), "top": (1, 0), "bottom": (-1, 0)}
CALLS = {"left": "left_of", "right": "right_of", "top": "behind", "bottom": "in_front_of"}
WORDS = {"left": "left of", "right": "right of", "top": "behind", "bottom": "in front of"}


def in_words(to: At | Toward) -> str:
    """The relation as a person says it: "next to", "0.1 m left of"."""
    if isinstance(to, Toward):
        return WORDS[to.direction] if to.distance is None else f"{number(to.distance)} m {WORDS[to.direction]}"
    return {"beside": "next to", "away": "away from"}.get(to.relation, to.relation)


def check_on_table(belief: Belief, xy: Vector2, what: str, margin: float = -0.02) -> None:
    """Raise Declined where (x, y) in m, called `what`, is off the table, by 2 cm or more unless `margin` says else."""
    table = belief.workspace.table
    if not table.contains(xy, margin):
        raise Declined(
            f"{what} would be ({xy[0]:.2f}, {xy[1]:.2f}) m, off the table: "
            f"it is x {table.low[0]:.2f} to {table.high[0]:.2f}, "
            f"y {table.low[1]:.2f} to {table.high[1]:.2f}."
        )


def plus(value: float) -> str:
    """What a program adds: " + 0.1", " - 0.1" or nothing."""
    return "" if value == 0 else f" {'+' if value > 0 else '-'} {number(abs(value))}"


def toward(writer: Writer, obj: SceneObject, code: str, targets: Reference, to: Toward, verb: str) -> None:
    """Add what brings a thing to one side of others.

    Raises:
        Declined: that place is off the table.
    """
    dx, dy = VECTORS[to.direction]
    target = _extreme(targets, to.direction)
    target_code = targets.code if not targets.many else by_name([target])
    x, y, _ = target.position
    axis, across = (1, 0) if dy else (0, 1)
    call = f"{CALLS[to.direction]}({{a}}, {quoted(target.name)})"
    setup = (f"a, b = find({{a}}), find({quoted(target.name)})",)
    aside = f"abs(a.position[{across}] - b.position[{across}])"
    ahead = f"abs(a.position[{axis}] - b.position[{axis}])"
    if to.distance is not None:
        to = replace(to, distance=_between_centres(to.distance, obj, target))
    message = f"the {{a}} is {in_words(to)} the {target.name}"
    if to.distance is not None:
        spot = (x + dx * to.distance, y + dy * to.distance)
        check_on_table(writer.belief, spot, f"{number(to.distance)} m {WORDS[to.direction]} the {target.name}")
        if math.dist(obj.position[:2], spot) > (0.04 if to.vague else 0.02) or obj.on != "table":
            if not to.vague:
                make_room(writer, obj, spot, but=targets.names)
            name = writer.define(target.category, target_code)
            point = f"({name}.position[0]{plus(dx * to.distance)}, {name}.position[1]{plus(dy * to.distance)})"
            if to.vague:
                thing = code if code.isidentifier() else writer.define(obj.category, code)
                writer.write(f"{verb}({thing}, close_to({point}, {thing}))")
            else:
                writer.write(f"{verb}({code}, {point})")
            writer.moved_to(obj.name, spot)
        writer.must(GoalClause(obj.name, call, message, about=(target.name,)))
        slack = "0.05" if to.vague else "0.03"
        condition = f"abs({ahead} - {number(to.distance)}) < {slack} and {aside} < {slack}"
        writer.must(
            GoalClause(obj.name, condition, f"{message}, measured from centre to centre", setup, (target.name,))
        )
        return
    offset = (obj.position[0] - x, obj.position[1] - y)
    along, off = offset[0] * dx + offset[1] * dy, abs(offset[0] * dy) + abs(offset[1] * dx)
    if not (along > off and math.hypot(*offset) < 0.24 and obj.on == "table"):
        least = touching(obj, target) + 0.005
        nearest = (x + dx * least, y + dy * least)
        check_on_table(writer.belief, nearest, f"The place {WORDS[to.direction]} the {target.name}", margin=0.0)
        sideways = [(dx + k * abs(dy), dy + k * abs(dx)) for k in (0.0, 0.4, -0.4, 0.8, -0.8)]
        ways = ", ".join(f"({a:g}, {b:g})" for a, b in sideways)
        thing, base = _handles(writer, obj, code, target, target_code)
        writer.write(f"{verb}({thing}, beside({base}, {thing}, ({ways})))")
        reach = touching(obj, target) + 0.03
        writer.moved_to(obj.name, (x + dx * reach, y + dy * reach))
    writer.must(GoalClause(obj.name, call, message, about=(target.name,)))
    condition = f"{aside} < {ahead} < 0.25"
    writer.must(GoalClause(obj.name, condition, f"{message}, beside it", setup, (target.name,)))


def _between_centres(distance: float, obj: SceneObject, target: SceneObject) -> float:
    """What a distance in m means from centre to centre: where they would overlap, the gap between them was meant."""
    least = touching(obj, target)
    return round(least + max(distance, 0.01), 3) if distance < least else distance


def _extreme(targets: Reference, direction: str) -> SceneObject:
    """Of several things, the one that lies farthest in a direction: left of all means left of the leftmost."""
    dx, dy = VECTORS[direction]
    return max(targets.objects, key=lambda o: dx * o.position[0] + dy * o.position[1])


def _handles(writer: Writer, obj: SceneObject, code: str, target: SceneObject, target_code: str) -> tuple[str, str]:
    """Variables for a thing and its target, unless they are variables already."""
    thing = code if code.isidentifier() else writer.define(obj.category, code)
    base = target_code if target_code.isidentifier() else writer.define(target.category, target_code)
    return thing, base


def beside(
    writer: Writer,
    obj: SceneObject,
    code: str,
    target: SceneObject,
    target_code: str,
    distance: float | None,
    verb: str,
) -> None:
    """Add what brings a thing next to another, on whichever side is free; `distance` is in m from centre to centre."""
    if distance is not None:
        distance = _between_centres(distance, obj, target)
    gap = float(relations.footprint(obj).distance(relations.footprint(target)))
    if distance is not None:
        reach = distance
        done = abs(math.dist(obj.position[:2], target.position[:2]) - distance) < 0.025 and obj.on == "table"
    else:
        reach = touching(obj, target) + 0.03
        done = related("near", obj, target) and obj.on == "table"
    if not done:
        thing, base = _handles(writer, obj, code, target, target_code)
        if distance is not None:
            writer.write(
                f"x, y, _ = {base}.position",
                f"r = {number(distance)}",
                "ring = [(x + r * math.cos(k), y + r * math.sin(k)) for k in range(24)]",
            )
            writer.write(
                f"{verb}({thing}, next((spot for spot in ring if is_free(spot, {thing}, obstacles({thing}))), ring[0]))"
            )
        else:
            writer.write(f"{verb}({thing}, beside({base}, {thing}))")
        writer.moved_to(obj.name, _ring_spot(writer.belief, obj, target, reach))
    if distance is not None:
        setup = (f"a, b = find({{a}}), find({quoted(target.name)})",)
        condition = f"abs(math.dist(a.position[:2], b.position[:2]) - {number(distance)}) < 0.03"
        writer.must(
            GoalClause(
                obj.name, condition, f"the {{a}} is {number(distance)} m from the {target.name}", setup, (target.name,)
            )
        )
        return
    limit = 0.10 if done or gap > 0.10 else NEAR + 0.01
    writer.must(
        GoalClause(
            obj.name,
            f"near({{a}}, {quoted(target.name)}, distance={limit:g})",
            f"the {{a}} is next to the {target.name}",
            about=(target.name,),
        )
    )


def _ring_spot(belief: Belief, obj: SceneObject, target: SceneObject, reach: float) -> Vector2:
    x, y, _ = target.position
    spots = [
        (x + reach * math.cos(k * math.pi / 4), y + reach * math.sin(k * math.pi / 4)) for k in (2, 6, 0, 4, 1, 7, 3, 5)
    ]
    free = [s for s in spots if belief.clear(s, obj.name, gap=0.0) and belief.workspace.table.contains(s)]
    return (free or spots)[0]
