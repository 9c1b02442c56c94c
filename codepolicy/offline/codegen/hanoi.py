"""Writing programs that move a tower by the rules of the Tower of Hanoi: one disc at a time, none on a smaller one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from codepolicy.offline.codegen.handling import remember, state_in
from codepolicy.offline.codegen.program_writer import Writer, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.standing_stacks import OF_STACKS, stack_under
from codepolicy.offline.parser.meaning import Hanoi, ThingGroup
from primitives.scene import SceneObject

_DISCS = "the discs, smallest first"
_PLACES = "the three places"
_DISTINCT = 0.004
"""By how much in m one disc is wider than the next, so that the rules say which may lie on which."""


def write_hanoi(writer: Writer, command: Hanoi) -> None:
    """Add what moves the tower.

    Raises:
        Declined: there is no such tower, or there are not three places.
    """
    belief = writer.belief
    if command.to is None:
        raise Declined('Where should the tower go? Say, for example, "from the red zone to the blue zone".')
    target = _single(command.to, belief)
    if _DISCS in belief.bound and _PLACES in belief.bound:  # a tower that is on its way stands nowhere as a whole
        discs = [belief[name] for name in belief.bound[_DISCS] if name in belief.objects]
        places = list(belief.bound[_PLACES])
    else:
        tower = _tower(belief, command)
        _check_sizes(tower)
        discs, source = tower, belief[tower[-1].on]
        places = [source.name, *_spare(command, belief, source, target), target.name]
    names = [disc.name for disc in discs]
    remember(writer, discs, [target])
    writer.write(
        f"discs = {tuple_of(names)}  # {_DISCS}: {', '.join(names)}",
        f"places = {tuple_of(places)}  # {_PLACES}: {', '.join(places)}",
        f"solve(discs, places, {quoted(target.name)})",
    )
    below = target
    for disc in reversed(discs):
        writer.moved(disc.name)
        belief.set_on(disc.name, below.name)
        below = belief[disc.name]
    for disc, under in itertools.pairwise([*(belief[n] for n in names), target]):
        state_in(writer, disc, under)
    writer.summary.append(f"move the tower of {phrasing.listed(names)} to the {target.name}, none on a smaller one")


def _single(group: ThingGroup, belief: Belief) -> SceneObject:
    found = choose(group, belief)
    if len(found) != 1:
        raise Declined(f"A tower goes to one place, not to {phrasing.listed([o.name for o in found])}.")
    return found[0]


def _tower(belief: Belief, command: Hanoi) -> list[SceneObject]:
    """The tower that is meant, from the top down; it stands on a place, not on the bare table."""
    towers = [stack_under(top, belief) for top in OF_STACKS["tower"](belief)]
    if command.at is not None:
        place = _single(command.at, belief)
        towers = [t for t in towers if t[-1].on == place.name]
        if not towers:
            raise Declined(f"No tower stands on the {place.name}; I see: {belief.names}.")
    if len(towers) != 1:
        tops = phrasing.listed([t[0].name for t in towers])
        raise Declined(f"Which tower do you mean? The uppermost of each is: {tops}.")
    if towers[0][-1].on not in belief.objects:
        raise Declined("The tower stands on the bare table; the Tower of Hanoi takes three places, such as zones.")
    return towers[0]


def _check_sizes(tower: Sequence[SceneObject]) -> None:
    for upper, lower in itertools.pairwise(tower):
        if upper.size[0] > lower.size[0] - _DISTINCT:
            raise Declined(
                f"The {upper.name} ({upper.size[0]:.3f} m) lies on the {lower.name} ({lower.size[0]:.3f} m) and is not "
                "smaller, so the rules of the Tower of Hanoi say nothing about this tower."
            )


def _spare(command: Hanoi, belief: Belief, source: SceneObject, target: SceneObject) -> list[str]:
    """The name of the third place."""
    if source.name == target.name:
        raise Declined(f"The tower stands on the {target.name} already.")
    if command.by_way_of is not None:
        return [_single(command.by_way_of, belief).name]
    alike = [o for o in belief.objects.values() if o.category == target.category]
    others = [o for o in alike if o.name not in (source.name, target.name) and not belief.carried(o.name)]
    if len(others) != 1:
        seen = phrasing.listed([o.name for o in others])
        raise Declined(f"The Tower of Hanoi takes a third, empty {target.category}, and I see {seen}; say which.")
    return [others[0].name]
