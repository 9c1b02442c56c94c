"""Writing programs that put things at a measured or unmeasured distance from others, or from where they are."""

from __future__ import annotations

import math
from dataclasses import replace

from codepolicy.models.offline import phrasing
from codepolicy.models.offline.belief import NEAR, Belief, Declined
from codepolicy.models.offline.expressions import Reference, by_name, refer
from codepolicy.models.offline.handling import check_movable, make_room, make_way, remember, state_at
from codepolicy.models.offline.meaning import At, Put, Shift, Toward
from codepolicy.models.offline.relating import related
from codepolicy.models.offline.writer import Clause, Writer, number, quoted
from primitives import relations
from primitives.scene import SceneObject, Vector2

VECTORS: dict[str, tuple[int, int]] = {"left": (0, 1), "right": (0, -1), "top": (1, 0), "bottom": (-1, 0)}
CALLS = {"left": "left_of", "right": "right_of", "top": "behind", "bottom": "in_front_of"}
WORDS = {"left": "left of", "right": "right of", "top": "behind", "bottom": "in front of"}
TIGHT = 0.03
"""Room in m that a thing needs to be put between two others, in all."""
DEFAULT_SHIFT = 0.10
"""Metres that "move it to the left" means."""


def write(writer: Writer, command: Put) -> None:
    """Add what brings things next to others.

    Raises:
        Declined: it cannot be done here.
    """
    to = command.to
    subjects = refer(writer, command.what)
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
    writer.summary.append(f"put {phrasing.group(command.what)} {_relation(to)} {phrasing.group(to.things)}")
    for obj in subjects.objects:
        code = subjects.code if not subjects.many else by_name([obj])
        obj = writer.belief[obj.name]
        make_way(writer, obj)
        if isinstance(to, Toward):
            _toward(writer, obj, code, targets, to, verb)
        elif to.relation == "between":
            _between(writer, obj, code, targets, verb)
        elif to.relation == "away":
            _away(writer, obj, code, targets, verb)
        else:
            _beside(writer, obj, code, targets.one, targets.code, to.distance, verb)


def _relation(to: At | Toward) -> str:
    if isinstance(to, Toward):
        return WORDS[to.direction] if to.distance is None else f"{number(to.distance)} m {WORDS[to.direction]}"
    return {"beside": "next to", "away": "away from"}.get(to.relation, to.relation)


def _on_table(belief: Belief, xy: Vector2, what: str, margin: float = -0.02) -> None:
    table = belief.workspace.table
    if not table.contains(xy, margin):
        raise Declined(
            f"{what} would be ({xy[0]:.2f}, {xy[1]:.2f}) m, off the table: "
            f"it is x {table.low[0]:.2f} to {table.high[0]:.2f}, "
            f"y {table.low[1]:.2f} to {table.high[1]:.2f}."
        )


def _place(writer: Writer, obj: SceneObject, xy: Vector2) -> None:
    writer.moved(obj.name)
    writer.belief.set_at(obj.name, xy)


def _shift(writer: Writer, obj: SceneObject, to: Shift, verb: str) -> None:
    distance = to.distance or DEFAULT_SHIFT
    dx, dy = (v * distance for v in VECTORS[to.direction])
    key = f"start of the {obj.name}"
    bound = writer.belief.bound.get(key)
    x, y = (float(bound[0]), float(bound[1])) if bound else obj.position[:2]
    end = (x + dx, y + dy)
    _on_table(writer.belief, end, f"{number(distance)} m to the {to.direction} of where the {obj.name} is")
    if bound is None or math.dist(obj.position[:2], end) > 0.02:
        make_room(writer, obj, end)
    if bound is None:
        start = writer.define("start", f"find({quoted(obj.name)}).position", f"{key}: {x:.3f}, {y:.3f}")
        spot = f"({start}[0]{_plus(dx)}, {start}[1]{_plus(dy)})"
        writer.write(f"{verb}({by_name([obj])}, {spot})")
    elif math.dist(obj.position[:2], end) > 0.02:
        writer.write(f"# {key}: {x:.3f}, {y:.3f}", f"{verb}({by_name([obj])}, ({number(end[0])}, {number(end[1])}))")
    _place(writer, obj, end)
    state_at(writer, obj, end, f"the {{a}} is {number(distance)} m further to the {to.direction}")


