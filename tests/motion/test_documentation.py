"""The page on motion says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from primitives.guard import GuardLimits
from primitives.library import surface

PAGE = (Path(__file__).parents[2] / "docs" / "motion.md").read_text()


def test_the_table_of_limits_is_true():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+)", PAGE, re.MULTILINE))
    assert {name: float(value) for name, value in rows.items()} == {
        f.name: float(getattr(GuardLimits(), f.name)) for f in fields(GuardLimits)
    }


def test_every_motion_primitive_has_an_example_of_at_most_two_lines():
    for level in ("skill", "tool", "joint"):
        for p in surface(level).only("motion", "other").primitives:
            example = [line for line in p.doc.splitlines() if f"{p.name}(" in line]
            assert 1 <= len(example) <= 2, p.name
