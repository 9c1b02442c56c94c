"""Three hundred ordinary programs pass the gate: every way to choose, to act and to tell, put together as models do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codepolicy.static_checks import check, type_check
from primitives.api import surface
from primitives.scene import Workspace

FOLDER = Path(__file__).parent / "idioms"


def idioms(name: str) -> list[str]:
    return [part.strip("\n") + "\n" for part in (FOLDER / f"{name}.txt").read_text("utf-8").split("#---\n")]


CHOOSING, ACTING, TELLING = idioms("choosing"), idioms("acting"), idioms("telling")
PROGRAMS = [
    choose + ACTING[(i + 7 * k) % len(ACTING)] + TELLING[(i + k) % len(TELLING)]
    for k in range(10)
    for i, choose in enumerate(CHOOSING)
]


def _checked(folder: Path, sources: list[str], stub: str, checker: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """What the checker prints about each source."""
    folder.mkdir()
    for module in type_check._UNTYPED:
        (folder / f"{module}.pyi").write_text(type_check._ANYTHING)
    (folder / "__builtins__.pyi").write_text(stub)
    (folder / "ty.toml").write_text(type_check._CONFIGURATION)
    for i, source in enumerate(sources):
        (folder / f"p{i}.py").write_text(source, encoding="utf-8")
    command = [*checker[:-1], *(f"p{i}.py" for i in range(len(sources)))]
    rows = subprocess.run(command, cwd=folder, env={"HOME": str(folder)}, capture_output=True, check=False)
    lines = rows.stdout.decode().splitlines()
    return {
        (source, stub): "\n".join(r.replace(f"p{i}.py:", "program.py:") for r in lines if r.startswith(f"p{i}.py:"))
        for i, source in enumerate(sources)
    }


@pytest.fixture
def one_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All programs in few calls of the type checker."""
    told: dict[tuple[str, str], str] = {}
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(type_check, "_told", lambda source, stub: asked.append((source, stub)) or "")
    for program in PROGRAMS:
        check(program, surface("skill"), workspace=Workspace(), whole=True)
    checker = type_check._ty()
    assert checker is not None
    for number, stub in enumerate(dict.fromkeys(stub for _, stub in asked)):
        told |= _checked(tmp_path / str(number), [source for source, other in asked if other == stub], stub, checker)
    monkeypatch.setattr(type_check, "_told", lambda source, stub: told[source, stub])


def test_no_ordinary_program_is_refused(one_call: None) -> None:
    assert len(set(PROGRAMS)) == 300
    refused = {
        program: [(f.line, f.message) for f in found]
        for program in PROGRAMS
        if (found := check(program, surface("skill"), workspace=Workspace(), whole=True))
    }
    assert not refused, f"{len(refused)} of 300: " + "\n\n".join(f"{p}\n{f}" for p, f in list(refused.items())[:5])
