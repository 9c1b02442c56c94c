from __future__ import annotations

import os
from pathlib import Path

import pytest

from codepolicy.loop.run_folder import RunFolder
from primitives.errors import ConfigurationError


def test_two_runs_of_the_same_second_get_their_own_folders(tmp_path: Path) -> None:
    folders = [RunFolder(tmp_path, "Put it, there! " * 20) for _ in range(3)]
    for folder in folders:
        folder.write_json("run.json", {"a": 1})
        folder.reveal()
    names = {f.path.name for f in folders}
    assert len(names) == 3
    assert all("_put-it-there-put" in n and len(n) < 80 for n in names)


def test_discarding_leaves_no_trace_of_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "a" / "b", "x")
    folder.append_trace({"n": 1})
    folder.discard()
    assert list(tmp_path.iterdir()) == []
    kept = RunFolder(tmp_path / "a", "x")
    kept.reveal()
    kept.discard()
    assert kept.path.is_dir(), "what was revealed stays"


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "x")
    folder.write("a.txt", "one")
    folder.write("a.txt", "two")
    assert [p.name for p in folder.path.iterdir()] == ["a.txt"]
    assert (folder.path / "a.txt").read_text() == "two"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_parent(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigurationError, match="Choose another with --out"):
        RunFolder(tmp_path / "runs", "x")