def _plus(value: float) -> str:
    return "" if value == 0 else f" {'+' if value > 0 else '-'} {number(abs(value))}"


def _toward(writer: Writer, obj: SceneObject, code: str, targets: Reference, to: Toward, verb: str) -> None:
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
    message = f"the {{a}} is {_relation(to)} the {target.name}"
    if to.distance is not None:
        spot = (x + dx * to.distance, y + dy * to.distance)
        _on_table(writer.belief, spot, f"{number(to.distance)} m {WORDS[to.direction]} the {target.name}")
        if math.dist(obj.position[:2], spot) > (0.04 if to.vague else 0.02) or obj.on != "table":
            if not to.vague:
                make_room(writer, obj, spot, but=targets.names)
            name = writer.define(target.category, target_code)
            point = f"({name}.position[0]{_plus(dx * to.distance)}, {name}.position[1]{_plus(dy * to.distance)})"
            if to.vague:
                thing = code if code.isidentifier() else writer.define(obj.category, code)
                writer.write(f"{verb}({thing}, close_to({point}, {thing}))")
            else:
                writer.write(f"{verb}({code}, {point})")
            _place(writer, obj, spot)
        writer.must(Clause(obj.name, call, message, about=(target.name,)))
        slack = "0.05" if to.vague else "0.03"
        condition = f"abs({ahead} - {number(to.distance)}) < {slack} and {aside} < {slack}"
        writer.must(Clause(obj.name, condition, f"{message}, measured from centre to centre", setup, (target.name,)))
        return
    offset = (obj.position[0] - x, obj.position[1] - y)
    along, off = offset[0] * dx + offset[1] * dy, abs(offset[0] * dy) + abs(offset[1] * dx)
    if not (along > off and math.hypot(*offset) < 0.24 and obj.on == "table"):
        least = _touching(obj, target) + 0.005
        nearest = (x + dx * least, y + dy * least)
        _on_table(writer.belief, nearest, f"The place {WORDS[to.direction]} the {target.name}", margin=0.0)
        sideways = [(dx + k * abs(dy), dy + k * abs(dx)) for k in (0.0, 0.4, -0.4, 0.8, -0.8)]
        ways = ", ".join(f"({a:g}, {b:g})" for a, b in sideways)
        thing, base = _handles(writer, obj, code, target, target_code)
        writer.write(f"{verb}({thing}, beside({base}, {thing}, ({ways})))")
        reach = _touching(obj, target) + 0.03
        _place(writer, obj, (x + dx * reach, y + dy * reach))
    writer.must(Clause(obj.name, call, message, about=(target.name,)))
    condition = f"{aside} < {ahead} < 0.25"
    writer.must(Clause(obj.name, condition, f"{message}, beside it", setup, (target.name,)))


def _touching(a: SceneObject, b: SceneObject) -> float:
    """Distance in m between the centres of two things side by side, whichever way they are turned."""
    return (max(a.size[:2]) + max(b.size[:2])) / 2


def _between_centres(distance: float, obj: SceneObject, target: SceneObject) -> float:
    """What a distance in m means from centre to centre: where they would overlap, the gap between them was meant."""
    touching = _touching(obj, target)
    return round(touching + max(distance, 0.01), 3) if distance < touching else distance


def _extreme(targets: Reference, direction: str) -> SceneObject:
    """Of several things, the one that lies farthest in a direction: left of all means left of the leftmost."""
    dx, dy = VECTORS[direction]
    return max(targets.objects, key=lambda o: dx * o.position[0] + dy * o.position[1])


