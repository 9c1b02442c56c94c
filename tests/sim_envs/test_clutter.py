"""Clutter of a scene file is drawn by the seed, from what PyBullet brings and from files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trimesh")

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from sim_envs.environment import PyBulletEnvironment
from sim_envs.scenes.scene_files import read_scene

BOX = '\n[[objects]]\ncategory = "box"\ncolor = "red"\n'
WEDGE = "v 0 0 0\nv 60 0 0\nv 0 40 0\nv 0 0 30\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def scene(folder: Path, clutter: str) -> Path:
    path = folder / "scene.toml"
    path.write_text(f"clutter = {clutter}\n{BOX}")
    return path


def test_the_seed_draws_things_of_colours_that_nothing_else_has(tmp_path: Path) -> None:
    path = scene(tmp_path, '{from = "random_urdfs", count = 5}')
    first, again, other = (read_scene(path, np.random.default_rng(seed)).objects for seed in (1, 1, 2))
    assert first == again
    assert first != other
    drawn = first[1:]
    assert len({o.color for o in first}) == 6
    assert all("random_urdfs" in o.model.path for o in drawn if o.model)
    assert all(o.category == "object" and o.model for o in drawn)


def test_clutter_stands_on_the_table(tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text(WEDGE)
    path = scene(tmp_path, '{from = ["wedge.obj"], count = 2, scale = 0.001}')
    environment = PyBulletEnvironment()
    environment.reset(TrialSpec(seed=4, scene=str(path)))
    world = environment.world()
    environment.close()
    things = [state for state in world.values() if state.category == "object"]
    assert len(things) == 2
    assert all(0.0 < state.position[2] < 0.04 for state in things)


@pytest.mark.parametrize(
    ("clutter", "said"),
    [
        ('{from = "random_urdfs", count = 0}', "valid: 1 to 12"),
        ('{from = "random_urdfs", count = 500}', "valid: 1 to 12"),
        ('{from = "random_urdfs"}', "write clutter ="),
        ('{from = "unicorns", count = 2}', "It brings: duck"),
        ("{from = [], count = 2}", "names nothing"),
        ('{from = "missing.obj", count = 1}', "no file"),
        ('{from = "random_urdfs", count = 2, color = "red"}', "write clutter ="),
        ("5", "write clutter ="),
    ],
)
def test_a_mistake_is_told_in_a_sentence(tmp_path: Path, clutter: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"scene\.toml.*clutter") as error:
        read_scene(scene(tmp_path, clutter))
    assert said in str(error.value)
