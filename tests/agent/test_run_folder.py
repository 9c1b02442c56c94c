from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from codepolicy.episode import Episode
from codepolicy.loop.run_folder import RunFolder
from primitives.errors import ConfigurationError
from tests.made_episode import episode


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


def test_what_cannot_be_seen_is_stored_as_escapes(tmp_path: Path) -> None:
    said = 'a\u202eseveihca\u202c \u009b2J \U000e0041 \\u202e "\u200b" \u00e4\u4e2d'
    made = episode(outcome="answered", believed="answered", said=(said,), turns=())
    folder = RunFolder(tmp_path, "x")
    stored = folder.write_json("episode.json", made).read_bytes()
    folder.append_trace({"said": said})
    traced = (folder.path / "trace.jsonl").read_bytes()
    for content in (stored, traced):
        assert not {"\u202e", "\u202c", "\u009b", "\u200b", "\U000e0041"} & set(content.decode())
        assert "\u00e4\u4e2d" in content.decode(), "what can be seen stays readable"
    assert msgspec.json.decode(stored, type=Episode) == made
    assert msgspec.json.decode(traced) == {"said": said}
    folder.discard()


def test_a_record_that_does_not_fit_is_kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = RunFolder(tmp_path / "runs", "lift it")
    folder.reveal()
    kept = folder.write_elsewhere("episode.json", {"outcome": "achieved"})
    assert kept.parent == tmp_path
    assert kept.name.endswith("-episode.json")
    assert '"outcome": "achieved"' in kept.read_text()


def test_half_a_file_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "runs", "lift it")

    def full(self: Path, content: bytes) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        folder.write_json("episode.json", {})
    assert not list(folder.path.iterdir())
