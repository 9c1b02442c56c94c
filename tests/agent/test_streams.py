"""Standard streams that are closed, or that nobody reads: the view is lost, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codepolicy.cli.live_view import view
from codepolicy.events import Said

QUESTION = ("run", "how many blocks are there?", "--no-video")


def codepolicy(*arguments: str, closed: int | None = None, stdout: int = subprocess.PIPE) -> tuple[int, str]:
    """Exit status and stderr of a command that is started with a stream closed, or with that stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "codepolicy", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        preexec_fn=None if closed is None else lambda: os.close(closed),
    )
    return done.returncode, done.stderr


def unread() -> int:
    """The end to write to of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    for _ in range(100):  # another thread's fork may hold the reader for a moment
        try:
            os.write(writer, b" ")
        except BrokenPipeError:
            break
        time.sleep(0.05)
    return writer


def test_a_view_that_nobody_reads_falls_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(unread(), "w", buffering=1) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with view(json=False) as show:
            show(Said("one"))
            show(Said("two"))
        monkeypatch.undo()


@pytest.mark.slow
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_command_without_one_of_the_streams(closed: int) -> None:
    ended, said = codepolicy("api", closed=closed)
    assert (ended, said) == (0, "")


def test_a_list_that_is_cut_off_is_no_fault() -> None:
    writer = unread()
    ended, said = codepolicy("api", stdout=writer)
    os.close(writer)
    assert (ended, said) == (1, "")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["unread", "full", "closed"])
def test_a_run_whose_output_goes_nowhere_leaves_a_whole_record(how: str, tmp_path: Path) -> None:
    writer = unread() if how == "unread" else os.open("/dev/full", os.O_WRONLY)
    ended, said = codepolicy(*QUESTION, "--out", str(tmp_path), stdout=writer, closed=1 if how == "closed" else None)
    os.close(writer)
    assert (ended, said) == (0, "")
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "episode.json").read_bytes())["outcome"] == "answered"
