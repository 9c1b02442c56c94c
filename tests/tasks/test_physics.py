"""With real physics, cameras and primitives: oracles win, decoys and doing nothing lose. Few seeds; the oracle table
has the many."""

from __future__ import annotations

import oracle
import pytest

SAMPLE = (
    ("put-block-in-bowl", 0),
    ("put-block-on-block", 1),
    ("cap-put-nth-block", 2),
    ("ravens-packing-shapes", 0),
    ("manip-unstack", 0),
    ("reason-swap", 1),
    ("reason-decline-missing", 0),
    ("reason-put-back", 0),
    ("ravens-towers-of-hanoi", 0),
    ("lift-block", 0),
    ("manip-wipe-spill", 0),
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("task", "seed"), SAMPLE)
def test_oracle_wins_and_the_others_lose(task, seed):
    outcomes = oracle.play(oracle.Job(task, (seed,), "rgbd", seed + 1))
    assert len(outcomes) >= 3
    for outcome in outcomes:
        assert outcome.won == (outcome.program == oracle.ORACLE), outcome
