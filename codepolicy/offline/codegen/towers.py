"""Writing the part of a program that puts things on each other."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from codepolicy.offline.codegen.handling import check_fits, make_belief_free, state_in
from codepolicy.offline.codegen.program_writer import Writer, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.spatial_relations import related
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject


def write_tower(writer: Writer, tower: Sequence[SceneObject], phrase: str = "the tower") -> None:
    """Add what puts the things on each other; the first is at the bottom."""
    belief = writer.belief
    for lower, upper in itertools.pairwise(tower):
        check_fits(upper, lower, "on")
    names = [o.name for o in tower]
    writer.summary.append(f"stack {phrasing.listed(names)}, from the bottom up")
    position = {name: i for i, name in enumerate(names)}
    # whatever lies on a member and does not belong there is taken off first
    for obj in tower:
        riders = [r for r in belief.carried(obj.name) if obj.category not in CONTAINERS]
        place = position[obj.name]
        stands = place == 0 or bool(related("on", belief[obj.name], tower[place - 1]))
        if any(not stands or position.get(r.name, -1) != place + 1 for r in riders):
            writer.write(f"uncover(find({quoted(obj.name)}))")
            for rider in reversed(riders):
                make_belief_free(writer, rider)
    writer.write(f"tower = {tuple_of(names)}  # {phrase}, from the bottom up: {', '.join(names)}")
    writer.write(
        "for lower, upper in zip(tower, tower[1:]):", "    if not on(upper, lower):", "        put(upper, lower)"
    )
    for lower, upper in itertools.pairwise(names):
        if not related("on", belief[upper], belief[lower]):
            writer.moved(upper)
            belief.set_on(upper, lower)
        state_in(writer, belief[upper], belief[lower])
