"""Things put together stay what they are: bridges, towers, pyramids, tableware; tall, flat and long blocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.perception.conftest import Look

See = Callable[..., Look]

SCENES = {
    "a beam across two pillars": (
        "yellow block 0.5 -0.05 0.02 0.04 0",
        "yellow block 0.5 0.05 0.02 0.04 0",
        "blue block 0.5 0.0 0.055 0.16x0.04x0.03 1.5708",
    ),
    "cylinders of unequal width": (
        "blue cylinder 0.6 -0.2 0.025 0.06x0.06x0.05 0",
        "yellow cylinder 0.6 -0.2 0.075 0.055x0.055x0.05 0",
        "green cylinder 0.6 -0.2 0.125 0.045x0.045x0.05 0",
        "orange cylinder 0.6 -0.2 0.175 0.04x0.04x0.05 0",
    ),
    "a tall block": ("red block 0.45 0.1 0.06 0.04x0.04x0.12 0.3",),
    "two cubes turned against each other": ("red block 0.45 0.1 0.02 0.04 0.3", "red block 0.45 0.1 0.0601 0.04 0.1"),
    "the middle of a pyramid": (
        "red block 0.5 -0.0212 0.021 0.042 0",
        "red block 0.5 0.0212 0.021 0.042 0",
        "red block 0.5 0.0 0.0631 0.042 0",
    ),
    "a slab": ("red block 0.45 0.1 0.01 0.12x0.08x0.02 0.3",),
    "a plank": ("navy block 0.45 0.1 0.015 0.15x0.03x0.03 -0.7",),
    "a flat square block": ("white block 0.45 0.1 0.015 0.06x0.06x0.03 0.1",),
    "two planks side by side": (
        "teal block 0.5 0.0 0.015 0.1x0.04x0.03 0",
        "teal block 0.5 0.0405 0.015 0.1x0.04x0.03 0",
    ),
    "a block on a block of twice its width": ("gray block 0.5 0.0 0.03 0.06 0", "lime block 0.5 0.0 0.0752 0.03 0.6"),
    "a mug on a plate": ("white plate 0.5 -0.15", "blue mug 0.5 -0.15 0.052"),
    "a bowl on a plate": ("yellow plate 0.5 -0.15", "gray bowl 0.5 -0.15 0.0271 0.12"),
}


@pytest.mark.parametrize("what", SCENES)
def test_what_is_put_together_is_seen_as_its_parts(see: See, what: str) -> None:
    result = see(*SCENES[what], seed=1)
    assert sorted(result.names) == sorted(" ".join(line.split()[:2]) for line in SCENES[what])
    for state in result.truth.values():
        near = [o for o in result.seen if (o.color, o.category) == (state.color, state.category)]
        assert min(abs(o.position[2] - state.position[2]) for o in near) < 0.004
