"""The distribution as a user meets it: cheap import, public names, versions that agree."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("pybullet", "pinocchio", "cv2", "ompl", "openai", "av", "rich.live")


def _modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(chr(0), *sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("\0")[2].split())


@pytest.mark.parametrize("package", ["codepolicy", "primitives", "sim_envs"])
def test_import_is_cheap(package: str) -> None:
    loaded = _modules_after(f"import {package}")
    assert package in loaded
    assert not loaded.intersection(HEAVY)


def test_help_is_instant() -> None:
    """Counted in modules, since a clock tells how busy the machine is."""
    bare = _modules_after("import tyro, argparse, tomllib")
    help_text = "from codepolicy.cli.commands import parse\ntry: parse(['--help'])\nexcept SystemExit: pass"
    helped = _modules_after(help_text)
    ours = {name for name in helped if name.partition(".")[0] in ("codepolicy", "primitives", "sim_envs")}
    assert "codepolicy.cli.run" in ours and len(ours) < 45, sorted(ours)
    assert not helped.intersection({*HEAVY, "numpy", "shapely", "msgspec"})
    assert len(helped - bare) < 75, sorted(helped - bare)


def test_the_version_is_told() -> None:
    from codepolicy import __version__

    done = subprocess.run([sys.executable, "-m", "codepolicy", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"codepolicy {__version__}\n" and importlib.metadata.version("codepolicy") == __version__


def test_every_entry_point_loads() -> None:
    groups = ("codepolicy.environments", "codepolicy.detectors", "codepolicy.models")
    points = [p for group in groups for p in importlib.metadata.entry_points(group=group)]
    assert {p.name for p in points} >= {"pybullet", "rgbd", "oracle", "offline", "openai", "replay"}
    for point in points:
        assert callable(point.load()), point


def test_public_names_resolve() -> None:
    package = importlib.import_module("codepolicy")
    assert {"Agent", "Session", "Settings", "Episode", "Model", "Message", "Reply", "Interrupted"} <= set(dir(package))
    for name in dir(package):
        assert getattr(package, name) is not None


def test_every_dependency_is_justified() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text()
    wanted = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    for requirement in (r for r in wanted if not r.startswith("codepolicy[")):
        name = requirement.split(";")[0].split("[")[0].split("=")[0].rstrip("<>~! ").split("<")[0].split(">")[0]
        assert f"`{name}`" in page, f"{name} is not explained in docs/dependencies.md"


def test_examples_and_pages_import_from_the_public_face() -> None:
    pages = [ROOT / "README.md", *(ROOT / "examples").glob("*.py"), ROOT / "docs" / "agent.md"]
    for page in pages:
        assert not re.findall(r"^(?:from|import) codepolicy\.\S+", page.read_text(), re.MULTILINE), page
