"""Packages that add tasks, primitives, detectors and models: written, installed, used, and blamed when they break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from codepolicy.scaffold import KINDS, write
from primitives.errors import ConfigurationError


def installed(package: Path, target: Path) -> None:
    """As `pip install --no-deps --target` leaves it, without a build backend."""
    project = tomllib.loads((package / "pyproject.toml").read_text())
    (module,) = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    target.mkdir(exist_ok=True)
    (target / module).write_text((package / module).read_text())
    info = target / f"{project['project']['name'].replace('-', '_')}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: 0.1.0\n")
    groups = project["project"]["entry-points"].items()
    sections = (f"[{group}]\n" + "\n".join(f"{n} = {v}" for n, v in points.items()) for group, points in groups)
    (info / "entry_points.txt").write_text("\n".join(sections) + "\n")


def run(target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env={**os.environ, "PYTHONPATH": str(target), "COLUMNS": "200"},
        cwd=target,
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one plug-in of each kind is installed."""
    folder = tmp_path_factory.mktemp("sound")
    for kind in KINDS:
        write(kind, f"sound-{kind}", folder)
        installed(folder / f"sound-{kind}", folder / "target")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_tests_of_a_new_package_pass_at_once(sound: Path, kind: str) -> None:
    done = run(sound / f"sound-{kind}", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_all_of_them_work_together(sound: Path) -> None:
    listed = run(sound / "target", "codepolicy", "tasks", "--json")
    assert "sound-task" in {task["id"] for task in json.loads(listed.stdout)["tasks"]}, listed.stderr
    assert "def sound_primitive(" in run(sound / "target", "codepolicy", "api").stdout
    flags = ("--detector", "sound-detector", "--trials", "1", "--jobs", "1", "--out", "run", "--json")
    played = run(sound / "target", "codepolicy", "eval", "sound-task", "--oracle", *flags)
    assert played.returncode == 0 and json.loads(played.stdout)["total"]["won"] == 1, played.stderr
    sources = json.loads((sound / "target" / "run" / "run.json").read_text())["configuration"]["sources"]
    assert {"codepolicy_sound_task", "codepolicy_sound_primitive", "codepolicy_sound_detector"} <= set(sources)


BREAKS = {
    "task-goal": ("task", "block = case.named", "1 / 0; block = case.named", ("exec", "--oracle", "--task", "{name}")),
    "task-scene": ("task", "color = values", "1 / 0; color = values", ("exec", "--oracle", "--task", "{name}")),
    "primitive": ("primitive", "if count < 1:", "if 1 / 0:", ("exec", "program.py", "--task", "lift-block")),
    "detector": (
        "detector",
        "found = self",
        "1 / 0; found = self",
        ("exec", "--oracle", "--task", "lift-block", "--detector", "{name}"),
    ),
    "model": ("model", "named = re", "1 / 0; named = re", ("run", "pick up the red block", "--model", "{name}")),
    "factory": ("model", "return Broken", "return 1 / 0 or Broken", ("run", "lift it", "--model", "{name}")),
}


@pytest.mark.slow
@pytest.mark.parametrize("where", BREAKS)
def test_what_breaks_in_a_plug_in_is_blamed_on_it(where: str, tmp_path: Path) -> None:
    kind, sane, faulty, command = BREAKS[where]
    name = "broken-one"
    module = write(kind, name, tmp_path)[2]
    assert sane in module.read_text()
    module.write_text(module.read_text().replace(sane, faulty))
    installed(tmp_path / name, tmp_path / "target")
    (tmp_path / "target" / "program.py").write_text("broken_one()\n")
    done = run(tmp_path / "target", "codepolicy", *(word.format(name=name) for word in command), "--no-video")
    told = done.stdout + done.stderr
    assert done.returncode not in (0, 2), told
    assert "plug-in 'codepolicy-broken-one' (codepolicy_broken_one.py, line " in told, told
    assert "fault of codepolicy" not in told


def test_a_plug_in_that_does_not_load_is_named(tmp_path: Path) -> None:
    module = write("task", "half-done", tmp_path)[2]
    module.write_text("import no_such_module_of_theirs\n")
    installed(tmp_path / "half-done", tmp_path / "target")
    for command in (("tasks",), ("exec", "--oracle", "--task", "lift-block")):
        done = run(tmp_path / "target", "codepolicy", *command)
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "plug-in 'codepolicy-half-done'" in done.stderr and "no_such_module_of_theirs" in done.stderr


def test_a_name_that_is_taken_is_refused_with_its_owner(tmp_path: Path) -> None:
    module = write("task", "second-lift", tmp_path)[2]
    module.write_text(module.read_text().replace('id="second-lift"', 'id="lift-block"'))
    installed(tmp_path / "second-lift", tmp_path / "target")
    done = run(tmp_path / "target", "codepolicy", "tasks")
    assert done.returncode == 2
    assert "plug-in 'codepolicy-second-lift'" in done.stderr and "'lift-block' is taken" in done.stderr


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("task", "lift-block", "already"),
        ("task", "Lift Block", "small letters"),
        ("primitive", "pick", "already"),
        ("primitive", "print", "Python's own"),
        ("detector", "rgbd", "already"),
        ("model", "../x", "small letters"),
    ],
)
def test_names_that_cannot_be_are_refused(kind, name, why, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=why):
        write(kind, name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write("task", "mine", tmp_path)
    with pytest.raises(ConfigurationError, match="is there already"):
        write("task", "mine", tmp_path)
