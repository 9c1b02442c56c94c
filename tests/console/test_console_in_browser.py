"""The console end to end: a sentence typed into the page moves the robot, the space bar stops it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chromium import chromium

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
SAY = "document.getElementById('instruction').value = {!r}; document.getElementById('go').click()"
OUTCOME = "document.getElementById('outcome').textContent"


@pytest.mark.slow
def test_a_sentence_a_stop_and_a_second_browser(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codepolicy", "console", "--port", "0", "--out", str(tmp_path / "runs")]
    process = subprocess.Popen([*command, "--pace", "4"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = re.search(r"http\S+", process.stderr.readline())
        assert found is not None
        address = found.group()
        with chromium(tmp_path / "profile") as browser:
            browser.open(address)
            assert "token" not in browser.run("location.href")
            browser.until("document.body.dataset.drives === 'true' && document.body.dataset.pictures >= 2", 120)
            browser.run(SAY.format("put the red block in the green bowl"))
            browser.until("document.querySelector('#program .now') !== null")
            browser.until("document.getElementById('outcome').className === 'won'", 120)
            told = browser.run("document.body.innerText")
            for words in ("put('red block'", "Goal check: passed", "Verdict of the task", "s robot time", "overhead"):
                assert words in told
            assert browser.run("document.querySelectorAll('#labels .perceived').length") >= 6
            assert browser.run("document.querySelectorAll('#cameras figure span').length") >= 6
            assert not browser.run("document.getElementById('show-truth').checked"), "ground truth is asked for"
            browser.until("document.querySelectorAll('#runs a').length === 1")
            browser.until("document.body.dataset.state === 'ready'")

            browser.run(SAY.format("put the blue block in the red bowl"))
            browser.until("document.body.dataset.state === 'busy'")
            before = browser.run("document.body.dataset.moved")
            browser.until(f"document.body.dataset.moved !== '{before}'")
            browser.run("document.activeElement.blur()")
            browser.key(" ", "Space")
            browser.until("document.body.dataset.state === 'stopped'")
            browser.until(f"{OUTCOME}.startsWith('interrupted')")
            assert browser.run("document.getElementById('go').disabled"), "the stop latches"
            browser.until("!document.getElementById('release').hidden")
            browser.run("document.getElementById('release').click()")
            browser.until("document.body.dataset.state === 'ready'")
            browser.run(SAY.format("put the red block in the blue bowl"))
            browser.until(f"{OUTCOME}.startsWith('achieved')", 120)
            browser.until("document.body.dataset.state === 'ready'")
            browser.run(SAY.format("how many blocks are there?"))
            browser.until(f"{OUTCOME}.startsWith('answered')")
            assert browser.run("document.querySelectorAll('#session li').length") == 4

            browser.until("document.body.dataset.state === 'ready'")
            page = browser.run("document.querySelector('#runs a').href")
            browser.open(page)
            browser.until("document.getElementById('scene').dataset.drawn > 0")
            browser.open(address.partition("?")[0], width=400, dark=True)
            browser.until("document.body.dataset.drives === 'true'")
            assert browser.run("document.documentElement.scrollWidth") <= 400
            assert browser.errors == []
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        told = process.stderr.read()
        assert "Traceback" not in told
        process.stderr.close()
    assert len(list((tmp_path / "runs").glob("*/poses.jsonl"))) == 4
