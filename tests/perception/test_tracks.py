"""What a look through the arm says, and what it does not say."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.perception.tracking.occlusion import behind_robot
from primitives.perception.tracking.tracks import Tracks
from tests.perception.things import EmptyTable, thing

BLOCK = thing("red block", 0.49, 0.0)


def frames(arm: slice | None = None):
    """What the camera above the table sees with an arm in the `arm` columns of its image, half a metre up."""
    camera = EmptyTable()
    if arm is not None:
        camera.depth[:, arm] = 0.5
    return [camera.frame(after=0.0, timeout_s=1.0)]


def high(points: np.ndarray) -> np.ndarray:
    return points[:, 2] > 0.3


@pytest.mark.parametrize(
    ("arm", "partly"), [(slice(0, 64), True), (slice(32, 64), True), (slice(40, 64), False), (None, False)]
)
def test_the_arm_hides_a_part_of_a_thing_or_nothing(arm: slice | None, partly: bool) -> None:
    assert behind_robot([BLOCK], frames(arm), high) == [partly]


def test_what_another_thing_hides_is_not_behind_the_robot() -> None:
    assert behind_robot([BLOCK], frames(slice(0, 64)), lambda points: points[:, 2] > 0.9) == [False]


def test_a_look_through_the_arm_invents_nothing() -> None:
    tracks = Tracks()
    tracks.update([BLOCK], frames())
    ghost = thing("white block", 0.6, 0.1, 0.1)
    assert tracks.update([BLOCK, ghost], frames(), partial=[False, True]) == [BLOCK]
    assert len(tracks.update([BLOCK, ghost], frames(), partial=[False, False])) == 2


def test_of_a_first_look_everything_counts() -> None:
    assert len(Tracks().update([BLOCK], frames(), partial=[True])) == 1


def test_what_is_half_hidden_keeps_its_size() -> None:
    tracks = Tracks()
    tracks.update([BLOCK], frames())
    longer = thing("red block", 0.492, 0.0, 0.04, size=(0.04, 0.04, 0.08))
    (known,) = tracks.update([longer], frames(), partial=[True])
    assert known.size == BLOCK.size and known.position == BLOCK.position
    (pushed,) = tracks.update([thing("red block", 0.6, 0.1, 0.02, size=(0.02, 0.04, 0.04))], frames(), partial=[True])
    assert pushed.size == BLOCK.size and pushed.position == pytest.approx((0.6, 0.1, 0.02))


def test_what_was_let_go_under_the_hand_is_believed_there_until_it_is_seen() -> None:
    tracks = Tracks()
    tracks.update([BLOCK], frames())
    tracks.move(thing("red block", 0.49, 0.05, 0.06))
    (there,) = tracks.update([], frames(slice(0, 64)))
    assert there.position == (0.49, 0.05, 0.06) and there.size == BLOCK.size and there.confidence < 0.5
    (seen,) = tracks.update([thing("red block", 0.49, 0.06, 0.06)], frames())
    assert seen.position == (0.49, 0.06, 0.06)


BLUE = [thing("blue block", 0.49, 0.0), thing("blue block", 0.49, 0.041)]


def test_what_two_known_things_are_seen_as_stays_two() -> None:
    tracks = Tracks()
    first = tracks.update(BLUE, frames())
    one = thing("blue object", 0.49, 0.02, size=(0.04, 0.082, 0.04))
    again = tracks.update([one], frames())
    assert again == first and [o.size for o in again] == [o.size for o in first]
    assert all(o.confidence <= 0.5 for o in again)


def test_nothing_new_is_where_something_known_is() -> None:
    tracks = Tracks()
    tracks.update([BLOCK], frames())
    shade = thing("maroon block", 0.50, 0.0, 0.015, size=(0.03, 0.03, 0.03), confidence=0.9)
    assert tracks.update([BLOCK, shade], frames()) == [BLOCK]


def test_a_thing_that_leans_is_the_one_that_was_put_there() -> None:
    tracks = Tracks()
    tracks.update([BLOCK], frames())
    tracks.move(thing("red block", 0.6, 0.1, 0.04))
    leaning = thing("red object", 0.56, 0.1, 0.035, size=(0.053, 0.039, 0.017), confidence=0.4)
    (seen,) = tracks.update([leaning], frames())
    assert (seen.name, seen.category, seen.size) == ("red block", "block", BLOCK.size)


def test_what_was_pushed_together_stays_two_things() -> None:
    tracks = Tracks()
    left, right = thing("red block 1", 0.48, 0.06), thing("red block 2", 0.48, -0.06)
    tracks.update([thing("red block", 0.48, 0.06), thing("red block", 0.48, -0.06)], frames())
    whole = thing("red block", 0.48, 0.075, size=(0.08, 0.04, 0.04), yaw=np.pi / 2)
    for _ in range(2):
        now = tracks.update([whole], frames())
        assert [o.name for o in now] == [left.name, right.name]
        assert now[0].position == pytest.approx((0.48, 0.095, 0.02)) and now[1].position == pytest.approx(
            (0.48, 0.055, 0.02)
        )
        assert all(o.size == pytest.approx(left.size) and o.confidence <= 0.5 for o in now)


def test_what_stays_in_its_place_is_no_part_of_a_longer_one() -> None:
    tracks = Tracks()
    tracks.update([thing("red block", 0.48, 0.06), thing("blue block", 0.48, -0.06)], frames())
    longer = thing("red block", 0.48, 0.075, size=(0.08, 0.04, 0.04), yaw=np.pi / 2)
    assert [o.size[0] for o in tracks.update([longer], frames())] == [0.08]


def test_the_rim_of_a_filled_mug_is_no_new_thing() -> None:
    tracks = Tracks()
    size = (0.11, 0.08, 0.09)
    tracks.update([thing("white mug", z=0.045, size=size)], frames())
    low = thing("white mug", z=0.0246, size=(0.075, 0.075, 0.027))
    rim = thing("white cylinder", z=0.082, size=(0.08, 0.08, 0.013), confidence=0.05)
    assert [o.name for o in tracks.update([low, rim], frames())] == ["white mug"]
    other = thing("blue cylinder", z=0.082, size=(0.08, 0.08, 0.013), confidence=0.05)
    assert len(tracks.update([low, other], frames())) == 2
