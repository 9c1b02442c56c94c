"""Pipes, devices, sockets, loops, folders and endless files in the place of any file: a sentence, at once."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import made
import msgspec
import pytest
from test_bad_input import READERS

from codepolicy.evaluation import baseline_file, fingerprints
from codepolicy.evaluation.episode_page import write_page
from codepolicy.evaluation.program_replay import recorded
from codepolicy.evaluation.run_store import Store, read_run
from codepolicy.models.options import ModelOptions
from codepolicy.models.registry import load
from codepolicy.skills.skill_store import SkillStore
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_lines
from tests import made_episode

EPISODE = made_episode.episode()


def _local(setting: str) -> Callable[[Path], object]:
    def read(path: Path) -> None:
        pytest.importorskip("xllamacpp")
        load(setting.format(path), ModelOptions())

    return read


def _recording(path: Path) -> None:
    folder = path.parent / "recordings"
    folder.mkdir()
    (folder / "a.json").symlink_to(path)
    load(f"replay:{folder}", ModelOptions())


def _run(name: str) -> Callable[[Path], object]:
    """Read and go on with a run of which the file `name` is another."""

    def read(path: Path) -> None:
        folder = made.folder(path.parent / "run", [made.record()])
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(path)
        run = read_run(folder)
        with Store(folder, run.file) as store:
            store.append(made.record(seed=7))

    return read


def _episode(name: str, read: Callable[[Path], object]) -> Callable[[Path], object]:
    """Page or replay an episode of which the file `name` is another."""

    def opened(path: Path) -> None:
        folder = path.parent / "episode"
        (folder / name).parent.mkdir(parents=True)
        (folder / name).symlink_to(path)
        if not (folder / "episode.json").is_symlink():
            (folder / "episode.json").write_bytes(msgspec.json.encode(EPISODE))
        read(folder)

    return opened


READ: dict[str, Callable[[Path], object]] = {
    **READERS,
    "baseline": lambda path: baseline_file.load(str(path)),
    "grammar": _local("local:,grammar={}"),
    "model": _local("local:{}"),
    "recording": _recording,
    "skills": SkillStore,
    "replies": lambda path: load(f"scripted:{path}", ModelOptions()),
    "fingerprint": fingerprints.tree,
    **{f"run/{name}": _run(name) for name in ("run.json", "episodes.jsonl", ".lock")},
    **{f"page/{name}": _episode(name, write_page) for name in ("episode.json", "trace.jsonl", "prompts/01.md")},
    "replay/run.json": _episode("run.json", recorded),
}
KINDS = ("pipe", "endless", "sparse", "loop", "folder", "broken", "bytes", "socket")
TOLERANT = {"skills", "fingerprint", "run/.lock", "run/episodes.jsonl", "page/trace.jsonl", "page/prompts/01.md"}
"""What reads only a part, or passes over what is damaged."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", READ)
def test_what_is_no_file_is_a_sentence_at_once(
    what: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{kind}.toml"
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "sparse":
            with path.open("wb") as file:
                file.truncate(20_000_000_000 if what not in ("fingerprint", "run/.lock") else 1_000_000)
        case "loop":
            path.symlink_to(path)
        case "folder":
            path.mkdir()
        case "broken":
            path.symlink_to(tmp_path / "nowhere")
        case "bytes":
            path.write_bytes(bytes(range(256)) * 40)
        case _:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path.name)
    try:
        READ[what](path)
    except ConfigurationError as error:
        assert 20 < len(str(error)) < 2_000
    else:
        assert what in TOLERANT


def test_endless_lines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"short\n" + b"x" * 2_000 + b"\nshort\n")
    lines = regular_lines(path, "trace", 1_000)
    assert next(lines) == b"short\n"
    with pytest.raises(ConfigurationError, match="a line has more than 1000 bytes"):
        next(lines)


def test_the_page_of_many_turns_is_written_soon(tmp_path: Path) -> None:
    (tmp_path / "episode.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(EPISODE, turns=EPISODE.turns * 20_000))
    )
    calls = ({"turn": n, "phase": "program", "call": "home()", "line": 1} for n in range(1, 20_001))
    (tmp_path / "trace.jsonl").write_bytes(b"".join(msgspec.json.encode(call) + b"\n" for call in calls))
    (tmp_path / "prompts").mkdir()
    for number in (1, 10, 100, 19_999):
        (tmp_path / "prompts" / f"{number:02d}.md").write_text(f"prompt of {number}")
    began = time.process_time()
    written = write_page(tmp_path).read_text()
    assert time.process_time() - began < 10.0
    assert len(written) < 2_000_000
    assert "19800 turns are left out here" in written
    for number in (1, 10, 100, 19_999):
        assert written.count(f"prompt of {number}<") == 1
