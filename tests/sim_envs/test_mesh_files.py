"""Things of mesh and URDF files stand in scenes; a bad file is a sentence that says what to do."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("trimesh")

from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.mesh_bodies import visible_mesh
from sim_envs.scenes.scene_files import read_scene

WEDGE = "v 0 0 0\nv 60 0 0\nv 0 40 0\nv 0 0 30\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def scene(folder: Path, *lines: str) -> Path:
    path = folder / "scene.toml"
    path.write_text("[[objects]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_mesh_stands_on_the_table_with_its_name_size_and_mass(tmp_path: Path) -> None:
    (tmp_path / "wedge.obj").write_text(WEDGE)
    path = scene(
        tmp_path, 'mesh = "wedge.obj"', "scale = 0.001", 'name = "door wedge"', "mass = 0.2", 'color = "orange"',
        "position = [0.5, 0.1]",
    )  # fmt: skip
    environment = PyBulletEnvironment()
    trial = environment.reset(TrialSpec(scene=str(path)))
    state = environment.world()["door wedge"]
    frame = trial.robot.cameras[0].frame(after=0.0, timeout_s=1.0)
    environment.close()
    assert state.category == "object"
    assert state.size == pytest.approx((0.06, 0.04, 0.03))
    assert abs(state.position[2] - 0.015) < 0.006
    orange = (frame.rgb[..., 0] > 150) & (frame.rgb[..., 2] < 60)
    assert orange.sum() > 300
    model = read_scene(path).objects[0].model
    assert model is not None
    assert model.mass == 0.2


def test_an_stl_and_what_pybullet_brings_are_read(tmp_path: Path) -> None:
    corners = np.array([[0, 0, 0], [0.05, 0, 0], [0, 0.05, 0], [0, 0, 0.05]], np.float32)
    faces = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
    data = b"\0" * 80 + struct.pack("<I", len(faces))
    data += b"".join(struct.pack("<3f", 0, 0, 0) + corners[list(f)].tobytes() + b"\0\0" for f in faces)
    (tmp_path / "corner.stl").write_bytes(data)
    stl = read_scene(scene(tmp_path, 'mesh = "corner.stl"')).objects[0]
    assert stl.extent == pytest.approx((0.05, 0.05, 0.05))
    jenga = read_scene(scene(tmp_path, 'urdf = "pybullet_data:jenga"')).objects[0]
    assert sorted(jenga.extent) == pytest.approx([0.03, 0.05, 0.15])
    shape = read_scene(scene(tmp_path, 'urdf = "pybullet_data:random_urdfs/007"')).objects[0]
    assert 0.02 < max(shape.extent) < 0.2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (('mesh = "wedge.obj"',), "scale = 0.001?"),
        (('mesh = "wedge.obj"', "scale = 1e-6"), "m large"),
        (('mesh = "wedge.obj"', "scale = -1"), "positive number"),
        (('mesh = "missing.obj"',), "no file"),
        (('mesh = "junk.obj"',), "no surface"),
        (('mesh = "junk.stl"',), "no surface"),
        (('mesh = "junk.glb"',), "cannot be read"),
        (('mesh = "notes.txt"',), "valid: .obj"),
        (('mesh = "flat.obj"', "scale = 0.001"), "no volume"),
        (('urdf = "bad.urdf"',), "no URDF"),
        (('urdf = "hollow.urdf"',), "which is not there"),
        (('urdf = "two.urdf"',), "2 meshes to see"),
        (('urdf = "pybullet_data:unicorn"',), "It brings: duck"),
        (('urdf = "pybullet_data:../../x.urdf"',), "PyBullet brings no"),
        (('mesh = "wedge.obj"', 'urdf = "bad.urdf"'), "not both"),
        (('mesh = "wedge.obj"', "scale = 0.001", "mass = 500"), "valid: 0.02 to 3 kg"),
        (('mesh = "wedge.obj"', "scale = 0.001", 'category = "mug"'), "is an object"),
        (('category = "block"', 'color = "red"', "mass = 1"), "add mesh or urdf"),
    ],
)
def test_bad_files_get_a_sentence(tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    (tmp_path / "wedge.obj").write_text(WEDGE)
    (tmp_path / "flat.obj").write_text("v 0 0 0\nv 60 0 0\nv 0 40 0\nf 1 2 3\n")
    (tmp_path / "notes.txt").write_text("hello")
    for name in ("junk.obj", "junk.stl", "junk.glb"):
        (tmp_path / name).write_bytes(b"\x00junk\xff")
    (tmp_path / "bad.urdf").write_text("<robot")
    visual = '<visual><geometry><mesh filename="wedge.obj"/></geometry></visual>'
    (tmp_path / "two.urdf").write_text(f"<robot><link>{visual}</link><link>{visual}</link></robot>")
    (tmp_path / "hollow.urdf").write_text(
        '<robot><link><visual><geometry><mesh filename="x.obj"/></geometry></visual></link></robot>'
    )
    with pytest.raises(ConfigurationError, match=r".+") as refused:
        read_scene(scene(tmp_path, *lines))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_surface_that_looks_inward_is_seen_all_the_same(tmp_path: Path) -> None:
    inward = "".join(f"f {' '.join(reversed(line.split()[1:]))}\n" for line in WEDGE.splitlines() if line[0] == "f")
    (tmp_path / "inward.obj").write_text(WEDGE.partition("f ")[0] + inward)
    (tmp_path / "wedge.obj").write_text(WEDGE)
    for name in ("inward", "wedge"):
        path = str(tmp_path / f"{name}.obj")
        surface = visible_mesh(path, (0.001, 0.001, 0.001))
        assert float((surface.vertices * surface.normals).sum(axis=1).min()) > 0.0  # a convex thing about its middle
