"""An installation without a simulator: it says what is missing, and drives a robot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codepolicy.cli import diagnosis
from tests.hardware.test_robot_file import written

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pybullet", "pybullet_data"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from codepolicy.cli import main
sys.argv = ["codepolicy", *sys.argv[1:]]
main()
"""


def codepolicy(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200)


def test_the_simulated_environment_says_what_to_install(tmp_path: Path) -> None:
    done = codepolicy("run", "put the red block in the green bowl", folder=tmp_path)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode not in (0, 1) and "Traceback" not in said, said
    assert "codepolicy[sim]" in said and "--robot FILE" in said, said


@pytest.mark.slow
def test_a_robot_file_needs_none(tmp_path: Path) -> None:
    done = codepolicy("doctor", "--robot", str(written(tmp_path)), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("minor", "status"), [(11, "error"), (12, "warning")])
def test_doctor_says_where_there_is_a_wheel(monkeypatch: pytest.MonkeyPatch, minor: int, status: str) -> None:
    def missing(name: str) -> str:
        raise diagnosis.PackageNotFoundError(name)

    monkeypatch.setattr(diagnosis, "version", missing)
    monkeypatch.setattr(diagnosis.sys, "version_info", (3, minor, 0))
    monkeypatch.setattr(diagnosis.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(diagnosis.platform, "system", lambda: "Linux")
    found = diagnosis._simulator()
    assert found.status == status and "codepolicy[sim]" in found.advice
    assert status == "error" or "Python 3.12 on Linux x86_64" in found.found
