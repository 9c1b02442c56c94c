"""Writing programs that clear the table, a part of it, or a container."""

from __future__ import annotations

from codepolicy.offline.codegen import placing_in, putting_back
from codepolicy.offline.codegen.handling import make_way
from codepolicy.offline.codegen.object_expressions import by_name
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import in_place, movable
from codepolicy.offline.parser.meaning import At, Clear, Free, Place, Put, Thing, ThingGroup
from primitives.categories import CONTAINERS, FLAT
from primitives.scene import SceneObject


def write_clear(writer: Writer, command: Clear) -> None:
    """Add what clears the table, a part of it, or a container.

    Raises:
        Declined: there is nothing to put things into, or nothing to clear.
    """
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
            putting_back.write(writer, Put(_named(contents), Free()))
            return
        things = named
    else:
        things = [o for o in belief.objects.values() if movable(o)]
    holders = _holders(belief, things)
    if not holders:
        raise Declined(
            f"There is no box or bowl that I could clear the table into; I see: {belief.names}. "
            "Say where things should go."
        )
    if not things:
        raise Declined(f"There is nothing to clear away; I see: {belief.names}.")
    names = tuple(o.name for o in holders)
    to = At("in", ThingGroup((Thing(category=holders[0].category, names=names, plural=len(names) > 1),)))
    placing_in.write_into(writer, Put(_named(things), to), to)


def _named(objects: list[SceneObject]) -> ThingGroup:
    return ThingGroup(
        (Thing(category=objects[0].category, names=tuple(o.name for o in objects), plural=len(objects) > 1),)
    )


def _holders(belief: Belief, things: list[SceneObject]) -> list[SceneObject]:
    """What the table is cleared into: the largest box; without one the bowls in turn, so that none is crowded."""
    pool = [o for o in belief.objects.values() if o.category in ("box", "bowl") and o not in things]
    boxes = [o for o in pool if o.category == "box"]
    return [max(boxes, key=lambda o: max(o.size[:2]))] if boxes else pool


def _move_out(writer: Writer, things: list[SceneObject], place: Place) -> None:
    area = writer.belief.workspace.region(place.name)
    target = max(
        (writer.belief.workspace.region(n) for n in ("left side", "right side", "top side", "bottom side")),
        key=lambda r: sum(abs(c - d) for c, d in zip(r.center, area.center, strict=True)),
    )
    for obj in things:
        make_way(writer, obj, but=[o.name for o in things])
        writer.write(f"put({by_name([obj])}, region({quoted(target.name)}))")
        writer.moved_to(obj.name, writer.belief.spot_in(obj.name, target.low, target.high))
        writer.must(
            GoalClause(
                obj.name, f"not in_region({{a}}, {quoted(place.name)})", f"the {{a}} is no longer in the {place.name}"
            )
        )
    writer.summary.append(f"move {phrasing.listed([o.name for o in things])} out of the {place.name}")
