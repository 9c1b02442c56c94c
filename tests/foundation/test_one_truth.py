"""What is known about the world stands in one place, and whoever needs it reads it there."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

from codepolicy.cli.commands import COMMANDS
from codepolicy.models.options import ModelOptions
from codepolicy.offline.lexicon.thing_words import THINGS
from codepolicy.settings import Settings
from primitives.categories import CATEGORIES, NOUNS
from sim_envs.language.sentence_normalization import normalize
from sim_envs.scenes.scene_spec import SIZES

ROOT = Path(__file__).parents[2]


def _constants(folder: str) -> dict[tuple[str, str], str]:
    """(name, value) of the numbers that modules define by name, to one module that does."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            value = getattr(node, "value", None)
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            else:
                pairs = [(target, value)] if isinstance(target, ast.Name) and value is not None else []
            for name, number in pairs:
                if isinstance(name, ast.Name) and _is_number(number):
                    found[name.id.lstrip("_"), ast.unparse(number)] = str(path.relative_to(ROOT))
    return found


def _is_number(node: ast.AST) -> bool:
    try:
        value = ast.literal_eval(node)  # type: ignore[arg-type]
    except ValueError:
        return False
    values = value if isinstance(value, tuple) else (value,)
    return bool(values) and all(isinstance(v, float) for v in values)


def test_no_named_number_of_the_simulator_stands_in_primitives_too() -> None:
    ours, theirs = _constants("primitives"), _constants("sim_envs")
    assert {key: (ours[key], theirs[key]) for key in ours.keys() & theirs.keys()} == {}


def test_extents_of_the_simulator_are_not_copied_under_another_name() -> None:
    ours = {value: (name, path) for (name, value), path in _constants("primitives").items() if "," in value}
    theirs = {value: (name, path) for (name, value), path in _constants("sim_envs").items() if "," in value}
    assert {value: (ours[value], theirs[value]) for value in ours.keys() & theirs.keys()} == {}


def test_the_check_finds_a_copy() -> None:
    assert ("BOARD", "0.01") in {
        (name, str(float(value))) for name, value in _constants("primitives") if "," not in value
    }
    assert any("," in value for _, value in _constants("sim_envs"))


def test_scenes_hold_the_categories_that_there_are() -> None:
    assert set(SIZES) == set(CATEGORIES) - {"handle"}


@pytest.mark.parametrize("word", sorted(set(NOUNS) - {"dish", "can"}))
def test_tasks_read_every_noun(word: str) -> None:
    assert normalize(f"push the {word}") == normalize(f"push the {NOUNS[word]}")


@pytest.mark.parametrize("word", sorted(set(NOUNS) - {"dish", "container"}))
def test_the_rule_based_writer_reads_every_noun_as_the_same_category(word: str) -> None:
    # to it a dish is a bowl or a plate, and a container anything hollow: it sees the scene
    assert word in THINGS["NOUN"][NOUNS[word]].split(", ")


SET_BY_SUITES = {"eval": {"disturbances"}}
"""Settings that a command's own flag stands for."""


@pytest.mark.parametrize("name", COMMANDS)
def test_flags_follow_from_the_settings(name: str) -> None:
    defined = {f.name: f for kind in (Settings, ModelOptions) for f in dataclasses.fields(kind)}
    flags = {f.name: f for f in dataclasses.fields(COMMANDS[name])}
    for own in COMMANDS[name].__mro__:
        if own.__module__.startswith("codepolicy.cli"):
            again = defined.keys() & vars(own).get("__annotations__", {}).keys()
            assert again <= SET_BY_SUITES.get(name, set()), own
    if name in ("run", "chat"):
        assert defined.keys() <= flags.keys()
        assert all(flags[n].default == f.default for n, f in defined.items())
