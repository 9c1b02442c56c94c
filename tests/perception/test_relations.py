"""Relations hold where a person says they do, and say why."""

from __future__ import annotations

import numpy as np
import pytest

from primitives import relations
from primitives.perception.region_names import named_region
from primitives.relations import MARGIN
from primitives.scene import REGION_NAMES, Relation, Workspace
from tests.perception.things import thing

BOWL = thing("green bowl", 0.5, 0.0, 0.025)
ZONE = thing("yellow zone", 0.5, 0.0, 0.0005)
BLOCK = thing("blue block", 0.5, 0.0, 0.02)


@pytest.mark.parametrize(
    ("relation", "a", "b", "holds"),
    [
        ("inside", thing("red block", 0.51, 0.01, 0.03), BOWL, True),
        ("inside", thing("red block", 0.60, 0.0, 0.02), BOWL, False),
        ("inside", thing("red block", 0.52, 0.0, 0.0605), BOWL, True),  # on another block in it
        ("inside", thing("red block", 0.52, 0.0, 0.0695), BOWL, False),  # on the rim
        ("inside", thing("red block", 0.5, 0.0, 0.09), BOWL, False),  # hovers above the rim
        ("inside", thing("red block", 0.5, 0.0, 0.06), BLOCK, False),
        ("inside", thing("red block", 0.54, 0.0, 0.02), ZONE, True),
        ("inside", thing("red block", 0.5, 0.0, 0.03, on="gripper"), BOWL, False),
        ("on", thing("red block", 0.5, 0.01, 0.06), BLOCK, True),
        ("on", thing("red block", 0.52, 0.0, 0.0595, yaw=0.5), BLOCK, True),
        ("on", thing("red block", 0.5, 0.0, 0.10), BLOCK, False),
        ("on", thing("red block", 0.545, 0.0, 0.06), BLOCK, False),
        ("on", BLOCK, thing("red block", 0.5, 0.0, 0.06), False),
        ("on", thing("red block", 0.5, 0.0, 0.03), BOWL, True),
        ("on", thing("red block", 0.5, 0.0, 0.02), ZONE, True),
        ("left_of", thing("red block", 0.5, 0.1), BLOCK, True),
        ("left_of", thing("red block", 0.5, 0.002), BLOCK, False),
        ("right_of", thing("red block", 0.5, -0.1), BLOCK, True),
        ("in_front_of", thing("red block", 0.4, 0.0), BLOCK, True),
        ("behind", thing("red block", 0.6, 0.0), BLOCK, True),
        ("behind", thing("red block", 0.4, 0.0), BLOCK, False),
    ],
)
def test_relation(relation: str, a, b, holds: bool) -> None:
    answer = getattr(relations, relation)(a, b)
    assert bool(answer) is holds
    assert a.name in answer.text
    assert " m" in answer.text or "gripper" in answer.text or "since nothing" in answer.text


def test_near_measures_the_gap() -> None:
    a, b = thing("red block", 0.5, 0.1), thing("blue block", 0.5, 0.0)
    assert relations.near(a, b, distance=0.061)
    assert not relations.near(a, b, distance=0.059)


def test_in_region() -> None:
    corner = Workspace().region("top left corner")
    assert relations.in_region(thing("red block", 0.65, 0.25), corner)
    assert not relations.in_region(thing("red block", 0.35, 0.25), corner)
    assert not relations.in_region(thing("red block", 0.65, 0.25, on="gripper"), corner)


def test_the_highest_carrier_supports() -> None:
    inner = thing("blue block", 0.5, 0.0, 0.028)
    upper = thing("red block", 0.5, 0.0, 0.068)
    everything = [ZONE, BOWL, inner, upper]
    assert relations.supporter(upper, everything) == "blue block"
    assert relations.supporter(inner, everything) == "green bowl"
    assert relations.supporter(BOWL, everything) == "yellow zone"
    assert relations.supporter(ZONE, everything) == "table"


@pytest.mark.parametrize("name", REGION_NAMES)
def test_every_region_is_found_by_its_name(name: str) -> None:
    assert named_region(name, Workspace()) == Workspace().region(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the top-left corner", "top left corner"),
        ("Lower right corner", "bottom right corner"),
        ("center of the table", "middle"),
        ("left edge", "left side"),
        ("the table", "table"),
        ("upper side", "top side"),
        ("corner", None),
        ("red block", None),
        ("", None),
    ],
)
def test_ways_to_say_a_region(text: str, name: str | None) -> None:
    found = named_region(text, Workspace())
    assert (found.name if found else None) == name


def test_relations_are_used_like_bools() -> None:
    true, false = Relation(True, "a is in b"), Relation(False, "c is 3 cm off")
    assert true == True and false == False and true != false and true == 1 and true == np.True_  # noqa: E712
    assert (true & False) == False and (True & true) and (false | True) and not (false | false)  # noqa: E712
    assert true ^ false and not true ^ True and not ~true and ~false
    assert sum([true, false, true]) == 2 and 1 - true == 0 and [true, false].count(True) == 1
    assert int(true) == 1 and float(false) == 0.0 and [5, 6][true] == 6 and max(false, true) == true
    assert {True: "yes"}[true] == "yes" and np.array([true, false]).sum() == 1
    assert (true & false).text == "a is in b; c is 3 cm off"


def test_two_looks_at_one_thing_are_equal() -> None:
    before, after, twin = thing("red block"), thing("red block", 0.5003, 0.2), thing("red block 2")
    assert before == after != twin
    assert after in [twin, before] and len({before, after, twin}) == 2


def test_what_was_measured_is_data() -> None:
    red, blue = thing("red block", 0.5, 0.1), thing("blue block", 0.5, 0.0)
    assert relations.near(red, blue, 0.1).values == {"gap (m)": pytest.approx(0.06), MARGIN: pytest.approx(0.04)}
    assert relations.left_of(red, blue).values == {"left of (m)": pytest.approx(0.1), MARGIN: pytest.approx(0.095)}
    both = relations.near(red, blue, 0.1) & relations.near(blue, thing("green block", 0.5, -0.2), 0.1)
    assert len(both.values) == 4
