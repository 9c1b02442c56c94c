"""With real physics, cameras and primitives: oracles win, decoys and doing nothing lose. Few seeds; the oracle table
has the many."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("task", "seed"), SAMPLE)
def test_oracle_wins_and_the_others_lose(task, seed, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    bench = importlib.import_module("oracle")
    outcomes = bench.play(bench.Job(task, seed, "rgbd", True))
    assert len(outcomes) >= 3
    for outcome in outcomes:
        assert outcome.won == (outcome.program == bench.ORACLE), outcome
