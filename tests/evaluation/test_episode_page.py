"""The page of one episode shows what happened, and is made for single runs too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.cli import status
from codepolicy.models.scripted import ScriptedModel

REPLIES = (
    "```python\nput('red block', 'purple bowl')\n```\n```python\ndef goal():\n    expect(False, 'no')\n```",
    "```python\nblock = find('red block')\nput(block, 'green bowl')\n```\n"
    "```python\ndef goal():\n    expect(inside('red block', 'green bowl'), 'the <b> is in the bowl')\n```",
)


@pytest.mark.slow
def test_the_page_of_a_single_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Agent(model=ScriptedModel(REPLIES)).run("put the red block in the green bowl", out=tmp_path, video=False)
    (folder,) = tmp_path.iterdir()
    assert status(["report", str(folder)]) == 0
    assert f"page in {folder / 'page.html'}" in capfd.readouterr().out
    html = (folder / "page.html").read_text()
    assert "<script" not in html and "script-src 'none'" in html
    assert '<li id="1pl1" class=failed>' in html, "the line that failed is marked"
    assert '<a href="#2pc2">put(block, &#x27;green bowl&#x27;)</a>' in html and 'id="2pc2"' in html
    assert "finger width (m) 0.0" in html and "the &lt;b&gt; is in the bowl" in html
    assert html.count("<img") == 2 and f"codepolicy replay {folder}" in html
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html, "every link within the page leads somewhere"
