"""The pages in a real browser: the script runs under the page's own policy, filters work, nothing overflows a phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from codepolicy.evaluation import comparison_page
from codepolicy.evaluation.comparison import compared
from codepolicy.evaluation.html_report import page
from tests.evaluation import made

RECORDS = [
    *(made.record("lift-block-v1", seed) for seed in range(3)),
    *(made.record("put-x-v1", seed, won=seed > 1) for seed in range(4)),
]
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def shown_by_browser(path: Path, *, width: int = 1200) -> str:
    """The page as Chromium has it after its scripts have run."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        assert "CI" not in os.environ, "continuous integration needs chromium"
        pytest.skip("chromium is not installed: apt-get install chromium")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={path.parent / 'profile'}"]
    done = subprocess.run(
        [chromium, *arguments, f"--window-size={width},900", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def acted(html: str, script: str, path: Path) -> Path:
    """The page with what a person does to it, which its own policy would not let in."""
    path.write_text(POLICY.sub("", html).replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_filter_runs_under_the_pages_own_policy(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(made.run(RECORDS)), encoding="utf-8")
    assert "7 of 7 episodes" in shown_by_browser(path)


@pytest.mark.slow
def test_filters_sorting_and_a_narrow_screen(tmp_path: Path) -> None:
    html = page(made.run(RECORDS))
    act = """
    const choose = (name, value) => { const c = document.querySelector(`[data-filter][aria-label=${name}]`);
      c.value = value; c.dispatchEvent(new Event("input")); };
    choose("won", "lost"); document.title = document.getElementById("shown").textContent;
    choose("won", ""); choose("task", "lift-block-v1");
    document.title += "|" + document.getElementById("shown").textContent;
    choose("task", ""); const head = document.getElementById("episodes").tHead.rows[0].cells[1];
    head.click(); document.title += "|" + document.getElementById("episodes").tBodies[0].rows[0].cells[1].textContent;
    head.click(); document.title += "|" + document.getElementById("episodes").tBodies[0].rows[0].cells[1].textContent;
    document.title += "|" + (document.documentElement.scrollWidth <= window.innerWidth);
    """
    told = shown_by_browser(acted(html, act, tmp_path / "acted.html"), width=500)
    assert "<title>2 of 7 episodes|3 of 7 episodes|lost|won|true</title>" in told


def test_a_thousand_episodes_fit_in_a_megabyte() -> None:
    records = [made.record("lift-block-v1", seed, won=seed % 3 > 0) for seed in range(1000)]
    assert len(page(made.run(records)).encode()) < 1_000_000


@pytest.mark.slow
def test_two_runs_side_by_side_newly_failing_first(tmp_path: Path) -> None:
    first = made.run([made.record("lift-block-v1", n, won=n != 2) for n in range(4)], "first")
    second = made.run([made.record("lift-block-v1", n, won=n != 3) for n in range(4)], "second")
    html = comparison_page.page(first, second, compared(first, second), tmp_path)
    act = """
    const rows = () => [...document.getElementById("episodes").tBodies[0].rows];
    document.title = rows().map(r => r.cells[1].textContent).join();
    const c = document.querySelector("[aria-label=change]"); c.value = "newly failing";
    c.dispatchEvent(new Event("input"));
    document.title += "|" + document.getElementById("shown").textContent;
    document.title += "|" + rows().find(r => !r.hidden).cells[0].textContent;
    document.title += "|" + (document.documentElement.scrollWidth <= window.innerWidth);
    """
    told = shown_by_browser(acted(html, act, tmp_path / "acted.html"), width=500)
    expected = "newly failing,newly passing,both won,both won|1 of 4 episodes|lift-block-v1 seed 3: Do 3|true"
    assert f"<title>{expected}</title>" in told


def test_plots_show_what_was_won_and_lost() -> None:
    html = page(made.run(RECORDS))
    assert 'aria-label="turns: mean 1.86"' in html and "4 to 5: 0 won, 2 lost" in html
    assert page(made.run([])).count("<svg class") == 0
