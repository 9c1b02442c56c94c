"""Writing programs that put things at named places of the table: sides, corners, the middle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.codegen.handling import check_movable, make_way, remember
from codepolicy.offline.codegen.object_expressions import Reference, by_name, refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import Place, Pronoun, Thing, ThingGroup
from primitives.scene import Region, SceneObject

CORNERS = ("top left corner", "top right corner", "bottom left corner", "bottom right corner")
SIDES = ("left side", "right side", "top side", "bottom side")


WELL_IN = 0.01
"""m from a region's edge; what stands nearer to it may be seen on the other side at the next look."""


def stands_well_in(obj: SceneObject, area: Region) -> bool:
    """Whether an object stands on the table in a region, not merely at its edge."""
    return obj.on == "table" and area.contains(obj.position, WELL_IN)


def write_at_place(writer: Writer, what: ThingGroup, place: Place, *, push: bool) -> None:
    """Add what brings things to a named place, each to a different one where the sentence says so.

    Raises:
        Declined: it is no place of the table, or there are more things than places.
    """
    if place.name == "off the table":
        raise Declined("I only put things where I can reach them again: on the table, or in something on it.")
    item = what.items[0]
    if (
        place.distinct
        and len(what.items) == 1
        and isinstance(item, Thing)
        and not item.many
        and item.quantity in ("a", "")
    ):
        count = min(
            4, len(choose(ThingGroup((replace(item, quantity="all", plural=True, count=None),)), writer.belief))
        )
        what = ThingGroup((replace(item, quantity="a", plural=True, count=count),))
    subjects = refer(writer, what)
    for obj in subjects.objects:
        check_movable(obj)
    if len(subjects.objects) > 1 and _nearest_to_it(place):
        for obj in subjects.objects:
            write_at_place(writer, ThingGroup((Thing(obj.category, names=(obj.name,)),)), place, push=push)
        remember(writer, subjects.objects)
        return
    remember(writer, subjects.objects)
    writer.summary.append(
        f"put {phrasing.group(what)} {'on' if 'side' in place.name else 'in'} the {phrasing.place(place)}"
    )
    if place.distinct:
        _put_apart(writer, subjects.objects, place.name)
        return
    if place.order is not None and isinstance(place.order.to, ThingGroup):
        corner, code = _corner_by(writer, subjects, place)
    else:
        corner = _named(writer, subjects.one, place)
        code = f"region({quoted(corner)})"
    _put_in_region(writer, subjects, corner, code, push=push)


def _nearest_to_it(place: Place) -> bool:
    """ "The nearest corner": another one for each thing."""
    to = place.order.to if place.order else None
    return isinstance(to, ThingGroup) and any(isinstance(i, Pronoun) for i in to.items)


def _named(writer: Writer, obj: SceneObject, place: Place) -> str:
    """The region that a place means; for "a corner" the nearest free one."""
    belief = writer.belief
    words = place.name.split()
    if place.name in CORNERS or place.name in SIDES or place.name == "middle":
        return place.name
    pool = [n for n in (CORNERS if words[-1] == "corner" else SIDES) if len(words) == 1 or words[0] in n]
    key = phrasing.place(place)
    if key in belief.bound:
        return belief.bound[key][0]

    def cost(name: str) -> tuple[bool, float]:
        area = belief.workspace.region(name)
        return (not belief.clear(area.center, obj.name), math.dist(area.center, obj.position[:2]))

    return min(pool, key=cost)


