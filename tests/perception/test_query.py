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


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(BadArgument, match="'shiny'"):
        find("shiny block", SCENE)


def test_nothing_in_view() -> None:
    with pytest.raises(NotFound, match="I see: nothing"):
        find("red block", [])
