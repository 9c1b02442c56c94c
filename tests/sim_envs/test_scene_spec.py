"""Faulty scenes are refused before anything is loaded, with a sentence that says what is wrong and what is valid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from primitives.colors import CAP_COLORS, COLORS, canonical
from primitives.errors import ConfigurationError
from primitives.scene import Workspace
from sim_envs.scenes.initial_layout import layout
from sim_envs.scenes.scene_files import named_scene, read_scene
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, SceneSpec, gap
from sim_envs.scenes.validation import resolved

WORKSPACE = Workspace()
NAN, INF = float("nan"), float("inf")


def test_twenty_colors_in_one_table() -> None:
    assert len(COLORS) == 20
    assert set(CAP_COLORS) <= set(COLORS)
    assert canonical("Grey") == "gray"
    assert canonical("violet") == "purple"
    assert canonical("plaid") is None


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (ObjectSpec("blok", "red"), r"unknown category 'blok'. Did you mean 'block'"),
        (ObjectSpec("block", "rad"), r"unknown color 'rad'. Did you mean 'red'"),
        (ObjectSpec("block", "red", size=-0.04), "positive finite"),
        (ObjectSpec("block", "red", size=0.0), "positive finite"),
        (ObjectSpec("block", "red", size=NAN), "positive finite"),
        (ObjectSpec("block", "red", size=INF), "positive finite"),
        (ObjectSpec("block", "red", size=(0.04, 0.04)), r"one number or \[x, y, z\]"),
        (ObjectSpec("block", "red", size=3.0), r"out of bounds; its horizontal extent is 0.01 to 0.2 m"),
        (ObjectSpec("block", "red", size=(0.04, 0.04, 0.9)), "height 0.9 m is out of bounds"),
        (ObjectSpec("bowl", "red", size=(0.15, 0.12, 0.05)), "round"),
        (ObjectSpec("block", "red", yaw=NAN), "yaw"),
        (ObjectSpec("block", "red", position=(0.5,)), r"give \[x, y\] or \[x, y, z\]"),
        (ObjectSpec("block", "red", position=(NAN, 0.0)), "finite number"),
        (ObjectSpec("block", "red", position=(1.5, 0.0)), r"outside the working area, x 0.28 to 0.7"),
        (ObjectSpec("block", "red", position=(0.5, 0.0, -0.1)), "z is the height of the centre"),
        (ObjectSpec("block", "red", name="  "), "name is empty"),
    ],
)
def test_faulty_object_is_refused(spec: ObjectSpec, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as error:
        resolved(SceneSpec((spec,), "mine"), WORKSPACE)
    assert "objects[0] of scene 'mine'" in str(error.value)


@pytest.mark.parametrize(
    ("scene", "says"),
    [
        (SceneSpec(()), "has no objects"),
        (SceneSpec((ObjectSpec("block", "red"),), clearance=-1.0), "clearance"),
        (SceneSpec((ObjectSpec("block", "red", name="a"), ObjectSpec("ball", "red", name="a"))), "'a' is used 2 times"),
        (
            SceneSpec(
                (ObjectSpec("block", "red", position=(0.5, 0.0)), ObjectSpec("ball", "blue", position=(0.51, 0.0)))
            ),
            "'red block' and 'blue ball' overlap",
        ),
    ],
)
def test_faulty_scene_is_refused(scene: SceneSpec, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        resolved(scene, WORKSPACE)


def test_twins_are_numbered_around_given_names() -> None:
    block = ObjectSpec("block", "grey")
    scene = resolved(SceneSpec((block, block, ObjectSpec("block", "gray", name="gray block 2"))), WORKSPACE)
    assert [o.name for o in scene.objects] == ["gray block 1", "gray block 3", "gray block 2"]


def test_twins_with_a_position_are_numbered_from_left_to_right() -> None:
    at = [(0.5, -0.1), None, (0.5, 0.2), (0.6, -0.1)]
    scene = resolved(SceneSpec(tuple(ObjectSpec("block", "red", position=p) for p in at)), WORKSPACE)
    assert [o.name for o in scene.objects] == ["red block 3", "red block 4", "red block 1", "red block 2"]
    alone = resolved(SceneSpec((ObjectSpec("block", "red"), ObjectSpec("bowl", "red"))), WORKSPACE)
    assert [o.name for o in alone.objects] == ["red block", "red bowl"]


def test_a_stack_and_a_filled_bowl_may_share_their_place() -> None:
    at = (0.5, 0.0)
    stack = [ObjectSpec("block", "red", position=at), ObjectSpec("block", "blue", position=(*at, 0.06))]
    filled = [ObjectSpec("bowl", "red", position=(0.4, 0.2)), ObjectSpec("block", "green", position=(0.4, 0.2, 0.03))]
    assert len(resolved(SceneSpec((*stack, *filled)), WORKSPACE).objects) == 4


@pytest.mark.parametrize("name", ["blocks-and-bowls", "random"])
@pytest.mark.parametrize("seed", range(5))
def test_seeded_layout_keeps_clearance_and_repeats(name: str, seed: int) -> None:
    scene = resolved(named_scene(name, np.random.default_rng(seed)), WORKSPACE)
    places = layout(scene, np.random.default_rng(seed), WORKSPACE)
    again = layout(scene, np.random.default_rng(seed), WORKSPACE)
    other = layout(scene, np.random.default_rng(seed + 1000), WORKSPACE)
    assert places == again
    assert places != other
    objects = [
        ObjectSpec(o.category, o.color, size=o.size, position=p.position, yaw=p.yaw)
        for o, p in zip(scene.objects, places, strict=True)
    ]
    for i, a in enumerate(objects):
        assert all(gap(a, b) >= scene.clearance - 2e-3 for b in objects[i + 1 :])
        assert WORKSPACE.table.contains(places[i].position)


def test_too_many_objects_say_what_to_relax() -> None:
    scene = resolved(SceneSpec(tuple(ObjectSpec("bowl", "red") for _ in range(30)), "crowd"), WORKSPACE)
    with pytest.raises(ConfigurationError, match=r"30 objects of scene 'crowd'.*fewer or smaller.*clearance"):
        layout(scene, np.random.default_rng(0), WORKSPACE)


def test_scene_file_in_full(tmp_path: Path) -> None:
    file = tmp_path / "scene.toml"
    file.write_text(
        'clearance = 0.05\n[[objects]]\ncategory = "block"\ncolor = "grey"\nsize = 0.03\nposition = [0.5, 0]\n'
        'yaw = 0.3\n[[objects]]\ncategory = "box"\ncolor = "blue"\nname = "tray"\nsize = [0.2, 0.1, 0.04]\n'
        "movable = false\n"
    )
    scene = resolved(read_scene(file), WORKSPACE)
    block, tray = scene.objects
    assert (scene.clearance, block.color, block.extent, block.position) == (0.05, "gray", (0.03, 0.03, 0.03), (0.5, 0))
    assert (tray.name, tray.extent, tray.movable) == ("tray", (0.2, 0.1, 0.04), False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[objects]\n", "is no valid TOML"),
        ("objects = 3\n", r"\[\[objects\]\]"),
        ("[[objects]]\ncolor = 'red'\n", "the key 'category' is missing"),
        ("[[objects]]\ncategory = 'block'\ncolour = 'red'\n", "unknown key 'colour'. Did you mean 'color'"),
        ("[[objects]]\ncategory = 'block'\ncolor = 3\n", "Expected `str`"),
        ("gravity = 1\n[[objects]]\ncategory = 'block'\ncolor = 'red'\n", "unknown key 'gravity'"),
    ],
)
def test_faulty_scene_file_names_file_table_and_key(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "scene.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=says) as error:
        read_scene(file)
    assert str(file) in str(error.value)


def test_missing_scene_names_the_built_in_ones() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ConfigurationError, match="Did you mean 'blocks-and-bowls'"):
        named_scene("blocks-and-bowl", rng)
    with pytest.raises(ConfigurationError, match="cannot read the scene file"):
        named_scene("nowhere.toml", rng)


@pytest.mark.parametrize("category", SIZES)
def test_defaults_of_every_category_are_valid(category: str) -> None:
    assert resolved(SceneSpec((ObjectSpec(category, "red"),)), WORKSPACE).objects[0].extent == SIZES[category].default
