"""With real physics, cameras and primitives: oracles win, decoys and doing nothing lose. Few seeds; the oracle table
has the many."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepolicy.cli import status

SAMPLE = (
    "put-block-in-bowl",
    "put-block-on-block",
    "cap-put-nth-block",
    "ravens-packing-shapes",
    "manip-unstack",
    "reason-swap",
    "reason-decline-missing",
    "reason-put-back",
    "ravens-towers-of-hanoi",
    "lift-block",
    "manip-wipe-spill",
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("programs", [("--oracle", "--fail-under", "1"), ("--decoys",)], ids=["oracles", "decoys"])
def test_oracles_win_and_the_others_lose(programs: tuple[str, ...], tmp_path: Path) -> None:
    assert status(["eval", *SAMPLE, *programs, "--seeds", "0", "--jobs", "2", "--out", str(tmp_path / "run")]) == 0
