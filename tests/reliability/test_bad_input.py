"""Flags and files that cannot be are sentences: a number that is none, an endless or nested file, a damaged folder."""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import made
import pytest

from codepolicy.cli import status
from codepolicy.cli.chat import _read
from codepolicy.evaluation.episode_page import write_page
from codepolicy.evaluation.html_report import page
from codepolicy.evaluation.program_replay import recorded_outcome
from codepolicy.evaluation.run_store import read_run
from codepolicy.models.options import ModelOptions
from codepolicy.models.prices import price_table
from codepolicy.models.registry import load
from codepolicy.skills.skill_store import SkillStore
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes
from sim_envs.scenes.scene_files import read_scene
from sim_envs.suites import suite

NUMBERS = ("--timeout", "--max-cost", "--deadline", "--temperature")
EVALUATION = ("--episode-limit", "--total-cost", "--fail-under")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e999"])
@pytest.mark.parametrize("flag", NUMBERS)
def test_flags_that_are_no_numbers(flag: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["run", "x", f"{flag}={value}", "--model", "offline"]) == 2
    said = capsys.readouterr().err
    assert " it must be " in said or "a budget is more than 0" in said


@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
@pytest.mark.parametrize("flag", EVALUATION)
def test_flags_of_an_evaluation_that_are_no_numbers(
    flag: str, value: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert status(["eval", "core", f"{flag}={value}", "--out", str(tmp_path / "out")]) == 2
    assert flag in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_number_of_trials_that_nobody_means_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert status(["eval", "put-block-in-bowl", "--trials", "99999999", "--out", str(tmp_path / "out")]) == 2
    assert "99,999,999 episodes, which take" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["nan", "inf", "-1.0", '"free"', "[1]"])
def test_prices_that_are_no_numbers(value: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(f"[small]\ninput = {value}\noutput = 1.0\n")
    with pytest.raises(ConfigurationError, match="prices"):
        price_table(str(path))


READERS: dict[str, Callable[[Path], object]] = {
    "prices": lambda path: price_table(str(path)),
    "scene": read_scene,
    "suite": lambda path: suite.load(str(path)),
    "config": lambda path: _configured(path),
}


def _configured(path: Path) -> None:
    from codepolicy.cli.commands import parse

    parse(["run", "x", "--config", str(path)])


TOML = {
    "nested arrays": b"x = " + b"[" * 100_000,
    "nested tables": b"x = " + b"{a=" * 50_000,
    "dotted": b".".join([b"a"] * 50_000) + b" = 1",
    "huge": b"# " + b"a" * 3_000_000,
    "bytes": bytes(range(256)),
    "number": b"x = " + b"9" * 10_000,
    "half": b"[objects",
    "array": b"objects = 5\ngroups = 7",
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("name", TOML)
def test_toml_that_cannot_be_is_a_sentence(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(TOML[name])
    with pytest.raises(ConfigurationError) as caught:
        READERS[kind](path)
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize("kind", READERS)
def test_what_is_no_file_is_a_sentence(kind: str, tmp_path: Path) -> None:
    import os

    fifo = tmp_path / "fifo.toml"
    os.mkfifo(fifo)
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    for path in (fifo, folder, tmp_path / "missing.toml"):
        with pytest.raises(ConfigurationError):
            READERS[kind](path)


def damaged(content: bytes, generator: random.Random) -> bytes:
    """`content` with something in it broken."""
    data = bytearray(content)
    for _ in range(generator.randint(1, 4)):
        at = generator.randrange(len(data))
        match generator.randrange(5):
            case 0:
                del data[at : at + generator.randint(1, 200)]
            case 1:
                data[at : at + 1] = bytes([generator.randrange(256)])
            case 2:
                data[at:at] = b"[" * generator.choice((1, 100_000))
            case 3:
                data[at:at] = generator.choice((b"\xff\xfe", b"null", b"1e999", b"9" * 5000, b'"\\ud800"', b"\x00"))
            case _:
                del data[at:]
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.mark.parametrize("seed", range(60))
def test_damaged_run_folders_are_read_or_refused(seed: int, tmp_path: Path) -> None:
    generator = random.Random(seed)
    folder = made.folder(tmp_path / "run", [made.record(seed=n, won=n % 2 == 0) for n in range(4)])
    name = generator.choice(("run.json", "episodes.jsonl"))
    (folder / name).write_bytes(damaged((folder / name).read_bytes(), generator))
    try:
        run = read_run(folder)
    except ConfigurationError as error:
        assert len(str(error)) < 3_000
    else:
        page(run)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 200_000, b"\xff\xfe", b"null", b'{"key": ' + b"[" * 100_000])
def test_damaged_recordings_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ConfigurationError, match="is no recording"):
        load(f"replay:{tmp_path}", ModelOptions())


def test_a_folder_in_the_place_of_a_file_is_a_sentence(tmp_path: Path) -> None:
    folder = made.folder(tmp_path / "run", [made.record()])
    (folder / "episodes.jsonl").unlink()
    (folder / "episodes.jsonl").mkdir()
    with pytest.raises(ConfigurationError, match=r"episodes\.jsonl"):
        read_run(folder)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"def f(:\n", b"(" * 100_000, b'"""\nx\n'])
def test_damaged_skills_are_refused_or_left_out(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "skill.py").write_bytes(content)
    try:
        SkillStore(tmp_path)
    except ConfigurationError as error:
        assert json.dumps(str(error))


@pytest.mark.parametrize("content", [b"\0" * 50_000, b"a" * 50_000 + b"\nexit\n"])
def test_a_line_that_does_not_end_is_a_sentence(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    with pytest.raises(ConfigurationError, match="more than 10000 characters"):
        next(_read())


def test_bytes_that_are_no_text_are_read_as_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"put \xff there\n"), encoding="utf-8"))
    assert list(_read()) == ["put \\xff there\n"]


def test_pipes_devices_and_huge_files_are_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe, endless, sparse = (tmp_path / name for name in ("pipe", "endless", "sparse"))
    os.mkfifo(pipe)
    endless.symlink_to("/dev/zero")
    with sparse.open("wb") as file:
        file.truncate(4_000_000_000)
    for path in (pipe, endless, sparse):
        assert status(["exec", str(path), "--out", str(tmp_path / "out")]) == 2
        assert "cannot read program" in capsys.readouterr().err
        with pytest.raises(ConfigurationError, match="cannot read record"):
            regular_bytes(path, "record")
        replies = tmp_path / f"replies-{path.name}"
        replies.mkdir()
        (replies / "1.md").symlink_to(path)
        with pytest.raises(ConfigurationError):
            load(f"scripted:{replies}", ModelOptions())
        (replies / "episode.json").symlink_to(path)
        (replies / "run.json").symlink_to(path)
        (replies / "1.py").symlink_to(path)
        for read in (write_page, recorded_outcome, read_run, SkillStore):
            with pytest.raises(ConfigurationError):
                read(replies)
