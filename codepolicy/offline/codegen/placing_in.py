"""Writing programs that put things in, on or under others."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.codegen.handling import check_fits, make_way, put_one, remember, state_in
from codepolicy.offline.codegen.object_expressions import Reference, by_name, refer
from codepolicy.offline.codegen.pairing import per_object, write_pairs, write_round
from codepolicy.offline.codegen.program_writer import Writer
from codepolicy.offline.codegen.towers import write_tower
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import candidates, choose
from codepolicy.offline.grounding.spatial_relations import movable, rests_in
from codepolicy.offline.parser.meaning import At, Pronoun, Put, Thing, ThingGroup
from primitives.categories import CONTAINERS, FLAT
from primitives.scene import SceneObject


def write_into(writer: Writer, command: Put, to: At) -> None:
    """Add what brings things into, onto or under others.

    Raises:
        Declined: it cannot be done here.
    """
    what, things = command.what, to.things
    if to.relation == "under":
        what, things = things, what
    things = _holder_meant(writer, things) if to.relation == "in" else things
    targets_item = things.items[0]
    if to.relation == "in" and isinstance(targets_item, Thing) and targets_item.category in ("cylinder", "ball"):
        raise Declined(f"Nothing can be put in a {targets_item.category}: it has no inside. It could go on top.")
    single = len(things.items) == 1 and isinstance(targets_item, Thing)
    if command.pairwise or (single and isinstance(targets_item, Thing) and per_object(targets_item)):
        write_pairs(writer, what, things, to.relation, pairwise=command.pairwise)
        return
    if single and _nearest_to_each(targets_item) and len(each := choose(what, writer.belief)) > 1:
        for obj in each:
            one = ThingGroup((Thing(obj.category, names=(obj.name,)),))
            write_into(writer, replace(command, what=one), to)
        return
    _check_possible(writer, what, things, to.relation)
    subjects = refer(writer, _loose(writer, what))
    writer.belief.moving = subjects.names
    target = _target(writer, subjects, things, to.relation)
    writer.belief.moving = ()
    remember(writer, subjects.objects, target.objects)
    if target.many and len(target.objects) > 1:
        write_round(writer, subjects, target, to.relation)
        return
    base = target.one
    writer.summary.append(f"put {phrasing.group(what)} {'in' if base.category in CONTAINERS else 'on'} the {base.name}")
    _put_all(writer, subjects, base, target.code, to.relation, push=command.push)


def _holder_meant(writer: Writer, things: ThingGroup) -> ThingGroup:
    """ "In it" is in what was last named that has an inside, where "it" could also be what was moved."""
    belief = writer.belief
    if len(things.items) != 1 or not isinstance(things.items[0], Pronoun) or things.items[0].plural:
        return things
    if any(belief[n].category in CONTAINERS for n in belief.subjects if n in belief.objects):
        return things
    named = [n for n in (*belief.mentioned, *belief.targets) if n in belief.objects]
    holders = [n for n in named if belief[n].category in CONTAINERS]
    return ThingGroup((Thing(belief[holders[-1]].category, names=(holders[-1],)),)) if holders else things


def _nearest_to_each(target: Thing | Pronoun) -> bool:
    """ "The bowl closest to it": another one for each thing."""
    if not isinstance(target, Thing) or target.many:
        return False
    anchors = [o.to for o in target.orders if isinstance(o.to, ThingGroup)]
    return any(isinstance(i, Pronoun) for g in anchors for i in g.items)


def _loose(writer: Writer, what: ThingGroup) -> ThingGroup:
    """ "Everything red" that goes into something leaves out what things are put into."""
    item = what.items[0]
    if len(what.items) != 1 or not isinstance(item, Thing) or not item.many or item.category not in ("", "object"):
        return what
    loose = tuple(o.name for o in candidates(item, writer.belief) if movable(o))
    return ThingGroup((replace(item, names=loose),)) if loose and item.colors and item.count is None else what


def _check_possible(writer: Writer, what: ThingGroup, things: ThingGroup, relation: str) -> None:
    """Say why it cannot be done before asking which one is meant."""
    first, second = what.items[0], things.items[0]
    if len(what.items) + len(things.items) != 2 or not isinstance(first, Thing) or not isinstance(second, Thing):
        return
    reason: Declined | None = None
    try:
        pairs = [(o, t) for o in candidates(first, writer.belief) for t in candidates(second, writer.belief, moving=o)]
    except Declined:
        return
    for obj, target in pairs:
        if target.name != obj.name:
            try:
                check_fits(obj, target, relation)
            except Declined as declined:
                reason = declined
            else:
                return
    if reason is not None:
        raise reason


def _target(writer: Writer, subjects: Reference, things: ThingGroup, relation: str) -> Reference:
    """The target; where a phrase could mean several, one that can take the things."""
    before = len(writer.lines)
    try:
        return refer(writer, things, moving=subjects.one)
    except Declined as declined:
        del writer.lines[before:]
        if not str(declined).startswith("Which"):
            raise
        item = things.items[0]
        if isinstance(item, Thing) and len(things.items) == 1:
            found = choose(ThingGroup((replace(item, quantity="all", plural=True),)), writer.belief)
            fitting = [
                o for o in found if o.name not in subjects.names and (relation != "in" or o.category in CONTAINERS)
            ]
            if len(fitting) == 1:
                return Reference(tuple(fitting), by_name(fitting), many=False)
        raise


def _put_all(
    writer: Writer, subjects: Reference, base: SceneObject, base_code: str, relation: str, *, push: bool
) -> None:
    objects = [o for o in subjects.objects if o.name != base.name]
    if not objects:
        raise Declined(f"The {base.name} cannot be put on itself.")
    if len(objects) == 1:
        code = subjects.code if not subjects.many else by_name(objects)
        put_one(writer, objects[0], code, base, base_code, relation, push=push)
        return
    for obj in objects:
        check_fits(obj, base, relation)
    if base.category not in CONTAINERS | FLAT:
        write_tower(writer, [base, *objects])
        return
    for obj in objects:
        make_way(writer, obj, but=[o.name for o in objects])
    var = writer.loop_name(objects)
    call = "inside" if base.category in CONTAINERS else "on"
    source = subjects.code if len(objects) == len(subjects.objects) else by_name(objects)
    if any(writer.belief.carried(o.name) for o in objects):
        source = f"sorted({source}, key=lambda o: -o.position[2])"
    target = writer.define(base.category, base_code) if "find(" in base_code else base_code
    writer.write(f"for {var} in {source}:", f"    if not {call}({var}, {target}):", f"        put({var}, {target})")
    for obj in sorted(objects, key=lambda o: -o.position[2]):
        if not rests_in(obj, base):
            writer.moved(obj.name)
            writer.belief.set_on(obj.name, base.name)
        state_in(writer, obj, base)
