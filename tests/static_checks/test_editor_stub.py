"""`from primitives.api import …` in people's own programs: editors and type checkers know it, `exec` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codepolicy.cli import status
from codepolicy.cli.editor_imports import without_api_imports
from primitives.api import surface
from primitives.plugins import OWN
from primitives.registry import Surface
from primitives.stub import editor_stub

FILE = Path(__file__).parents[2] / "primitives" / "api" / "__init__.pyi"
PROGRAM = """from primitives.api import NotFound, find, pick, place  # for the editor

try:
    block = find("red block")
    pick(block)
    place((0.45, -0.1), yaw=0.3)
    print(block.position[2])
except NotFound as failure:
    print(failure.message)
"""


def test_the_file_is_what_the_registry_says() -> None:
    whole = surface("joint")
    ours = Surface("joint", tuple(p for p in whole.primitives if p.function.__module__.partition(".")[0] in OWN))
    assert FILE.read_text() == editor_stub(ours), (
        "codepolicy api --editor --surface joint > primitives/api/__init__.pyi"
    )


@pytest.mark.slow
def test_a_type_checker_finds_mistakes_and_only_these(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text(
        'from primitives.api import find, pick\npick(3)\nfind("x").colour\npick("x", hand="left")\n'
    )
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert {(Path(f["file"]).name, f["range"]["start"]["line"]) for f in found if f["severity"] == "error"} == {
        ("wrong.py", 1),
        ("wrong.py", 2),
        ("wrong.py", 3),
    }


def test_only_whole_imports_of_the_api_are_left_out() -> None:
    assert without_api_imports(PROGRAM) == PROGRAM.replace(PROGRAM.partition("\n")[0], "")
    several = "x = 1\nfrom primitives.api import (\n    find,\n    pick,\n)\npick(find('a'))\n"
    assert without_api_imports(several) == "x = 1\n\n\n\n\npick(find('a'))\n"
    for kept in ("from primitives.api import pick as p\n", "import primitives.api\n", "def (:\n"):
        assert without_api_imports(kept) == kept


@pytest.mark.slow
def test_such_a_program_is_executed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("red block", "orange block"))
    assert status(["exec", str(program), "--scene", "lift-block", "--out", str(tmp_path), "--no-video"]) == 0
    (page,) = tmp_path.glob("*/page.html")
    assert "orange block" in page.read_text()
