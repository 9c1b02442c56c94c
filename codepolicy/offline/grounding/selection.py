"""Which objects of the scene a phrase means."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.adjectives import ALIKE, KEYS, Key, by_rarity, colored, most_toward, sized
from codepolicy.offline.grounding.belief import NEAR, Belief, Declined
from codepolicy.offline.grounding.furniture_parts import STATES, is_worked, whole_of
from codepolicy.offline.grounding.spatial_relations import between, in_place, movable, related
from codepolicy.offline.grounding.standing_stacks import OF_STACKS, stack_under
from codepolicy.offline.parser.meaning import Order, Place, Pronoun, Thing, ThingGroup, Where
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject

_CATEGORIES = {"container": tuple(sorted(CONTAINERS))}


def choose(group: ThingGroup, belief: Belief, *, moving: SceneObject | None = None) -> list[SceneObject]:
    """The objects that a group means, in order of naming, without duplicates.

    Raises:
        Declined: something is not there, or it is not clear which is meant.
    """
    found: list[SceneObject] = []
    for item in group.items:
        for obj in choose_one(item, belief, moving=moving, taken=[o.name for o in found]):
            if obj not in found:
                found.append(obj)
                belief.mentioned.append(obj.name)
        if group.either and found:
            break
    return found


def choose_one(
    item: Thing | Pronoun, belief: Belief, *, moving: SceneObject | None = None, taken: Sequence[str] = ()
) -> list[SceneObject]:
    """The objects that one phrase means.

    Raises:
        Declined: something is not there, or it is not clear which is meant.
    """
    if isinstance(item, Pronoun):
        return _antecedent(item, belief, moving)
    if not item.match and (bound := belief.bound.get(phrasing.thing(item))):
        return [belief[name] for name in bound if name in belief.objects]
    if item.names:
        missing = [n for n in item.names if n not in belief.objects]
        if missing:
            raise Declined(f"There is no {missing[0]}; I see: {belief.names}.")
        return [belief[n] for n in item.names]
    found = candidates(item, belief, moving=moving)
    if not found:
        raise _missing(item, belief)
    return _as_many(item, found, belief, taken)


def candidates(item: Thing, belief: Belief, *, moving: SceneObject | None = None) -> list[SceneObject]:
    """Everything that fits the phrase, before asking how many are meant.

    Raises:
        Declined: a thing that the phrase is described by is not there.
    """
    if item.category in OF_STACKS:
        found = OF_STACKS[item.category](belief)
    else:
        found = [o for o in belief.objects.values() if _is_a(o, item)]
    if item.colors:
        found = colored(found, item.colors)
    for test in item.where:
        if test.relation in ("common", "unique"):
            found = by_rarity(test.relation, found)
            continue
        kept = [o for o in found if _described(o, item, test, belief) != test.negated]
        if test.relation == "region" and not item.many and isinstance(test.to, Place) and len(kept) != 1:
            kept = [o for o in most_toward(test.to, kept or found) if kept or _almost_in(o, test.to, belief)]
        found = kept
    if item.match and moving is not None:
        found = [o for o in found if (o.color == moving.color) == (item.match == "same")]
    if item.exceptions:
        excluded = {o.name for o in _excluded(item.exceptions, belief)}
        found = [o for o in found if o.name not in excluded]
    if item.other:
        found = [o for o in found if o.name not in belief.spoken]
        kinds = {belief[n].category for n in belief.subjects if n in belief.objects}
        if not item.category:  # "the other one" is one more of what was moved
            found = [o for o in found if o.category in kinds] or found
    if item.size and found:
        found = sized(item, found)
    for order in item.orders:
        found = ranked(order, found, belief, count=item.count if item.many and order.rank == 1 else None)
    return found


def ranked(
    order: Order, found: Sequence[SceneObject], belief: Belief, *, count: int | None = None
) -> list[SceneObject]:
    """The one (or the first `count`) of `found` that has the place in the ranking; empty when there are too few."""
    if order.key == "pair":
        pairs = itertools.combinations(found, 2)
        return list(min(pairs, key=lambda p: math.dist(p[0].position[:2], p[1].position[:2]), default=()))
    volumes = [math.prod(o.size) for o in found]
    if order.key in ("large", "small") and len(found) > 1 and max(volumes) < ALIKE * min(volumes):
        raise Declined(f"{_names(found)} are all of about the same size; name the one you mean.")
    ordered = sorted(found, key=ranking(order, belief))
    if isinstance(order.to, ThingGroup):
        anchors = {o.name for o in choose(order.to, belief)}
        ordered = [o for o in ordered if o.name not in anchors]
    if count:
        return ordered[:count]
    index = order.rank - 1 if order.rank > 0 else order.rank
    return [ordered[index]] if -len(ordered) <= index < len(ordered) else []


def ranking(order: Order, belief: Belief) -> Key:
    """What the ranking sorts by."""
    if isinstance(order.to, ThingGroup | Place):
        if isinstance(order.to, Place):
            anchor = belief.workspace.region(order.to.name).center
        else:
            anchor = choose(order.to, belief)[0].position[:2]
        sign = 1 if order.key == "near" else -1
        return lambda o: sign * math.dist(o.position[:2], anchor)
    return KEYS[order.key]


def holds(obj: SceneObject, test: Where, belief: Belief) -> bool:
    """Whether a condition is true of an object, negation aside."""
    if test.relation == "color":
        return obj.color in test.colors
    if test.relation in STATES:
        return is_worked(test.relation, obj)
    if test.relation == "lone":
        return not belief.carried(obj.name)
    if isinstance(test.to, Place):
        return in_place(obj, test.to, belief)
    assert test.to is not None
    others = [o for o in choose(test.to, belief) if o.name != obj.name]
    if not others:
        return False
    if test.relation == "with":
        return any(whole_of(part, belief) == obj for part in choose(test.to, belief))
    if test.relation == "between":
        return between(obj, others)
    return any(related(test.relation, obj, o) for o in others)


def _described(obj: SceneObject, item: Thing, test: Where, belief: Belief) -> bool:
    """Whether a condition is true of what a phrase speaks of: a tower stands where its lowest part does."""
    parts = stack_under(obj, belief) if item.category == "tower" else [obj]
    return any(holds(part, test, belief) for part in parts)


def _is_a(obj: SceneObject, item: Thing) -> bool:
    if item.unknown:
        return False
    if item.category == "thing":
        return obj.category != "zone"
    if item.category in ("", "object"):
        if item.many and not item.colors:
            return movable(obj)
        return obj.category != "zone"
    return obj.category in _CATEGORIES.get(item.category, (item.category,))


def _almost_in(obj: SceneObject, place: Place, belief: Belief) -> bool:
    """Whether a thing is near enough to a corner to be "the block in the corner"; a side is always relative."""
    if "corner" not in place.name or place.name == "corner":
        return True
    return belief.workspace.region(place.name).contains(obj.position, -NEAR)


def _excluded(group: ThingGroup, belief: Belief) -> list[SceneObject]:
    found: list[SceneObject] = []
    for item in group.items:
        found += candidates(item, belief) if isinstance(item, Thing) else choose_one(item, belief)
    if not found:
        raise Declined(f"There is no {phrasing.group(group)}; I see: {belief.names}.")
    return found


def _antecedent(item: Pronoun, belief: Belief, moving: SceneObject | None) -> list[SceneObject]:
    if moving is not None and belief.targets and belief.targets[-1] != moving.name:
        names = belief.targets if item.plural else belief.targets[-1:]
        if moving.name in belief.subjects or not belief.subjects:
            return [belief[n] for n in names if n in belief.objects]
    if moving is None and belief.moving:
        return [belief[n] for n in belief.moving if n in belief.objects]
    spoken = (belief.company if item.plural else ()) or belief.subjects
    names = [n for n in spoken if n in belief.objects and (moving is None or n != moving.name)]
    if not names and moving is not None:
        names = [n for n in reversed(belief.mentioned) if n != moving.name and n in belief.objects][:1]
    loose = [o for o in belief.objects.values() if movable(o)]
    if not names and item.plural and moving is None and len({o.category for o in loose}) == 1 and len(loose) > 1:
        return loose  # "stack them all", where there is only one kind of thing to stack
    if item.plural and moving is None and len(names) == 1:  # "if A is left of B, swap them"
        names += [n for n in belief.targets if n in belief.objects and n not in names]
    if not names:
        word = "them" if item.plural else "it"
        raise Declined(f"I do not know what {word!r} means here; name the object, for example one of: {belief.names}.")
    if moving is not None and not item.plural and len(names) > 1 and belief[names[-1]].on in names:
        names = names[-1:]  # of a tower, its top
    return [belief[n] for n in names]


def _as_many(item: Thing, found: list[SceneObject], belief: Belief, taken: Sequence[str]) -> list[SceneObject]:
    if item.quantity == "both" and len(found) != 2:
        raise Declined(f"I cannot tell which two {phrasing.noun(item)}s you mean; I see: {_names(found)}.")
    if item.compare == "half":
        if len(found) % 2:
            raise Declined(f"{len(found)} {phrasing.plural(phrasing.noun(item))} have no half: {_names(found)}.")
        return _handiest(found, belief)[: len(found) // 2]
    if item.many:
        if item.count is None:
            return found
        fresh = [o for o in found if o.name not in taken]
        if len(fresh) < item.count:
            raise Declined(
                f"There are only {len(fresh)} {phrasing.plural(phrasing.noun(item))}, not {item.count}; "
                f"I see: {belief.names}."
            )
        return _handiest(fresh, belief)[: item.count] if len(fresh) > item.count else fresh
    if len(found) == 1:
        return found
    if item.category in ("", "object") and len(loose := [o for o in found if movable(o)]) == 1:
        return loose
    if item.quantity in ("a", "") or item.count == 1 or item.distinct:
        fresh = [o for o in found if o.name not in taken and o.name not in belief.spoken]
        loose = [o for o in fresh if movable(o)] if item.category in ("", "object") else []
        return _handiest(loose or fresh or found, belief)[:1]
    toward = [
        w
        for w in item.where
        if w.relation in ("left", "right", "top", "bottom", "near") and isinstance(w.to, ThingGroup)
    ]
    if toward and isinstance(toward[0].to, ThingGroup):
        anchor = choose(toward[0].to, belief)[0]
        return [min(found, key=lambda o: math.dist(o.position[:2], anchor.position[:2]))]
    recent = [o for o in found if o.name in (*belief.subjects, *belief.targets)]
    if len(recent) == 1:
        return recent
    raise Declined(
        f"Which {phrasing.noun(item)} do you mean? I see {len(found)}: {_names(found)}. "
        f'You can say, for example, "the leftmost {phrasing.noun(item)}" or use one of these names.'
    )


def _handiest(found: Sequence[SceneObject], belief: Belief) -> list[SceneObject]:
    """Things that stand free on the table first."""
    return sorted(found, key=lambda o: (bool(belief.carried(o.name)), o.on != "table", o.name))


def _names(found: Sequence[SceneObject]) -> str:
    return ", ".join(sorted(o.name for o in found))


def _missing(item: Thing, belief: Belief) -> Declined:
    if item.unknown:
        return Declined(f"I do not know what {item.unknown!r} is; I see: {belief.names}.")
    if item.orders or item.where or item.match or item.exceptions or item.other:
        base = replace(item, orders=(), where=(), match=None, exceptions=None, other=False, quantity="a")
        if candidates(base, belief):
            return Declined(f"No {phrasing.noun(item)} fits {phrasing.thing(item)!r}; I see: {belief.names}.")
    return Declined(f"There is no {phrasing.noun(item)}; I see: {belief.names}.")
