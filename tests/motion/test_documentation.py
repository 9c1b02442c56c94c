"""The page on motion says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from primitives.guard import GuardLimits

PAGE = (Path(__file__).parents[2] / "docs" / "motion.md").read_text()


def test_the_table_of_limits_is_true():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+)", PAGE, re.MULTILINE))
    assert {name: float(value) for name, value in rows.items()} == {
        f.name: float(value)
        for f in fields(GuardLimits)
        if isinstance(value := getattr(GuardLimits(), f.name), int | float)
    }
