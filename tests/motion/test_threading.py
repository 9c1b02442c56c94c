"""A nut goes over a peg down to its plate, and nothing else goes there."""

from __future__ import annotations

import math

import pytest

from primitives import relations
from primitives.categories import PEG_PLATE
from primitives.failures import BadArgument, Blocked
from primitives.motion.placing.spots import spots
from tests.motion.things import objects, thing

PEG = thing("green peg", "peg", position=(0.5, 0.0, 0.03), size=(0.08, 0.08, 0.06))


def nut(x, z):
    return thing("red nut", "nut", position=(x, 0.0, z), size=(0.055, 0.055, 0.02))


@pytest.mark.parametrize(
    ("x", "z", "holds"),
    [
        (0.50, 0.024, True),
        (0.508, 0.026, True),
        (0.515, 0.024, False),  # the post is not in the middle of the hole
        (0.50, 0.070, False),  # it lies on the tip of the post
        (0.52, 0.045, False),  # it hangs askew
    ],
)
def test_a_nut_is_on_a_peg_that_goes_through_it(x, z, holds):
    assert bool(relations.on(nut(x, z), PEG)) is holds
    assert relations.supporter(nut(x, z), [PEG]) == ("green peg" if holds else "table")


def test_it_is_let_go_around_the_post_above_the_plate():
    first, *higher = spots(nut(0.4, 0.01), PEG, [PEG])
    assert PEG_PLATE < first.position[2] - 0.01 < 0.022
    for spot in (first, *higher):
        assert spot.position[:2] == PEG.position[:2]
        assert spot.position[2] - 0.01 < PEG.top - 0.01
        assert spot.rest == first.rest
        assert spot.reach < 0.015


@pytest.mark.slow
def test_a_nut_is_put_over_a_peg_and_taken_off_again(environment, trial):
    server = trial(objects("red nut 0.45 0.15", "green peg 0.5 -0.1"))
    server.invoke("put", "red nut", "green peg")
    now = environment.world()
    assert math.dist(now["red nut"].position[:2], now["green peg"].position[:2]) < 0.006
    assert now["red nut"].position[2] == pytest.approx(0.024, abs=0.001)
    assert server.invoke("on", "red nut", "green peg")
    assert server.invoke("find", "red nut").on == "green peg"
    server.invoke("put", "red nut", (0.4, 0.15))
    assert environment.world()["red nut"].position == pytest.approx((0.4, 0.15, 0.01), abs=0.005)


@pytest.mark.slow
def test_what_does_not_go_over_a_peg_is_not_even_picked(environment, trial):
    nuts = ("blue nut 0.4 0 0.05", "orange nut 0.6 0.1 0.07", "pink nut 0.6 0 0.07")
    server = trial(objects("red block 0.45 0.15", "green peg 0.5 -0.1 0.1", *nuts))
    with pytest.raises(BadArgument, match="goes through nuts only"):
        server.invoke("put", "red block", "green peg")
    with pytest.raises(Blocked, match="too thick"):
        server.invoke("put", "blue nut", "green peg")
    assert server.robot_time == 0.0
    server.invoke("put", "orange nut", "green peg")  # dropped from half way up, so long is the post
    before = server.robot_time
    with pytest.raises(Blocked, match="orange nut already rests on green peg"):
        server.invoke("put", "pink nut", "green peg")
    assert server.robot_time == before
