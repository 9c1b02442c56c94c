"""The console end to end: a sentence typed into the page moves the robot, the space bar stops it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chromium import Browser, chromium

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
SAY = "document.getElementById('instruction').value = {!r}; document.getElementById('go').click()"
OUTCOME = "document.getElementById('outcome').textContent"


STATE = "document.body.dataset.state === '{}'"


@contextmanager
def console(out: Path, *flags: str) -> Iterator[str]:
    """The address of a console that has to end well."""
    command = [sys.executable, "-m", "codepolicy", "console", "--port", "0", "--out", str(out), *flags]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = re.search(r"http\S+", process.stderr.readline())
        assert found is not None
        yield found.group()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        told = process.stderr.read()
        assert "Traceback" not in told
        process.stderr.close()


@pytest.mark.slow
def test_a_sentence_a_stop_and_a_second_browser(tmp_path: Path) -> None:
    with console(tmp_path / "runs", "--pace", "4") as address, chromium(tmp_path / "profile") as browser:
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
    assert len(list((tmp_path / "runs").glob("*/poses.jsonl"))) == 4


@pytest.mark.slow
def test_who_drives_approves_who_watches_stops_and_the_wheel_changes_hands(tmp_path: Path) -> None:
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies/1.md").write_text('```python\nput("blue block", "red bowl")\n```\n')
    flags = ("--pace", "100", "--approve", "ask", "--models", f"scripted:{tmp_path / 'replies'}", "scripted:missing")
    with (
        console(tmp_path / "runs", *flags) as address,
        chromium(tmp_path / "one") as ann,
        chromium(tmp_path / "two") as bob,
    ):
        ann.open(address)
        ann.until("document.body.dataset.drives === 'true' && document.body.dataset.pictures >= 2", 120)
        assert ann.run("document.body.dataset.moved") is not None, "the arm is drawn before it moves"
        bob.open(address, width=400, height=800, dark=True)
        bob.until("document.body.dataset.drives === 'false' && document.body.dataset.pictures >= 2")

        ann.run("document.getElementById('model').selectedIndex = 1")
        ann.run(SAY.format("tidy up as you like"))
        ann.until(ASKED)
        bob.until(ASKED)
        assert bob.run("document.getElementById('approve').offsetParent === null"), "who watches does not approve"
        assert 'put("blue block", "red bowl")' in ann.run("document.getElementById('approval').textContent")
        for width, dark in ((400, False), (400, True), (1280, True), (1280, False)):
            resized(ann, width, dark=dark)
            shown = ann.run("document.getElementById('approval').getBoundingClientRect().top")
            assert shown < 400, "what is asked stands at the top"
            assert ann.run(OUTSIDE.replace("WIDTH", str(width))) == []
        ann.run("document.querySelector('#approval input').value = 'leave the blue one'")
        ann.run("document.getElementById('reject').click()")
        ann.until(f"{OUTCOME}.startsWith('not approved')")
        assert "leave the blue one" in ann.run(OUTCOME)
        ann.until(STATE.format("ready"))
        ann.run("document.getElementById('model').selectedIndex = 2")
        ann.run(SAY.format("tidy up again"))
        ann.until(f"{OUTCOME}.startsWith('not carried out')")
        assert "missing" in ann.run("document.getElementById('fault').textContent")
        ann.until(STATE.format("ready"))

        ann.run("document.getElementById('model').selectedIndex = 0")
        ann.run(SAY.format("put the red block in the green bowl"))
        ann.until(ASKED)
        ann.run("document.getElementById('approve').click()")
        for browser in (ann, bob):
            browser.until("document.getElementById('outcome').className === 'won'", 120)
            assert browser.run("document.getElementById('approval').hidden")
        ann.until(STATE.format("ready"))

        ann.run(SAY.format("put the green block in the yellow bowl"))
        ann.until(ASKED)
        bob.key(" ", "Space")
        ann.until(STATE.format("stopped"))
        ann.until(f"{OUTCOME}.startsWith('interrupted')")
        ann.run("document.getElementById('hand').click()")
        bob.until("!document.getElementById('drive').hidden")
        bob.run("document.getElementById('drive').click()")
        bob.until("document.body.dataset.drives === 'true' && !document.getElementById('release').hidden")
        ann.until("document.body.dataset.drives === 'false'")
        assert bob.run(OUTSIDE.replace("WIDTH", "400")) == []
        bob.run("document.getElementById('release').click()")
        ann.until(STATE.format("ready"))
        assert ann.errors == [] and bob.errors == []


ASKED = "!document.getElementById('approval').hidden"
OUTSIDE = """[...document.querySelectorAll('main *, header *')].filter((e) => e.offsetParent !== null
    && !e.closest('.labels') && (e.getBoundingClientRect().right > WIDTH + 1 || e.getBoundingClientRect().left < -1))
    .map((e) => e.outerHTML.slice(0, 200))"""
"""What lies beyond the edges of a page of some width."""


def resized(browser: Browser, width: int, *, dark: bool) -> None:
    browser.send("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.send("Emulation.setEmulatedMedia", features=[scheme])
    browser.run("scrollTo(0, 0); new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
