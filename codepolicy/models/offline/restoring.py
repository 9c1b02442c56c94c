"""Writing programs that put things back, aside, or in each other's place."""

from __future__ import annotations

from codepolicy.models.offline import phrasing
from codepolicy.models.offline.belief import CONTAINERS, FLAT, Belief, Declined
from codepolicy.models.offline.choosing import choose, in_place, movable, related
from codepolicy.models.offline.expressions import by_name, refer
from codepolicy.models.offline.meaning import At, Back, Clear, Free, Group, Place, Pronoun, Put, Swap, Thing
from codepolicy.models.offline.offsets import state_at
from codepolicy.models.offline.writer import Clause, Writer, number, quoted
from primitives.scene import SceneObject


def write(writer: Writer, command: Put) -> None:
    """Add what puts things back where they were, or down on a free spot of the table.

    Raises:
        Declined: it is not known where they were.
    """
    from codepolicy.models.offline.placing import remember

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
    remember(writer, objects)
    for obj in sorted(objects, key=lambda o: -o.position[2]):
        if isinstance(command.to, Back):
            _put_back(writer, obj)
        else:
            _put_aside(writer, obj)
    words = "back where it was" if isinstance(command.to, Back) else "on a free spot of the table"
    writer.summary.append(f"put {phrasing.listed([o.name for o in objects])} {words}")


def _put_aside(writer: Writer, obj: SceneObject) -> None:
    from codepolicy.models.offline.placing import make_way

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
        writer.moved(obj.name)
        writer.belief.set_at(obj.name, writer.belief.free(obj.name))
    writer.must(Clause(obj.name, 'on({a}, "table")', "the {a} stands on the table"))


def _put_back(writer: Writer, obj: SceneObject) -> None:
    from codepolicy.models.offline.placing import state_in

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
    writer.moved(obj.name)
    belief.set_at(obj.name, (x, y))
    state_at(writer, obj, (x, y), "the {a} is back where it was")


def write_swap(writer: Writer, command: Swap) -> None:
    """Add what exchanges the places of two things.

    Raises:
        Declined: there are not two, or one lies on the other.
    """
    from codepolicy.models.offline.placing import check_movable, make_way, remember

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
        from codepolicy.models.offline.stacking import write_tower

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
                Clause(
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
    import math

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
        writer.moved(obj.name)
        writer.belief.set_at(obj.name, end)
        state_at(writer, obj, end, f"the {{a}} is where the {(b if obj is a else a).name} was")


def write_clear(writer: Writer, command: Clear) -> None:
    """Add what clears the table, a part of it, or a container.

    Raises:
        Declined: there is nothing to put things into, or nothing to clear.
    """
    from codepolicy.models.offline.placing import write_put

    belief = writer.belief
    if isinstance(command.of, Place):
        place = command.of
        things = [
            o
            for o in belief.objects.values()
            if in_place(o, place, belief) and o.category != "zone" and o.on == "table"
        ]
        if not things:
            raise Declined(f"There is nothing in the {place.name}; I see: {belief.names}.")
        _move_out(writer, things, place)
        return
    if command.of is not None:
        named = choose(command.of, belief)
        if all(o.category in CONTAINERS | FLAT or belief.carried(o.name) for o in named):
            contents = [o for c in named for o in belief.carried(c.name)]
            if not contents:
                raise Declined(f"The {phrasing.listed([o.name for o in named])} is already empty.")
            write_put(writer, Put(_named(contents), Free()))
            return
        things = named
    else:
        things = [o for o in belief.objects.values() if movable(o)]
    holder = _holder(belief, things)
    if holder is None:
        raise Declined(
            f"There is no box or bowl that I could clear the table into; I see: {belief.names}. "
            "Say where things should go."
        )
    rest = [o for o in things if o.name != holder.name]
    if not rest:
        raise Declined(f"There is nothing to clear away; I see: {belief.names}.")
    write_put(writer, Put(_named(rest), At("in", Group((Thing(category=holder.category, names=(holder.name,)),)))))


def _named(objects: list[SceneObject]) -> Group:
    return Group((Thing(category=objects[0].category, names=tuple(o.name for o in objects), plural=len(objects) > 1),))


def _holder(belief: Belief, things: list[SceneObject]) -> SceneObject | None:
    """What the table is cleared into: a box before a bowl, the largest first."""
    pool = [o for o in belief.objects.values() if o.category in ("box", "bowl") and o not in things]
    return min(pool, key=lambda o: (o.category != "box", -max(o.size[:2])), default=None)


def _move_out(writer: Writer, things: list[SceneObject], place: Place) -> None:
    area = writer.belief.workspace.region(place.name)
    target = max(
        (writer.belief.workspace.region(n) for n in ("left side", "right side", "top side", "bottom side")),
        key=lambda r: sum(abs(c - d) for c, d in zip(r.center, area.center, strict=True)),
    )
    for obj in things:
        writer.write(f"put({by_name([obj])}, region({quoted(target.name)}))")
        writer.moved(obj.name)
        writer.belief.set_at(obj.name, writer.belief.spot_in(obj.name, target.low, target.high))
        writer.must(
            Clause(
                obj.name, f"not in_region({{a}}, {quoted(place.name)})", f"the {{a}} is no longer in the {place.name}"
            )
        )
    writer.summary.append(f"move {phrasing.listed([o.name for o in things])} out of the {place.name}")


__all__ = ["Pronoun", "write", "write_clear", "write_swap"]
