"""docs/tasks.md says what the registry says."""

from __future__ import annotations

from pathlib import Path

import task_page

from sim_envs.suites.task_catalog import all_tasks

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    written = (ROOT / "docs/tasks.md").read_text(encoding="utf-8")
    assert written == task_page.page(), "run python benchmarks/task_page.py --no-pictures"


def test_every_task_has_a_small_picture():
    pictures = {p.stem: p.stat().st_size for p in (ROOT / "docs/tasks").glob("*.jpg")}
    assert set(pictures) == {t.id for t in all_tasks()}
    assert max(pictures.values()) < 40_000
