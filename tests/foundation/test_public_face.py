"""What the three packages export: cheap to import, resolvable, and no name twice."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("codepolicy", "primitives", "sim_envs")


def exported(package: str) -> dict[str, object]:
    module = importlib.import_module(package)
    return {name: getattr(module, name) for name in dir(module)}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_resolves(package: str) -> None:
    names = exported(package)
    assert names["__version__"] == importlib.metadata.version("codepolicy")
    assert len(names) > 10
    assert all(value is not None for value in names.values())


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = importlib.import_module(package).no_such_name


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_the_names_that_exist_at_run_time(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text())
    block = next(n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")
    typed = {
        alias.asname: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(typed) == set(exported(package)) - {"__version__"}
    for name, home in typed.items():
        assert getattr(importlib.import_module(str(home)), str(name)) is exported(package)[name]


def test_no_class_name_stands_twice_over_the_three_packages() -> None:
    homes = {
        (name, value.__module__)
        for package in PACKAGES
        for name, value in exported(package).items()
        if inspect.isclass(value)
    }
    assert {name for name, count in Counter(name for name, _ in homes).items() if count > 1} == set()


def test_no_file_name_stands_in_three_rooms() -> None:
    files = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py") if not p.name.startswith("__")]
    rooms = Counter(p.name for p in files)
    assert {name: count for name, count in rooms.items() if count > 2} == {}


def _imports(text: str) -> list[str]:
    return re.findall(r"^\s*(?:from|import) ((?:codepolicy|primitives|sim_envs)\b[\w.]*)", text, re.MULTILINE)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*.py"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_examples_and_docs_import_from_the_public_faces_only(page: Path) -> None:
    assert set(_imports(page.read_text())) <= set(PACKAGES)
