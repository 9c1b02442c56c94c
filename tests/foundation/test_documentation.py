"""README and examples do what they say."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _commands(page: Path) -> list[str]:
    """The `codepolicy` commands of a page's console blocks that need neither a key, a server nor minutes."""
    text = page.read_text()
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [
        line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ codepolicy")
    ]
    return [line.split("  #")[0].strip() for line in lines if not re.search(r"openai:|--base-url|NAME|DIR", line)]


COMMANDS = sorted({command for page in PAGES for command in _commands(page)})
PROGRAMS = sorted((ROOT / "examples").glob("*.py"))


def _run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240)


def _cli(arguments: str) -> list[str]:
    return [sys.executable, "-m", "codepolicy", *shlex.split(arguments)]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_documentation(command: str, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    done = _run(_cli(command.removeprefix("codepolicy ")), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_shows_commands() -> None:
    assert len(_commands(ROOT / "README.md")) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.name)
def test_example(path: Path, tmp_path: Path) -> None:
    source = path.read_text()
    named = re.search(r"^#\s+codepolicy (exec .*)$", source, re.MULTILINE)
    if named:
        (tmp_path / "examples").symlink_to(ROOT / "examples")
        done = _run(_cli(named.group(1)), tmp_path)
    else:
        done = _run([sys.executable, str(path)], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which does not exist"
