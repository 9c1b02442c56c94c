"""Baselines: what was won has to be won again, by the same programs and without a model."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codepolicy.cli import status as main
from codepolicy.evaluation.baseline_file import Case, built_in, load
from codepolicy.models.protocol import Reply
from codepolicy.prompting.reply import parse_reply
from primitives.errors import ConfigurationError


@pytest.mark.slow
def test_a_case_that_was_won_and_is_lost_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "put the red block in the green bowl", "--out", "single", "--no-video"]) == 0
    assert main(["eval", "lift-block", "--trials", "1", "--out", "several"]) == 0
    (single,) = Path("single").iterdir()
    assert main(["baseline", "save", str(single), "several", "kept.jsonl"]) == 0
    cases = load("kept.jsonl")
    assert [(case.task, case.won) for case in cases] == [(None, True), ("lift-block-v1", True)]
    assert main(["baseline", "check", "kept.jsonl", "--jobs", "1", "--out", "again"]) == 0
    assert "newly failing: 0, newly passing: 0, of 2 cases" in capfd.readouterr().out
    assert main(["replay", "again"]) == 0, "what a baseline played can be replayed"
    worse = msgspec.structs.replace(cases[1], turns=(msgspec.structs.replace(cases[1].turns[0], program="home()\n"),))
    Path("worse.jsonl").write_bytes(b"".join(msgspec.json.encode(case) + b"\n" for case in (cases[0], worse)))
    assert main(["baseline", "check", "worse.jsonl", "--jobs", "1"]) == 1
    told = capfd.readouterr()
    assert "newly failing: 1" in told.out and "lift-block-v1 seed 0 was won and is lost to" in told.err


def test_the_programs_of_strong_language_models_are_whole() -> None:
    cases = load("written")
    assert "written" in built_in() and len(cases) == 87
    for case in cases:
        assert (case.task is None) != (case.scene is None)
        for turn in case.turns:
            parsed = parse_reply(Reply(text=turn.reply, model="x"))
            assert (parsed.program or "").strip() == (turn.program or "").strip()


def test_a_faulty_file_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"written"):
        load(str(tmp_path / "missing.jsonl"))
    path = tmp_path / "faulty.jsonl"
    good = msgspec.json.encode(Case(instruction="x", seed=0, turns=(), won=True, outcome="achieved"))
    path.write_bytes(good + b"\n{}\n")
    with pytest.raises(ConfigurationError, match="line 2"):
        load(str(path))


@pytest.mark.parametrize("words", [[], ["save", "x.jsonl"], ["check"], ["check", "a", "b"], ["keep", "a", "b"]])
def test_how_it_is_used_is_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", *words]) == 2
    assert "codepolicy baseline save RUN" in capsys.readouterr().err
