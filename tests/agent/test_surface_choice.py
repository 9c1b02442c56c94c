"""Which functions a program gets: by flag, by task, or by what stands on the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepolicy.agent import open_executor
from codepolicy.settings import Settings
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError

SCENE = '[[objects]]\ncategory = "{}"\ncolor = "red"\nposition = [0.60, 0.0]\nyaw = 3.14\n'


def names(spec: TrialSpec, settings: Settings) -> tuple[str, ...]:
    from sim_envs.environment import make

    environment = make()
    try:
        with open_executor(environment, spec, settings) as executor:
            return executor.surface.names
    finally:
        environment.close()


@pytest.mark.slow
@pytest.mark.parametrize(("category", "led"), [("drawer", True), ("button", True), ("block", False)])
def test_a_scene_with_furniture_gets_the_functions_that_open_it(tmp_path: Path, category: str, led: bool) -> None:
    file = tmp_path / "scene.toml"
    file.write_text(SCENE.format(category))
    assert ("move_linear" in names(TrialSpec(scene=str(file)), Settings())) is led
    assert "move_linear" not in names(TrialSpec(scene=str(file)), Settings(surface="skill"))


@pytest.mark.slow
def test_a_surface_may_stand_alone() -> None:
    both = names(TrialSpec(), Settings(surface="tool"))
    alone = names(TrialSpec(), Settings(surface="tool", surface_alone=True))
    assert "pick" in both and "pick" not in alone and "move_linear" in alone
    assert set(alone) < set(both)


def test_alone_restricts_a_surface_that_is_named() -> None:
    with pytest.raises(ConfigurationError, match="add --surface"):
        Settings(surface_alone=True)
