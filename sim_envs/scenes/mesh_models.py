"""Things that people have meshes of: OBJ, STL and GLB files, and what URDF files say of them.

Files are read by trimesh, an optional dependency (the extra `meshes`).
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from primitives.colors import COLORS
from primitives.errors import ConfigurationError
from primitives.scene import Vector3
from sim_envs.scenes.scene_spec import Model

SUFFIXES = (".obj", ".stl", ".glb")
MOST_FACES = 200_000
LARGEST_FILE = 50_000_000
"""Bytes."""
LONGEST, SHORTEST = 0.40, 0.005
"""m; things on the table are in between."""
DENSITY = 400.0
"""kg/m³ of what says no mass."""
LIGHTEST, HEAVIEST = 0.02, 3.0
"""kg."""
SHIPPED = "pybullet_data:"
"""Begins the names of what PyBullet brings."""
_NAMED = {
    "duck": "duck_vhacd.urdf",
    "lego": "lego/lego.urdf",
    "mug": "objects/mug.urdf",
    "jenga": "jenga/jenga.urdf",
    "domino": "domino/domino.urdf",
    "soccer ball": "soccerball.urdf",
}
_NAMED_SCALE = {"soccer ball": 0.22}
"""Of those that PyBullet brings in another size than people have them."""


def read_model(
    where: str, *, mesh: str | None, urdf: str | None, scale: float | None, mass: float | None, folder: Path
) -> Model:
    """The thing of a mesh or URDF file.

    Args:
        where: begins error messages.
        mesh: an OBJ, STL or GLB file, in m unless `scale` says otherwise.
        urdf: a URDF file with one link, or "pybullet_data:NAME".
        scale: metres per unit of the file; of a URDF, a factor on its own scale.
        mass: kg; left out, what the URDF says, else by volume.
        folder: what paths are relative to.

    Raises:
        ConfigurationError: it cannot be read, is no thing to put on a table, or trimesh is not installed.
    """
    if scale is not None and not (math.isfinite(scale) and scale > 0):
        raise ConfigurationError(f"{where}: scale is {scale!r}; it is a positive number, metres per unit of the file.")
    if mass is not None and not LIGHTEST <= mass <= HEAVIEST:
        raise ConfigurationError(f"{where}: mass is {mass!r} kg; valid: {LIGHTEST:g} to {HEAVIEST:g} kg.")
    factor, color, known_mass = (1.0, 1.0, 1.0), "gray", None
    if urdf is not None:
        path, factor, color, known_mass = _of_urdf(_found(urdf, folder, where), where)
    else:
        path = _found(mesh or "", folder, where)
    scale = scale or _NAMED_SCALE.get((urdf or "").removeprefix(SHIPPED).strip("/"))
    whole = (factor[0] * (scale or 1.0), factor[1] * (scale or 1.0), factor[2] * (scale or 1.0))
    try:
        vertices, faces = triangles(str(path))
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error}") from error
    size = np.ptp(vertices, axis=0) * np.array(whole)
    _check_size(size, path, scale, where)
    volume = _volume(vertices * np.array(whole), faces)
    weight = mass or known_mass or volume * DENSITY
    x, y, z = (float(v) for v in size)
    scaled = vertices * np.array(whole)
    mx, my, mz = (float(v) for v in (scaled.min(axis=0) + scaled.max(axis=0)) / 2 - balance(str(path), whole))
    return Model(str(path), whole, min(max(weight, LIGHTEST), HEAVIEST), color, (x, y, z), (mx, my, mz))


def _found(name: str, folder: Path, where: str) -> Path:
    if name.startswith(SHIPPED):
        import pybullet_data

        short = name.removeprefix(SHIPPED).strip("/")
        inside = _NAMED.get(short, f"{short}/{Path(short).name}.urdf" if "." not in Path(short).name else short)
        path = Path(pybullet_data.getDataPath()) / inside
        if ".." in inside or not path.is_file():
            known = ", ".join((*_NAMED, "random_urdfs/000 to random_urdfs/999"))
            raise ConfigurationError(f"{where}: PyBullet brings no {short!r}. It brings: {known}.")
        return path
    path = folder / name
    if not path.is_file():
        raise ConfigurationError(f"{where}: there is no file {str(path)!r}.")
    if path.stat().st_size > LARGEST_FILE:
        raise ConfigurationError(
            f"{where}: {str(path)!r} has {path.stat().st_size / 1e6:.0f} MB; at most {LARGEST_FILE / 1e6:.0f} are read."
        )
    return path


def _of_urdf(path: Path, where: str) -> tuple[Path, Vector3, str, float | None]:
    """Mesh file, scale, nearest named colour and mass of the first link of a URDF file."""
    try:
        root = ET.parse(path).getroot()
    except (ET.ParseError, OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{where}: {str(path)!r} is no URDF: {error}.") from error
    mesh = root.find(".//visual//mesh")
    name = mesh.get("filename") if mesh is not None else None
    if mesh is None or not name:
        raise ConfigurationError(f'{where}: {str(path)!r} has no mesh to see; give the mesh with mesh = "file".')
    if (count := len(root.findall(".//visual//mesh"))) > 1:
        raise ConfigurationError(
            f"{where}: {str(path)!r} has {count} meshes to see, and a thing is one; join them into one file for mesh."
        )
    scale = _numbers(mesh.get("scale", "1 1 1"), 3) or (1.0, 1.0, 1.0)
    tint = root.find(".//visual//color")
    rgba = _numbers(tint.get("rgba", ""), 4) if tint is not None else None
    weight = root.find(".//inertial/mass")
    mass = _numbers(weight.get("value", ""), 1) if weight is not None else None
    file = path.parent / name.removeprefix("package://")
    if not file.is_file():
        raise ConfigurationError(f"{where}: {str(path)!r} names the mesh {name!r}, which is not there.")
    color = "gray" if rgba is None else nearest_color(np.array(rgba[:3]) * 255)
    return file, (scale[0], scale[1], scale[2]), color, mass[0] if mass is not None and mass[0] > 0 else None


def nearest_color(rgb: NDArray[np.float64]) -> str:
    """The named colour closest to an sRGB (3,)."""
    names = list(COLORS)
    known = np.array([COLORS[n] for n in names], dtype=np.float64)
    return names[int(np.argmin(np.linalg.norm(known - rgb, axis=1)))]


def _numbers(text: str, count: int) -> tuple[float, ...] | None:
    try:
        values = tuple(float(part) for part in text.split())
    except ValueError:
        return None
    return values if len(values) == count and all(map(math.isfinite, values)) else None


@lru_cache(maxsize=256)
def triangles(path: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (N, 3) in the file's unit and faces (M, 3). Raises ConfigurationError."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigurationError(f"{path!r} is no mesh that can be read; valid: {', '.join(SUFFIXES)}.")
    try:
        import trimesh
    except ModuleNotFoundError as error:
        raise ConfigurationError('meshes need trimesh: pip install "codepolicy[meshes]"') from error
    try:
        read = trimesh.load(path, force="mesh", process=False, skip_materials=True)
        vertices, faces = np.asarray(read.vertices, np.float64), np.asarray(read.faces, np.int64)
    except Exception as error:  # whatever the readers of so many formats raise
        raise ConfigurationError(f"{path!r} cannot be read as a mesh: {type(error).__name__}: {error}.") from error
    if not len(faces) or not np.isfinite(vertices).all():
        raise ConfigurationError(f"{path!r} holds no surface: {len(vertices)} vertices, {len(faces)} triangles.")
    if len(faces) > MOST_FACES:
        raise ConfigurationError(
            f"{path!r} has {len(faces):,} triangles; at most {MOST_FACES:,} are taken. Decimate it, e.g. in Blender."
        )
    return vertices, faces if _signed_volume(vertices, faces) >= 0 else np.ascontiguousarray(faces[:, ::-1])


def _signed_volume(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> float:
    """In the file's unit cubed, by the divergence theorem; negative where the faces look inward, and cannot be seen."""
    a, b, c = (vertices[faces[:, i]] - vertices.mean(axis=0) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6


def balance(path: str, scale: Vector3) -> NDArray[np.float64]:
    """(3,) m in the frame of the file: centre of mass of a solid of even density; of an open surface the centre of the
    box around it."""
    vertices, faces = triangles(path)
    points = vertices * np.array(scale)
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    a, b, c = (points[faces[:, i]] - middle for i in range(3))
    parts = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6
    volume = float(parts.sum())
    if abs(volume) < 0.02 * float((high - low).prod()):
        return middle
    center = middle + (parts[:, None] * (a + b + c)).sum(axis=0) / (4 * volume)
    return center if bool(((center > low) & (center < high)).all()) else middle


def _check_size(size: NDArray[np.float64], path: Path, scale: float | None, where: str) -> None:
    most, least = float(size.max()), float(size.min())
    if most > LONGEST or most < SHORTEST:
        advice = next((s for s in (0.001, 0.01, 0.0254, 0.1, 10.0, 100.0, 1000.0) if 0.02 <= most * s <= LONGEST), None)
        hint = f" scale = {(scale or 1.0) * advice:g}?" if advice is not None else ""
        raise ConfigurationError(
            f"{where}: this {path.stem} is {most:.3g} m large; things are {SHORTEST:g} to {LONGEST:g} m.{hint}"
        )
    if least < 1e-4:
        raise ConfigurationError(f"{where}: {path.name!r} has no volume: {least:.2g} m in one direction.")


def _volume(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> float:
    """m³; half of the bounding box where the surface is open."""
    volume = abs(_signed_volume(vertices, faces))
    box = float(np.ptp(vertices, axis=0).prod())
    return volume if 0.02 * box < volume <= box else 0.5 * box
