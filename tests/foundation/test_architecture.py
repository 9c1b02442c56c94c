"""The map agrees with the land: rooms and arrows of the diagram, and every path that a page names."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROOMS: dict[str, str] = dict(re.findall(r'^\s+(\w+)\["([\w.]+)"\]$', PAGE, re.MULTILINE))
ARROWS: list[tuple[str, str]] = re.findall(r"^\s+(\w+) --> (\w+)$", PAGE, re.MULTILINE)
PATHS = re.compile(r"`((?:codepolicy|primitives|sim_envs|docs|tests|benchmarks|examples)/[\w./-]*)`")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("codepolicy", "primitives", "sim_envs")


def _family(graph: grimp.ImportGraph, module: str) -> set[str]:
    return {module} | graph.find_descendants(module)


def _imports(graph: grimp.ImportGraph, importer: str, imported: str) -> bool:
    wanted = _family(graph, imported)
    return any(not wanted.isdisjoint(graph.find_modules_directly_imported_by(m)) for m in _family(graph, importer))


def test_rooms_of_the_diagram_exist(graph: grimp.ImportGraph) -> None:
    assert len(ROOMS) > 30
    assert set(ROOMS.values()) <= graph.modules


@pytest.mark.parametrize(("importer", "imported"), ARROWS)
def test_arrows_of_the_diagram_are_imports(graph: grimp.ImportGraph, importer: str, imported: str) -> None:
    assert _imports(graph, ROOMS[importer], ROOMS[imported])
    assert not _imports(graph, ROOMS[imported], ROOMS[importer])


def test_every_folder_of_the_packages_is_in_the_diagram() -> None:
    folders = {
        f"{package}.{path.parent.name}"
        for package in ("codepolicy", "primitives", "sim_envs")
        for path in (ROOT / package).glob("*/__init__.py")
    }
    assert folders - set(ROOMS.values()) == set()


def test_at_least_twenty_questions_are_answered() -> None:
    assert len(re.findall(r"^\| .+\? \| `.+ \|$", PAGE, re.MULTILINE)) >= 20


@pytest.mark.parametrize(
    "page", ["docs/architecture.md", "CONTRIBUTING.md", "docs/decisions/0003-rooms.md", "docs/motion.md"]
)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    paths = PATHS.findall((ROOT / page).read_text())
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
