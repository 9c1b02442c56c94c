"""The docstrings are the prompt, so no change of them passes unread: each surface's stub is kept in `stubs/`.

After a change that is meant, write the snapshots anew and read their diff:

    python -m tests.static_checks.test_stub_snapshot
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

from codepolicy.cli.api import ApiCommand
from primitives.api import surface
from primitives.registry import LEVELS
from primitives.stub import render

FOLDER = Path(__file__).parent / "stubs"
LIMITS = {"skill": 1640, "tool": 3050, "joint": 3700}
"""Estimated tokens, as `codepolicy api --stats` prints them."""


@pytest.mark.parametrize("level", LEVELS)
def test_the_stub_is_the_one_that_was_read(level: str) -> None:
    kept, now = (FOLDER / f"{level}.txt").read_text(), render(surface(level))
    changed = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=1))
    assert kept == now, f"{changed}\nIf this is meant: python -m tests.static_checks.test_stub_snapshot"


@pytest.mark.parametrize("level", LEVELS)
def test_every_surface_keeps_its_budget(level: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ApiCommand(surface=level, stats=True)() == 0
    printed = re.search(r"^stub .* about (\d+) tokens$", capsys.readouterr().out, re.MULTILINE)
    assert printed is not None
    assert 100 < int(printed[1]) <= LIMITS[level]


@pytest.mark.parametrize("level", LEVELS)
def test_every_primitive_has_an_example_of_at_most_two_lines(level: str) -> None:
    for p in surface(level).primitives:
        example = p.doc.rpartition("\n\n")[2].splitlines()
        assert p.doc.count("\n\n") >= 1 and 1 <= len(example) <= 2, p.name
        assert any(f"{p.name}(" in line for line in example), p.name
        compile("\n".join(example), p.name, "exec")


if __name__ == "__main__":
    for each in LEVELS:
        (FOLDER / f"{each}.txt").write_text(render(surface(each)))
