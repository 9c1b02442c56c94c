"""Exit statuses are what scripts see; each is pinned here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from codepolicy.episode import EXIT_STATUS, Outcome

STATUSES = {
    "achieved": 0,
    "answered": 0,
    "finished": 0,
    "not_achieved": 1,
    "unverified": 1,
    "declined": 1,
    "refused": 1,
    "not_approved": 1,
    "model_error": 3,
    "infrastructure": 3,
    "asked": 4,
    "stopped": 5,
    "interrupted": 130,
}


def test_every_outcome_has_its_exit_status() -> None:
    assert EXIT_STATUS == STATUSES
    assert set(get_args(Outcome)) == set(STATUSES)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("```python\nhome()\n```\n```python\ndef goal():\n    expect(inside('red block', 'red bowl'), 'in')\n```", 1),
        ("Which one?", 4),
        ("```python\ndecline('no')\n```", 1),
        ("```python\nsay('four')\n```", 0),
    ],
)
def test_the_command_line_exits_with_it(tmp_path: Path, reply: str, status: int) -> None:
    (tmp_path / "1.md").write_text(reply)
    asked = "how many blocks are there?" if status == 0 else "tidy up"
    command = [sys.executable, "-m", "codepolicy", "run", asked, "--turns", "1", "--model", f"scripted:{tmp_path}"]
    done = subprocess.run([*command, "--no-video", "--out", str(tmp_path / "runs")], capture_output=True, timeout=240)
    assert done.returncode == status, done.stderr.decode()
