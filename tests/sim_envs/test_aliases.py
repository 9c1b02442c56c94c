"""Words of other languages for categories and colours come from the scene file."""

from __future__ import annotations

from pathlib import Path

import pytest

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import NotFound
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.perception.tracking.scene_memory import SceneMemory
from sim_envs.environment import PyBulletEnvironment
from sim_envs.scenes.scene_files import read_scene

OBJECTS = (
    '[[objects]]\ncategory = "block"\ncolor = "red"\nposition = [0.5, 0.1]\n'
    '[[objects]]\ncategory = "bowl"\ncolor = "blue"\nposition = [0.5, -0.1]\n'
)


def test_aliases_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "scene.toml"
    path.write_text(
        'aliases = {"Würfel" = "block", "rot" = "red", "große Schale" = "bowl"}\n' + OBJECTS, encoding="utf-8"
    )
    environment = PyBulletEnvironment()
    robot = environment.reset(TrialSpec(scene=str(path))).robot
    memory = SceneMemory(robot, RgbdDetector())
    assert memory.find("der Würfel".removeprefix("der ")).name == "red block"
    assert memory.find("rot würfel").name == "red block"
    assert [o.name for o in memory.find_all("große Schale")] == ["blue bowl"]
    assert memory.find("largest Würfel").name == "red block"
    with pytest.raises(NotFound):
        memory.find("Rotor")  # a word is replaced as a whole only
    environment.close()


@pytest.mark.parametrize(
    ("aliases", "said"),
    [
        ('{"Würfel" = "blok"}', "'block'"),
        ('{"" = "block"}', "no word"),
        ("3", "write aliases"),
        ('{"a1" = "block"}', "no word"),
    ],
)
def test_a_bad_alias_gets_a_sentence(tmp_path: Path, aliases: str, said: str) -> None:
    path = tmp_path / "scene.toml"
    path.write_text(f"aliases = {aliases}\n" + OBJECTS, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_scene(path)
    assert said in str(refused.value)
