"""Which of several readings of a clause is meant."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import candidates
from codepolicy.offline.parser.clause_joining import lifts
from codepolicy.offline.parser.command_rules import Bare, BareTo, Incomplete, Several
from codepolicy.offline.parser.meaning import Again, ArrangementShape, Place, Put, Thing, ThingGroup
from codepolicy.offline.parser.traversal import instances, things_in

UNLIKELY = 100


def cost(reading: object, belief: Belief, *, picks: bool) -> int:
    """How unlikely a reading is.

    Args:
        reading: what a clause could mean.
        belief: the scene it is said in.
        picks: whether the clause could also mean that something is picked up.
    """
    if isinstance(reading, Incomplete):
        return UNLIKELY
    total = 8 if isinstance(reading, Bare | BareTo) else int(isinstance(reading, Again))
    if picks and isinstance(reading, Put | Several) and not lifts(reading):
        total += 2 if isinstance(reading, Put) else 10
    for thing in things_in(reading):
        total += _oddity(thing, belief)
    for group in instances(reading, ThingGroup):
        total += 2 * group.either
        whole = [i for i in group.items if isinstance(i, Thing) and i.plural and not (i.colors or i.where or i.other)]
        total += 4 * any(
            i.category == w.category and i is not w
            for w in whole
            for i in group.items
            if isinstance(i, Thing) and not i.other
        )
    total -= 3 * any(shape.around is not None for shape in instances(reading, ArrangementShape))
    for place in instances(reading, Place):
        total += 3 * (
            place.name.split()[0] in ("left", "right", "top", "bottom")
            and place.name.count(" ") == 1
            and "corner" in place.name
        )
    return total


def _oddity(thing: Thing, belief: Belief) -> int:
    """How little a phrase helps: what needs no description is seldom described, so other readings are likelier."""
    total = 2 * bool(thing.unknown) + (not thing.category and not thing.colors and not thing.many)
    if not thing.where:
        return total
    if thing.many:
        return total + 2
    if thing.quantity in ("a", ""):  # "one on the left": seldom one that is there
        total += 3 * any(w.relation in ("region", "left", "right", "top", "bottom") for w in thing.where)
    bare = replace(thing, where=(), match=None)
    try:
        return total + (3 if len(candidates(bare, belief)) == 1 else 0)
    except Declined:
        return total
