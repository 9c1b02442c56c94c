"""The plugin as projects use it: pytest in a folder of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

PLUGIN = ("-p", "codepolicy.pytest_plugin", "-p", "no:cacheprovider")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *PLUGIN, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200)


@pytest.mark.slow
def test_episodes_of_a_suite_are_tests(tmp_path: Path) -> None:
    flags = ("--policy-suite", "lift-block", "--policy-seeds", "0-2", "--policy-model", "oracle")
    done = run(tmp_path, *flags, "-k", "not seed-2", "--junitxml", "junit.xml")
    assert done.returncode == 0 and "2 passed, 1 deselected" in done.stdout, done.stdout
    cases = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    assert [case.get("name") for case in cases] == ["lift-block-v1-seed-0", "lift-block-v1-seed-1"]


@pytest.mark.slow
def test_marked_tests_play_once_for_each_seed(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import pytest\n"
        "@pytest.mark.policy(task='lift-block', seeds=range(2))\n"
        "def test_it(policy_env):\n"
        "    episode = policy_env.run()\n"
        "    assert episode.outcome == 'achieved' and episode.seed == policy_env.seed\n"
        "@pytest.mark.policy(task='lift-block')\n"
        "def test_doing_nothing_is_lost(policy_env):\n"
        "    assert policy_env.execute('home()').outcome == 'not_achieved'\n"
    )
    done = run(tmp_path, "-v", "--strict-markers")
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout
    assert "test_it[lift-block-0]" in done.stdout and "test_it[lift-block-1]" in done.stdout


@pytest.mark.slow
def test_a_lost_episode_fails_and_tells_why(tmp_path: Path) -> None:
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "1.md").write_text("```python\nhome()\ndef goal():\n    expect(False, 'never')\n```")
    done = run(tmp_path, "--policy-suite", "lift-block", "--policy-seeds", "0", "--policy-model", "scripted:replies")
    assert done.returncode == 1 and "1 failed" in done.stdout
    assert "home()" in done.stdout and "Traceback" not in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("test", "flags", "says"),
    [
        ("def test_it(policy_env): pass", (), "mark it"),
        ("@pytest.mark.policy(task='lift-block')\ndef test_it(): pass", (), "take the fixture policy_env"),
        ("@pytest.mark.policy(tusk='lift-block')\ndef test_it(policy_env): pass", (), "it is policy(task=ID"),
        ("def test_it(): pass", ("--policy-suite", "kore"), "Did you mean 'core'"),
        ("def test_it(): pass", ("--policy-suite", "core", "--policy-seeds", "x"), "one seed or two"),
    ],
)
def test_mistakes_are_told(test: str, flags: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(f"import pytest\n{test}\n")
    done = run(tmp_path, *flags)
    assert done.returncode != 0 and says in done.stdout + done.stderr, done.stdout + done.stderr


def test_it_costs_other_projects_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import sys\ndef test_it():\n"
        "    ours = {m for m in sys.modules if m.partition('.')[0] in ('codepolicy', 'primitives', 'sim_envs')}\n"
        "    few = {'pytest_plugin', 'gymnasium_registration', 'lazy_exports'}\n"
        "    assert {m.partition('.')[2] for m in ours} <= {'', *few}, ours\n"
        "    assert 'numpy' not in sys.modules\n"
    )
    done = run(tmp_path, "-p", "no:hypothesispytest")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()
    helped = run(tmp_path, "--help").stdout
    for flag in re.findall(r"--[a-z][a-z-]+", page):
        assert flag in helped, flag
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "test_page.py").write_text(code)
    done = run(tmp_path, "-k", "bowl-0 or bowl-1")
    assert done.returncode == 0 and "2 passed, 8 deselected" in done.stdout, done.stdout
