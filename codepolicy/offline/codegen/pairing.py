"""Writing programs that give each thing a target of its own: by colour, one each, respectively, in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.codegen.handling import check_fits, put_one, remember, state_in
from codepolicy.offline.codegen.object_expressions import Reference, by_name, refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.spatial_relations import related
from codepolicy.offline.parser.meaning import Thing, ThingGroup
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject


def per_object(target: Thing) -> bool:
    """Whether a phrase for targets speaks of one for each thing."""
    return bool(target.match) or target.distinct or target.quantity == "each"


def write_pairs(writer: Writer, what: ThingGroup, things: ThingGroup, relation: str, *, pairwise: bool) -> None:
    """Add what brings every object to a target of its own: by colour, one each, or respectively.

    Raises:
        Declined: the numbers or colours do not match.
    """
    item = things.items[0]
    assert isinstance(item, Thing)
    if item.match and not pairwise:
        _put_by_color(writer, what, item, relation)
        return
    targets = choose(
        ThingGroup((replace(item, quantity="all", plural=True, distinct=False),) if not pairwise else things.items),
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


def _one_for_each(writer: Writer, what: ThingGroup, count: int) -> list[SceneObject]:
    items = tuple(
        replace(i, count=count * (i.count or 1), plural=True, quantity="")
        if isinstance(i, Thing) and not (i.plural and not i.count)
        else i
        for i in what.items
    )
    return choose(ThingGroup(items), writer.belief)


def _put_by_color(writer: Writer, what: ThingGroup, item: Thing, relation: str) -> None:
    subjects = refer(writer, what)
    same = item.match == "same"
    pool = choose(ThingGroup((replace(item, match=None, quantity="all", plural=True),)), writer.belief)
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
                GoalClause(
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
                GoalClause(
                    obj.name,
                    f"any({call}({{a}}, b) and b.color != find({{a}}).color for b in detect({query}))",
                    f"the {{a}} is in a {noun} of another colour",
                )
            )


def write_round(writer: Writer, subjects: Reference, targets: Reference, relation: str) -> None:
    """Add what puts things into several targets, in turn."""
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
            GoalClause(
                obj.name,
                f"any({call}({{a}}, b) for b in {names})",
                f"the {{a}} is in one of {phrasing.listed(targets.names, 'or')}",
            )
        )


def _names(objects: Sequence[SceneObject]) -> str:
    return phrasing.listed([o.name for o in objects])
