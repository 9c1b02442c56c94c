"""The stub is valid Python typing, says everything, and is short enough for a prompt."""

from __future__ import annotations

import ast
import re

import pytest

from primitives import failures
from primitives.api import surface
from primitives.registry import LEVELS, Primitive, Surface
from primitives.stub import render


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("for_checking", [False, True])
def test_it_is_python_and_holds_every_primitive_with_its_docstring(level: str, for_checking: bool) -> None:
    shown = surface(level)
    tree = ast.parse(render(shown, for_checking=for_checking))
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    assert tuple(functions) == shown.names
    for p in shown.primitives:
        words = (ast.get_docstring(functions[p.name]) or "").split()
        assert words == p.doc.split()
        assert [a.arg for a in functions[p.name].args.args + functions[p.name].args.kwonlyargs] == [
            a.name for a in p.parameters
        ]


@pytest.mark.parametrize("level", LEVELS)
def test_every_name_in_it_is_defined_in_it(level: str) -> None:
    tree = ast.parse(render(surface(level)))
    defined = {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    defined |= {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    defined |= {a.asname or a.name for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert used - defined <= {
        "str",
        "float",
        "int",
        "bool",
        "tuple",
        "list",
        "dict",
        "object",
        "Exception",
        "classmethod",
    }


def test_every_name_in_it_is_defined_when_a_program_runs(tmp_path) -> None:
    from codepolicy.sandbox.program_namespace import ALIASES, VALUES

    given = {cls.__name__ for cls in VALUES} | set(ALIASES)
    for level in LEVELS:
        tree = ast.parse(render(surface(level)))
        shown = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
        shown |= {n.targets[0].id for n in tree.body if isinstance(n, ast.Assign)}
        assert shown <= given


def test_the_skill_surface_fits_a_prompt() -> None:
    text = render(surface("skill"))
    pieces = re.findall(r"[A-Za-z]+|\d{1,3}| ?[^\sA-Za-z0-9]+|\n+\s*", text)
    assert len(pieces) <= 1530  # within 4 % of what cl100k and o200k count
    assert len(text) < 5700


def test_every_failure_is_known_to_the_checker() -> None:
    text = render(surface("skill"), for_checking=True)
    assert all(f"class {cls.__name__}(Failure)" in text for cls in failures.FAILURES.values())


def test_awkward_docstrings_and_defaults_stay_python() -> None:
    def odd() -> None: ...

    primitive = Primitive(
        name="odd",
        function=odd,
        surfaces=frozenset({"skill"}),
        kind="other",
        parameters=(),
        returns=type(None),
        returns_text="None",
        doc='Says """hello""" and \\n ends with a "quote"',
    )
    tree = ast.parse(render(Surface("skill", (primitive,))))
    assert ast.get_docstring(tree.body[-1]) == 'Says """hello""" and \\n ends with a "quote"'  # type: ignore[arg-type]
