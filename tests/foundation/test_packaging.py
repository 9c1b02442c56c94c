"""The distribution as a user meets it: cheap import, public names, versions that agree."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("pybullet", "pinocchio", "cv2", "ompl", "openai", "av", "rich.live")


def _modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("package", ["codepolicy", "primitives", "sim_envs"])
def test_import_is_cheap(package: str) -> None:
    loaded = _modules_after(f"import {package}")
    assert package in loaded
    assert not loaded.intersection(HEAVY)


def test_help_is_instant() -> None:
    times: list[float] = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "codepolicy", "--help"], capture_output=True, text=True, check=True
        )
        times.append(time.perf_counter() - start)
        assert "run" in done.stdout
    assert min(times) < 0.4 * 2.5, times  # 0.4 s on an idle machine; continuous integration shares its cores


def test_every_entry_point_loads() -> None:
    groups = ("codepolicy.environments", "codepolicy.detectors", "codepolicy.models")
    points = [p for group in groups for p in importlib.metadata.entry_points(group=group)]
    assert {p.name for p in points} >= {"pybullet", "rgbd", "oracle", "offline", "openai", "replay"}
    for point in points:
        assert callable(point.load()), point


def test_public_names_resolve() -> None:
    package = importlib.import_module("codepolicy")
    assert "Agent" in dir(package)
    for name in dir(package):
        assert getattr(package, name) is not None


def test_every_dependency_is_justified() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text()
    wanted = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    for requirement in wanted:
        name = requirement.split(";")[0].split("[")[0].split("=")[0].rstrip("<>~! ").split("<")[0].split(">")[0]
        assert f"`{name}`" in page, f"{name} is not explained in docs/dependencies.md"
