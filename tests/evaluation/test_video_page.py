"""Which episodes keep a video, and how pages show it: the line that runs is marked, a call leads to its moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepolicy.cli import status
from codepolicy.evaluation.episode_page import result_text
from codepolicy.evaluation.run_store import read_run
from tests.chromium import chromium

REPLY = """```python
thing = detect("blocks")[0]
pick(thing)
for spot in ((0.45, -0.2), (0.45, 0.2)):
    if spot[1] < 0:
        place(spot)
expect(False, "this is a loss")
```
```python
def goal():
    expect(len(detect("blocks")) > 9, "there are ten of them")
```"""


@pytest.mark.slow
def test_lost_episodes_keep_a_video_in_step_with_their_program(tmp_path: Path) -> None:
    replies = tmp_path / "reply.md"
    replies.write_text(REPLY)
    played = ["lift-block", "--seeds", "0", "--jobs", "1", "--video", "lost", "--out"]
    assert status(["eval", *played, str(tmp_path / "won"), "--oracle"]) == 0
    assert status(["eval", *played, str(tmp_path / "lost"), "--turns", "1", "--model", f"scripted:{replies}"]) == 0
    (won,), (lost,) = read_run(tmp_path / "won").records, read_run(tmp_path / "lost").records
    assert won.won and won.folder is not None and not list((tmp_path / "won" / won.folder).glob("*.mp4"))
    assert not lost.won and lost.folder is not None
    folder = tmp_path / "lost" / lost.folder
    assert {"video.mp4", "before.png", "after.png"} <= {path.name for path in folder.iterdir()}
    with chromium(tmp_path / "profile") as browser:
        for width in (400, 1280):
            browser.open((folder / "page.html").as_uri(), width=width, dark=width == 400)
            browser.until("document.querySelector('video').readyState > 0")
            assert browser.run("document.documentElement.scrollWidth <= window.innerWidth")
            assert browser.run(
                "[...document.querySelectorAll('.wide')].every(table => table.scrollWidth <= table.clientWidth)"
            )
        row = "[...document.querySelectorAll('tr[data-start]')].find(row => row.textContent.includes('place('))"
        browser.run(f"{row}.click()")
        assert (
            0.2
            < browser.until("document.querySelector('video').currentTime")
            < browser.run("document.querySelector('video').duration")
        )
        browser.until("!!document.querySelector('li.now')")
        assert browser.run("document.querySelector('li.now').textContent.trim()") == "place(spot)"
        browser.run("document.querySelector('video').currentTime = 0")
        browser.until("document.querySelector('li.now').textContent.includes('pick(thing)')")
        assert browser.errors == []


def test_results_are_told_for_people() -> None:
    block = {"type": "object", "name": "red block", "position": [0.40004, -0.1, 0.02], "on": "green bowl"}
    assert result_text(block) == "red block (0.4, -0.1, 0.02) on green bowl"
    assert result_text([block | {"on": "table"}] * 2) == "red block (0.4, -0.1, 0.02); red block (0.4, -0.1, 0.02)"
    assert result_text({"type": "relation", "holds": False, "text": "0.3 m apart"}) == "no: 0.3 m apart"
    assert result_text([]) == "nothing" and result_text(None) == "" and result_text("words") == "words"
    assert result_text({"type": "pose", "position": [0.1, 0.2, 0.3], "yaw": 1.0}) == "position (0.1, 0.2, 0.3), yaw 1"
