"""What agents may read about this project: pages of the documentation, and the skill."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from primitives.errors import ConfigurationError

PAGES = ("skill", "agents", "conventions", "tasks", "sandbox", "motion", "perception")
"""What is served, by name; "skill" is the file that `codepolicy mcp --print-skill` prints."""


def skill() -> str:
    """How to drive the robot, for a coding agent: YAML front matter and Markdown."""
    return files("codepolicy.mcp_server").joinpath("skill.md").read_text(encoding="utf-8")


def page(name: str) -> str:
    """A page by name. Raises ConfigurationError: it is not installed."""
    if name == "skill":
        return skill()
    root = Path(__file__).parents[1]
    for folder in (root / "docs", root.parent / "docs"):  # in a wheel, in a checkout
        if name in PAGES and (folder / f"{name}.md").is_file():
            return (folder / f"{name}.md").read_text(encoding="utf-8")
    raise ConfigurationError(f"the page {name!r} is not installed here")
