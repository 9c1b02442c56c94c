"""Queries mean what people mean by them."""

from __future__ import annotations

import pytest

from primitives.failures import Ambiguous, BadArgument, NotFound
from primitives.perception.queries import find, matches
from tests.perception.things import thing

SCENE = [
    thing("red block", 0.40, 0.20),
    thing("red block 2", 0.50, 0.00),
    thing("blue block", 0.60, -0.20, size=(0.06, 0.06, 0.06)),
    thing("gray block", 0.45, -0.10, size=(0.03, 0.03, 0.03)),
    thing("purple bowl", 0.55, 0.25),
    thing("green bowl", 0.35, -0.25),
    thing("yellow zone", 0.65, 0.05),
]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("red block", "red block"),
        ("the red block 2", "red block 2"),
        ("Blue Cube", "blue block"),
        ("grey block", "gray block"),
        ("violet bowl", "purple bowl"),
        ("largest block", "blue block"),
        ("the smallest block", "gray block"),
        ("biggest red bowl", None),
        ("leftmost bowl", "purple bowl"),
        ("rightmost block", "blue block"),
        ("second block from the left", "red block 2"),
        ("2nd block from the right", "gray block"),
        ("last block from the left", "blue block"),
        ("first block from the top", "blue block"),
        ("third block from the bottom", "red block 2"),
        ("block on the left", "red block"),
        ("nearest block", "red block"),
        ("farthest bowl", "purple bowl"),
        ("yellow object", "yellow zone"),
        ("the green thing", "green bowl"),
        ("blue one", "blue block"),
        ("fifth block from the left", None),
        ("pink block", None),
    ],
)
def test_find(query: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(NotFound) as caught:
            find(query, SCENE)
        assert caught.value.candidates == tuple(o.name for o in SCENE)
    else:
        assert find(query, SCENE).name == name


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("blocks", ["red block", "red block 2", "blue block", "gray block"]),
        ("all the cubes", ["red block", "red block 2", "blue block", "gray block"]),
        ("red blocks", ["red block", "red block 2"]),
        ("both red blocks", ["red block", "red block 2"]),
        ("dishes", ["purple bowl", "green bowl"]),
        ("gray objects", ["gray block"]),
        ("everything", [o.name for o in SCENE]),
        ("balls", []),
    ],
)
def test_matches(query: str, names: list[str]) -> None:
    assert [o.name for o in matches(query, SCENE)] == names


def test_ambiguous_lists_the_candidates() -> None:
    with pytest.raises(Ambiguous, match="2 objects") as caught:
        find("bowl", SCENE)
    assert caught.value.candidates == ("purple bowl", "green bowl")


def test_equally_large_things_are_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        find("largest bowl", SCENE)


TWINS = [thing("blue block 1", 0.6, 0.15, size=(0.05,) * 3), thing("blue block 2", 0.4, -0.1, size=(0.03,) * 3)]


def test_what_describes_two_things_means_both() -> None:
    assert matches("blue block", TWINS) == TWINS
    assert [o.name for o in matches("blue block 2", TWINS)] == ["blue block 2"]
    with pytest.raises(Ambiguous) as caught:
        find("blue block", TWINS)
    assert caught.value.candidates == ("blue block 1", "blue block 2")
    assert find("blue block 1", TWINS) is TWINS[0]


def test_a_name_that_was_given_stays_when_a_twin_appears() -> None:
    assert find("red block", SCENE) is SCENE[0]
    assert [o.name for o in matches("red block", SCENE)] == ["red block", "red block 2"]


def test_of_what_has_an_unknown_name_there_is_nothing() -> None:
    assert matches("apple", SCENE) == matches("red water bottles", SCENE) == []
    with pytest.raises(NotFound, match="no apple; I see: red block, red block 2"):
        find("the apple", SCENE)


@pytest.mark.parametrize("place", ["left side", "the top-left corner", "middle", "table"])
def test_a_place_is_no_object(place: str) -> None:
    with pytest.raises(BadArgument, match="is a place") as caught:
        matches(place, SCENE)
    assert "region(" in (caught.value.hint or "")


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(BadArgument, match="'shiny'"):
        find("shiny block", SCENE)


def test_nothing_in_view() -> None:
    with pytest.raises(NotFound, match="I see: nothing"):
        find("red block", [])
