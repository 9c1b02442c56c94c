"""What rests on what is asked after every motion: cheaply, and with the same answer as asking every pair."""

from __future__ import annotations

import random

import pytest

from primitives import relations
from tests.motion.things import thing

SIZES = {
    "block": (0.04, 0.06, 0.04),
    "bowl": (0.14, 0.14, 0.05),
    "box": (0.12, 0.10, 0.05),
    "plate": (0.16, 0.16, 0.02),
    "zone": (0.15, 0.15, 0.001),
    "nut": (0.055, 0.055, 0.02),
    "peg": (0.08, 0.08, 0.06),
}


@pytest.mark.parametrize("seed", range(20))
def test_nothing_that_carries_is_overlooked(seed):
    rng = random.Random(seed)
    things = []
    for n in range(25):
        category = rng.choice(list(SIZES))
        size = SIZES[category]
        low = rng.choice((0.0, 0.0, 0.008, 0.016, 0.02, 0.04, 0.06))
        position = (0.5 + rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1), low + size[2] / 2)
        things.append(thing(f"red {category} {n}", category, position=position, size=size, yaw=rng.uniform(-0.7, 0.7)))
    carried = 0
    for obj in things:
        carriers = {o.name for o in things if o.name != obj.name and relations.on(obj, o)}
        found = relations.supporter(obj, things)
        assert found in (carriers or {"table"})
        carried += bool(carriers)
    assert carried > 5


def test_no_outline_is_drawn_for_things_that_stand_apart(monkeypatch):
    monkeypatch.setattr(relations, "footprint", None)
    things = [thing(f"red block {n}", position=(0.3 + 0.06 * n, 0.0, 0.02)) for n in range(5)]
    things += [thing("blue bowl", "bowl", position=(0.5, 0.2, 0.025), size=SIZES["bowl"])]
    assert {relations.supporter(o, things) for o in things} == {"table"}
