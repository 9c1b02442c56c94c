"""Chat at a terminal: lines are edited and remembered in private, Ctrl-C stops the robot and keeps the session."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from codepolicy.cli import status
from codepolicy.cli.line_editor import MOST_LINES, PrivateHistory

pexpect = pytest.importorskip("pexpect")
PROMPT = r"\x1b\[\?2004h"
"""Pasting is told apart from typing: the prompt waits for a line."""


def chat(tmp_path: Path, *arguments: str) -> pexpect.spawn:
    environment = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(tmp_path / "state")}
    environment["PROMPT_TOOLKIT_NO_CPR"] = "1"  # pexpect does not say where the cursor is
    command = ["-m", "codepolicy", "chat", "--out", str(tmp_path / "runs"), *arguments]
    return pexpect.spawn(sys.executable, command, dimensions=(24, 80), timeout=120, env=environment, encoding="utf-8")


@pytest.mark.slow
def test_lines_are_edited_kept_and_found_again(tmp_path: Path) -> None:
    child = chat(tmp_path)
    child.expect("What shall I do")
    child.expect(PROMPT)
    child.send("how many blocks are theree\x7f?\r")  # a letter too many, taken back
    child.expect("answered")
    child.expect(PROMPT)
    child.send("half a line\x03")
    child.expect("exit or Ctrl-D ends")
    child.send("\x1b[A")  # the line before
    child.expect("how many blocks are there")
    child.send("\r")
    child.expect("answered")
    child.expect(PROMPT)
    child.send("\x04")
    child.expect(pexpect.EOF)
    kept = tmp_path / "state" / "codepolicy" / "history"
    assert "how many blocks are there?" in kept.read_text() and "half" not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.slow
def test_ctrl_c_stops_the_robot_and_the_session_goes_on(tmp_path: Path) -> None:
    replies = tmp_path / "replies"
    replies.mkdir()
    endless = "for n in range(400):\n    push(find('red block'), (0.45, 0.1 if n % 2 else -0.1))\n    home()\n"
    (replies / "01.md").write_text(f"```python\n{endless}```\n")
    (replies / "02.md").write_text("```python\nsay(f'still here, {len(detect())} things')\nhome()\n```\n")
    child = chat(tmp_path, "--model", f"scripted:{replies}", "--turns", "1")
    child.expect(PROMPT)
    child.send("go to and fro\r")
    child.expect("done: line")
    child.sendintr()
    child.expect("interrupted: ended by the user")
    child.expect(PROMPT)
    child.send("recover\r")
    child.expect("the robot may move again")
    child.expect(PROMPT)
    child.send("are you there\r")
    child.expect("says: still here")
    child.expect(PROMPT)
    child.send("exit\r")
    child.expect(pexpect.EOF)
    records = [json.loads(path.read_text()) for path in tmp_path.glob("runs/*/episode.json")]
    ended = {record["outcome"]: record["turns"][0]["report"] for record in records if record["turns"]}
    assert len(records) == 2 and "interrupted" in [record["outcome"] for record in records], "both are recorded"
    assert [report["status"] for name, report in ended.items() if name != "interrupted"] == ["finished"]


def test_the_history_is_bounded_and_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdefghijklmnop")
    history = PrivateHistory(tmp_path / "a" / "history")
    for number in range(MOST_LINES + 20):
        history.store_string(f"line {number}")
    history.store_string("the key is sk-abcdefghijklmnop\x1b[2J\nsecond line")
    lines = list(history.load_history_strings())
    assert len(lines) == MOST_LINES and lines[1] == f"line {MOST_LINES + 19}"
    assert "sk-abcdefghijklmnop" not in lines[0] and lines[0].endswith("second line")
    (tmp_path / "a" / "history").write_bytes(b'\xff\n{}\n"good"\n' + b"x" * 100)
    assert list(PrivateHistory(tmp_path / "a" / "history").load_history_strings()) == ["good"]
    blocked = PrivateHistory(tmp_path / "a" / "history" / "below a file")
    blocked.store_string("x")
    assert list(blocked.load_history_strings()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rnu", "x"], "Did you mean 'run'"),
        (["run", "x", "--base-url", "http://localhost:1/v1"], "--base-url has no effect with --model offline"),
        (["run", "x", "--temperature", "0.5", "--model", "scripted:nowhere"], "--temperature has no effect"),
        (["eval", "core", "--retries", "1"], "--retries has no effect"),
        (["run", "x", "--task", "put-block-in-bowel"], "Did you mean 'put-block-in-bowl'"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(words) == 2
    said = capsys.readouterr().err
    assert told in said and len(said) < 500


def test_a_flag_that_one_of_several_models_uses_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "x", "--model", "scripted:nowhere", "--critic", "openai:x", "--base-url", "http://localhost:1/v1"]
    assert status([*words, "--out", str(tmp_path)]) == 2
    assert "no effect" not in capsys.readouterr().err