def _handles(writer: Writer, obj: SceneObject, code: str, target: SceneObject, target_code: str) -> tuple[str, str]:
    """Variables for a thing and its target, unless they are variables already."""
    thing = code if code.isidentifier() else writer.define(obj.category, code)
    base = target_code if target_code.isidentifier() else writer.define(target.category, target_code)
    return thing, base


def _beside(
    writer: Writer,
    obj: SceneObject,
    code: str,
    target: SceneObject,
    target_code: str,
    distance: float | None,
    verb: str,
) -> None:
    if distance is not None:
        distance = _between_centres(distance, obj, target)
    gap = float(relations.footprint(obj).distance(relations.footprint(target)))
    if distance is not None:
        reach = distance
        done = abs(math.dist(obj.position[:2], target.position[:2]) - distance) < 0.025 and obj.on == "table"
    else:
        reach = _touching(obj, target) + 0.03
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
        writer.moved(obj.name)
        writer.belief.set_at(obj.name, _ring_spot(writer.belief, obj, target, reach))
    if distance is not None:
        setup = (f"a, b = find({{a}}), find({quoted(target.name)})",)
        condition = f"abs(math.dist(a.position[:2], b.position[:2]) - {number(distance)}) < 0.03"
        writer.must(
            Clause(
                obj.name, condition, f"the {{a}} is {number(distance)} m from the {target.name}", setup, (target.name,)
            )
        )
        return
    limit = 0.10 if done or gap > 0.10 else NEAR + 0.01
    writer.must(
        Clause(
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


def _between(writer: Writer, obj: SceneObject, code: str, targets: Reference, verb: str) -> None:
    if len(targets.objects) != 2:
        raise Declined(f"Between what? I need two things, and found {phrasing.listed(targets.names)}.")
    first, second = targets.objects
    middle = ((first.position[0] + second.position[0]) / 2, (first.position[1] + second.position[1]) / 2)
    room = math.dist(first.position[:2], second.position[:2])
    if room < _touching(first, second) + max(obj.size[:2]) + TIGHT:
        writer.write(f"part({by_name([first])}, {by_name([second])}, {by_name([obj])})")
        _place(writer, second, writer.belief.free(second.name))
    if math.dist(obj.position[:2], middle) > 0.025 or obj.on != "table":
        make_room(writer, obj, middle, but=targets.names)
        a = writer.define(first.category, by_name([first]))
        b = writer.define(second.category, by_name([second]))
        writer.write(
            f"{verb}({code}, (({a}.position[0] + {b}.position[0]) / 2, ({a}.position[1] + {b}.position[1]) / 2))"
        )
        _place(writer, obj, middle)
    setup = (
        f"a, b = find({quoted(first.name)}).position, find({quoted(second.name)}).position",
        "middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)",
    )
    condition = "math.dist(find({a}).position[:2], middle) < 0.03"
    writer.must(
        Clause(
            obj.name, condition, f"the {{a}} is between the {first.name} and the {second.name}", setup, targets.names
        )
    )


def _away(writer: Writer, obj: SceneObject, code: str, targets: Reference, verb: str) -> None:
    target = targets.one
    areas = [
        writer.belief.workspace.region(n)
        for n in ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
    ]
    best = max(areas, key=lambda r: math.dist(r.center, target.position[:2]))
    if math.dist(obj.position[:2], target.position[:2]) < 0.25:
        writer.write(f"{verb}({code}, region({quoted(best.name)}))")
        _place(writer, obj, writer.belief.spot_in(obj.name, best.low, best.high))
    setup = (f"a, b = find({{a}}), find({quoted(target.name)})",)
    writer.must(
        Clause(
            obj.name,
            "math.dist(a.position[:2], b.position[:2]) > 0.25",
            f"the {{a}} is away from the {target.name}",
            setup,
            (target.name,),
        )
    )
