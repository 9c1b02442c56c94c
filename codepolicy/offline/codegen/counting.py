"""As many of some things as there are of others."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import candidates, choose
from codepolicy.offline.parser.meaning import At, Put, PutAsMany, Thing, ThingGroup, only


def counted_out(belief: Belief, command: PutAsMany) -> Put:
    """The command with its number: those that are there already count, and stay."""
    item, counted = command.what.items[0], command.counted.items[0]
    if not isinstance(item, Thing) or not isinstance(counted, Thing):
        raise Declined("As many of what? Name the things.")
    number = len(choose(only(replace(counted, quantity="all", plural=True)), belief)) * (item.count or 1)
    found = candidates(replace(item, count=None, quantity="all", plural=True), belief)
    if number > len(found):
        raise Declined(f"That takes {number} {phrasing.plural(phrasing.noun(item))}, and there are {len(found)}.")
    target = choose(command.to.things, belief)[0].name if isinstance(command.to, At) else ""
    found.sort(key=lambda o: (o.on != target, bool(belief.carried(o.name)), o.on != "table", o.name))
    names = tuple(o.name for o in found[:number])
    return Put(ThingGroup((Thing(item.category, names=names, plural=number > 1),)), command.to)