def _corner_by(writer: Writer, subjects: Reference, place: Place) -> tuple[str, str]:
    """The corner closest to or farthest from a thing."""
    assert place.order is not None
    assert isinstance(place.order.to, ThingGroup)
    key = phrasing.place(place)
    anchors = choose(place.order.to, writer.belief, moving=None)
    anchor = anchors[0]
    sign = 1 if place.order.key == "near" else -1
    areas = {n: writer.belief.workspace.region(n).center for n in CORNERS}
    best = min(areas, key=lambda n: sign * math.dist(areas[n], anchor.position[:2]))
    if key in writer.belief.bound:
        best = writer.belief.bound[key][0]
        return best, f"region({quoted(best)})"
    pick = "min" if sign > 0 else "max"
    writer.belief.spoken.append(anchor.name)
    target = (
        writer.define(anchor.category, f"find({quoted(anchor.name)})")
        if anchor.name != subjects.one.name
        else subjects.code
    )
    writer.write(f"corners = [region(name) for name in {tuple_of(CORNERS)}]")
    code = writer.define(
        "corner", f"{pick}(corners, key=lambda c: math.dist(c.center, {target}.position[:2]))", f"{key}: {best}"
    )
    return best, code


def _put_in_region(writer: Writer, subjects: Reference, name: str, code: str, *, push: bool) -> None:
    area = writer.belief.workspace.region(name)
    verb = "push" if push else "put"
    todo = [o for o in subjects.objects if not stands_well_in(o, area)]
    if len(subjects.objects) == 1 and todo:
        make_way(writer, todo[0])
        writer.write(f"{verb}({subjects.code if not subjects.many else by_name(todo)}, {code})")
    elif todo:
        var = writer.loop_name(subjects.objects)
        source = subjects.code if subjects.many else f"[{subjects.code}]"
        if any(o.on != "table" for o in subjects.objects):
            source = f"sorted({source}, key=lambda o: -o.position[2])"
        target = writer.define("area", code) if code.startswith("region") else code
        writer.write(
            f"for {var} in {source}:",
            f"    if not {target}.contains({var}.position, {WELL_IN}):",
            f"        {verb}({var}, {target})",
        )
    for obj in sorted(subjects.objects, key=lambda o: -o.position[2]):
        if obj in todo:
            writer.moved_to(obj.name, writer.belief.spot_in(obj.name, area.low, area.high))
        writer.must(GoalClause(obj.name, f"in_region({{a}}, {quoted(name)})", f"the {{a}} is in the {name}"))
        if obj in todo and obj.on in writer.belief.objects:  # it may be there already, in or on something else
            writer.must(GoalClause(obj.name, 'on({a}, "table")', "the {a} stands on the table"))


def _put_apart(writer: Writer, objects: Sequence[SceneObject], kind: str) -> None:
    """Each thing in a corner, or on a side, of its own."""
    belief = writer.belief
    pool: list[str] = list(CORNERS if kind == "corner" else SIDES)
    if len(objects) > len(pool):
        raise Declined(f"There are {len(objects)} things and only {len(pool)} {kind}s.")
    plan: dict[str, str] = {}
    for obj in objects:
        at = next((n for n in pool if stands_well_in(obj, belief.workspace.region(n))), None)
        if at:
            plan[obj.name] = at
            pool.remove(at)
    pool.sort(
        key=lambda n: (
            not belief.clear(belief.workspace.region(n).center, objects[0].name, ignoring=[o.name for o in objects])
        )
    )
    rest = sorted((o for o in objects if o.name not in plan), key=lambda o: -o.position[2])
    pool = pool[: len(rest)]
    for obj in rest:
        best = min(pool, key=lambda n: math.dist(belief.workspace.region(n).center, obj.position[:2]))
        plan[obj.name] = best
        pool.remove(best)
    if rest:
        writer.write("plan = {")
        writer.write(*(f"    {quoted(o.name)}: {quoted(plan[o.name])}," for o in objects), "}")
        writer.write(
            "for name, place_name in plan.items():",
            "    area = region(place_name)",
            f"    if not area.contains(find(name).position, {WELL_IN}):",
            "        put(name, area)",
        )
    for obj in objects:
        area = belief.workspace.region(plan[obj.name])
        if obj in rest:
            writer.moved_to(obj.name, belief.spot_in(obj.name, area.low, area.high))
        writer.must(GoalClause(obj.name, f"in_region({{a}}, {quoted(area.name)})", f"the {{a}} is in the {area.name}"))
