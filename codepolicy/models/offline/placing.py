"""Writing programs that put things somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codepolicy.models.offline import offsets, phrasing
from codepolicy.models.offline.belief import CONTAINERS, FLAT, Declined
from codepolicy.models.offline.choosing import candidates, choose, related
from codepolicy.models.offline.expressions import Reference, by_name, refer
from codepolicy.models.offline.meaning import At, Back, Free, Group, Place, Put, Shape, Shift, Thing, Toward
from codepolicy.models.offline.writer import Clause, Writer, quoted, tuple_of
from primitives.scene import SceneObject


def write_put(writer: Writer, command: Put) -> None:
    """Add what brings things to their place.

    Raises:
        Declined: it cannot be done here.
    """
    from codepolicy.models.offline import arranging, regions, restoring

    match command.to:
        case At(relation="in" | "on" | "to" | "under"):
            _put_into(writer, command, command.to)
        case Place():
            regions.write_at_place(writer, command.what, command.to, push=command.push)
        case At() | Toward() | Shift():
            offsets.write(writer, command)
        case Shape():
            arranging.write_arrangement(writer, command.what, command.to)
        case Back() | Free():
            restoring.write(writer, command)


def check_movable(obj: SceneObject) -> None:
    """Raises Declined when nobody can move it."""
    if obj.category == "zone":
        raise Declined(f"The {obj.name} is an area of the table; it cannot be moved.")


def check_fits(obj: SceneObject, target: SceneObject, relation: str) -> None:
    """Raises Declined when `obj` cannot be in or on `target`."""
    check_movable(obj)
    if obj.name == target.name:
        raise Declined(f"The {obj.name} cannot be put {relation if relation != 'to' else 'on'} itself.")
    if target.category == "ball":
        raise Declined(f"Nothing stays on the {target.name}: it is a ball.")
    if relation == "in" and target.category not in CONTAINERS | FLAT | {"block"}:
        raise Declined(
            f"Nothing can be put in the {target.name}: a {target.category} has no inside. It could go on top."
        )
    big, room = max(obj.size[:2]), max(target.size[:2])
    if target.category in CONTAINERS and big > room - 0.01:
        raise Declined(f"The {obj.name} ({big:.2f} m wide) does not fit in the {target.name} ({room:.2f} m).")
    if obj.category in CONTAINERS | FLAT and target.category not in FLAT | CONTAINERS and big > 1.5 * room:
        raise Declined(f"The {obj.name} ({big:.2f} m wide) would not stay on the {target.name} ({room:.2f} m).")


def make_way(writer: Writer, obj: SceneObject, *, but: Sequence[str] = ()) -> None:
    """Take off what lies on a thing that is to be lifted, or built upon."""
    riders = [o for o in writer.belief.carried(obj.name) if o.name not in but]
    if obj.category in CONTAINERS | FLAT or not riders:
        return
    writer.write(f"uncover(find({quoted(obj.name)}))")
    for rider in reversed(riders):
        make_belief_free(writer, rider)


def make_belief_free(writer: Writer, obj: SceneObject) -> None:
    """The object, and whatever is on it, is taken aside."""
    for rider in reversed(writer.belief.carried(obj.name)):
        make_belief_free(writer, rider)
    writer.moved(obj.name)
    writer.belief.set_at(obj.name, writer.belief.free(obj.name))


def put_one(
    writer: Writer,
    obj: SceneObject,
    code: str,
    target: SceneObject,
    target_code: str,
    relation: str,
    *,
    push: bool = False,
) -> None:
    """Add one `put` with what it needs before and what must hold after it."""
    check_fits(obj, target, relation)
    if related("in", obj, target) and not writer.belief.carried(obj.name):
        state_in(writer, obj, target)
        return
    make_way(writer, obj)
    if target.category not in CONTAINERS | FLAT:
        make_way(writer, target, but=[obj.name])
    verb = "push" if push and target.category in FLAT else "put"
    writer.write(f"{verb}({code}, {target_code})")
    writer.moved(obj.name)
    writer.belief.set_on(obj.name, target.name)
    state_in(writer, obj, target)


def state_in(writer: Writer, obj: SceneObject, target: SceneObject) -> None:
    """State that the object is in or on the target in the end."""
    call, word = ("inside", "in") if target.category in CONTAINERS else ("on", "on")
    writer.must(
        Clause(
            obj.name,
            f"{call}({{a}}, {quoted(target.name)})",
            f"the {{a}} is {word} the {target.name}",
            about=(target.name,),
        )
    )


def _put_into(writer: Writer, command: Put, to: At) -> None:
    what, things = command.what, to.things
    if to.relation == "under":
        what, things = things, what
    targets_item = things.items[0]
    if to.relation == "in" and isinstance(targets_item, Thing) and targets_item.category in ("cylinder", "ball"):
        raise Declined(f"Nothing can be put in a {targets_item.category}: it has no inside. It could go on top.")
    single = len(things.items) == 1 and isinstance(targets_item, Thing)
    if command.pairwise or (single and isinstance(targets_item, Thing) and _per_object(targets_item)):
        _put_pairs(writer, what, things, to.relation, pairwise=command.pairwise)
        return
    _check_possible(writer, what, things, to.relation)
    subjects = refer(writer, what)
    writer.belief.moving = subjects.names
    target = _target(writer, subjects, things, to.relation)
    writer.belief.moving = ()
    remember(writer, subjects.objects, target.objects)
    if target.many and len(target.objects) > 1:
        _put_round(writer, subjects, target, to.relation)
        return
    base = target.one
    writer.summary.append(f"put {phrasing.group(what)} {'in' if base.category in CONTAINERS else 'on'} the {base.name}")
    _put_all(writer, subjects, base, target.code, to.relation, push=command.push)


def _check_possible(writer: Writer, what: Group, things: Group, relation: str) -> None:
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


def _target(writer: Writer, subjects: Reference, things: Group, relation: str) -> Reference:
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
            found = choose(Group((replace(item, quantity="all", plural=True),)), writer.belief)
            fitting = [
                o for o in found if o.name not in subjects.names and (relation != "in" or o.category in CONTAINERS)
            ]
            if len(fitting) == 1:
                return Reference(tuple(fitting), by_name(fitting), many=False)
        raise


def remember(writer: Writer, subjects: Sequence[SceneObject], targets: Sequence[SceneObject] = ()) -> None:
    """What "it" and "them" mean from now on."""
    writer.belief.subjects = tuple(o.name for o in subjects)
    if targets:
        writer.belief.targets = tuple(o.name for o in targets)


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
        from codepolicy.models.offline.stacking import write_tower

        write_tower(writer, [base, *objects])
        return
    var = writer.loop_name(objects)
    call = "inside" if base.category in CONTAINERS else "on"
    source = subjects.code if len(objects) == len(subjects.objects) else by_name(objects)
    if any(writer.belief.carried(o.name) for o in objects):
        source = f"sorted({source}, key=lambda o: -o.position[2])"
    target = writer.define(base.category, base_code) if "find(" in base_code else base_code
    writer.write(f"for {var} in {source}:", f"    if not {call}({var}, {target}):", f"        put({var}, {target})")
    for obj in sorted(objects, key=lambda o: -o.position[2]):
        if not related("in", obj, base):
            writer.moved(obj.name)
            writer.belief.set_on(obj.name, base.name)
        state_in(writer, obj, base)


def _per_object(target: Thing) -> bool:
    return bool(target.match) or target.distinct or target.quantity == "each"


def _put_pairs(writer: Writer, what: Group, things: Group, relation: str, *, pairwise: bool) -> None:
    """Every object to a target of its own: by colour, one each, or respectively."""
    item = things.items[0]
    assert isinstance(item, Thing)
    if item.match and not pairwise:
        _put_by_color(writer, what, item, relation)
        return
    targets = choose(
        Group((replace(item, quantity="all", plural=True, distinct=False),) if not pairwise else things.items),
        writer.belief,
    )
    if item.quantity == "each" and not pairwise:
        subjects = _one_for_each(writer, what, len(targets))
    else:
        subjects = choose(what, writer.belief)
    targets = [t for t in targets if t.name not in {s.name for s in subjects}]
    if len(subjects) > len(targets):
        raise Declined(f"{len(subjects)} things do not go one each into {len(targets)} ({_names(targets)}).")
    if pairwise and len(subjects) != len(targets):
        raise Declined(f"I cannot pair {_names(subjects)} with {_names(targets)} one to one.")
    if not pairwise:
        targets = _keeping(subjects, targets)
    remember(writer, subjects, targets)
    writer.summary.append(
        "put " + phrasing.listed([f"the {s.name} with the {t.name}" for s, t in zip(subjects, targets, strict=False)])
    )
    for obj, target in zip(subjects, targets, strict=False):
        put_one(writer, obj, by_name([obj]), target, by_name([target]), relation)


def _keeping(subjects: Sequence[SceneObject], targets: Sequence[SceneObject]) -> list[SceneObject]:
    """The targets in an order that leaves things where they already are."""
    rest = list(targets)
    order: list[SceneObject | None] = []
    for s in subjects:
        at = next((t for t in rest if related("in", s, t)), None)
        order.append(at)
        if at:
            rest.remove(at)
    return [t or rest.pop(0) for t in order]


def _one_for_each(writer: Writer, what: Group, count: int) -> list[SceneObject]:
    items = tuple(
        replace(i, count=count * (i.count or 1), plural=True, quantity="")
        if isinstance(i, Thing) and not (i.plural and not i.count)
        else i
        for i in what.items
    )
    return choose(Group(items), writer.belief)


def _put_by_color(writer: Writer, what: Group, item: Thing, relation: str) -> None:
    subjects = refer(writer, what)
    same = item.match == "same"
    pool = choose(Group((replace(item, match=None, quantity="all", plural=True),)), writer.belief)
    pairs: list[tuple[SceneObject, SceneObject]] = []
    for i, obj in enumerate(subjects.objects):
        fitting = [t for t in pool if (t.color == obj.color) == same and t.name != obj.name]
        if not fitting and same:
            continue
        if not fitting:
            raise Declined(
                f"There is no {item.category} of another colour for the {obj.name}; I see: {writer.belief.names}."
            )
        kept = [t for t in fitting if related("in", obj, t)]
        pairs.append((obj, kept[0] if kept else fitting[i % len(fitting)] if not same else fitting[0]))
    missing = [o.name for o in subjects.objects if o.name not in {p[0].name for p in pairs}]
    if missing:
        raise Declined(
            f"There is no {item.category} with the colour of the {phrasing.listed(missing)}; "
            f"I see: {writer.belief.names}."
        )
    remember(writer, subjects.objects, [t for _, t in pairs])
    noun = item.category or "object"
    writer.summary.append(
        f"put {phrasing.group(what)} in the {phrasing.plural(noun)} of {'the same' if same else 'another'} colour"
    )
    for obj, target in pairs:
        check_fits(obj, target, relation)
    var = writer.loop_name(subjects.objects)
    call = "inside" if pool[0].category in CONTAINERS else "on"
    unique = len({t.color for t in pool}) == len(pool) and noun != "object"
    source = subjects.code if subjects.many else f"[{subjects.code}]"
    if same and unique:
        writer.write(f"for {var} in {source}:")
        writer.write(f'    target = find(f"{{{var}.color}} {pool[0].category}")')
        writer.write(f"    if not {call}({var}, target):", f"        put({var}, target)")
    else:
        for obj, target in pairs:
            if not related("in", obj, target):
                writer.write(f"put({by_name([obj])}, {by_name([target])})")
    for obj, target in pairs:
        if not related("in", obj, target):
            writer.moved(obj.name)
            writer.belief.set_on(obj.name, target.name)
        if same and unique:
            writer.must(
                Clause(
                    obj.name,
                    f'{call}({{a}}, find({{a}}).color + " {pool[0].category}")',
                    f"the {{a}} is in the {noun} of its colour",
                    about=(target.name,),
                )
            )
        elif same:
            state_in(writer, obj, target)
        else:
            query = quoted(phrasing.plural(pool[0].category))
            writer.must(
                Clause(
                    obj.name,
                    f"any({call}({{a}}, b) and b.color != find({{a}}).color for b in detect({query}))",
                    f"the {{a}} is in a {noun} of another colour",
                )
            )


def _put_round(writer: Writer, subjects: Reference, targets: Reference, relation: str) -> None:
    """Things into several targets, in turn."""
    pairs = [(o, targets.objects[i % len(targets.objects)]) for i, o in enumerate(subjects.objects)]
    writer.summary.append(f"put {_names(subjects.objects)} in {_names(targets.objects)}, in turn")
    call = "inside" if targets.one.category in CONTAINERS else "on"
    for obj, target in pairs:
        kept = [t for t in targets.objects if related("in", obj, t)]
        if not kept:
            put_one(writer, obj, by_name([obj]), target, by_name([target]), relation)
            writer.clauses.pop()
        names = tuple_of(targets.names)
        writer.must(
            Clause(
                obj.name,
                f"any({call}({{a}}, b) for b in {names})",
                f"the {{a}} is in one of {phrasing.listed(targets.names, 'or')}",
            )
        )


def _names(objects: Sequence[SceneObject]) -> str:
    return phrasing.listed([o.name for o in objects])
