"""Three hundred ordinary programs pass the gate: every way to choose, to act and to tell, put together as models do."""

from __future__ import annotations

from pathlib import Path

from codepolicy.static_checks import check
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


def test_no_ordinary_program_is_refused() -> None:
    assert len(set(PROGRAMS)) == 300
    refused = {
        program: [(f.line, f.message) for f in found]
        for program in PROGRAMS
        if (found := check(program, surface("skill"), workspace=Workspace(), whole=True))
    }
    assert not refused, f"{len(refused)} of 300: " + "\n\n".join(f"{p}\n{f}" for p, f in list(refused.items())[:5])
