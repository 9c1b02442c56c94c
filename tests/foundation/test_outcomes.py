"""The benchmarks' outcomes: kept as they come, read back by the next run."""

from __future__ import annotations

import outcomes


def test_nothing_is_kept_at_first(tmp_path):
    assert outcomes.kept(None, str) == []
    assert outcomes.kept(tmp_path / "none.jsonl", str) == []


def test_what_was_played_is_there_for_the_next_run(tmp_path):
    file = tmp_path / "kept.jsonl"
    file.write_text('"before"\n')
    played = list(outcomes.played(str.split, ["a b", "c"], processes=1, keep=file))
    assert sorted(played) == ["a", "b", "c"]
    assert sorted(outcomes.kept(file, str)) == ["a", "b", "before", "c"]
