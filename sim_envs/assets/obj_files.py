"""Reads the Wavefront OBJ files of robot descriptions, materials included."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from sim_envs.assets.file_cache import cached_from
from sim_envs.assets.meshes import Mesh


@lru_cache(maxsize=64)
def read_obj(path: Path) -> Mesh:
    """The triangles of `path`, tinted with the diffuse colours of its materials. Parsed once and cached."""
    file = cached_from(path.stem, ".npz", path.read_bytes(), lambda out: _write(out, _parsed(path)))
    with np.load(file) as data:
        return Mesh(data["vertices"], data["normals"], data["faces"], data["tint"])


def _write(file: IO[bytes], mesh: Mesh) -> None:
    assert mesh.tint is not None
    np.savez(file, vertices=mesh.vertices, normals=mesh.normals, faces=mesh.faces, tint=mesh.tint)


def _parsed(path: Path) -> Mesh:
    materials: dict[str, tuple[float, float, float]] = {}
    positions: list[str] = []
    normals: list[str] = []
    corners: list[str] = []
    tints: list[tuple[int, tuple[float, float, float]]] = [(0, (1.0, 1.0, 1.0))]
    for line in path.read_text().splitlines():
        if line.startswith("v "):
            positions.append(line[2:])
        elif line.startswith("vn "):
            normals.append(line[3:])
        elif line.startswith("f "):
            corners.append(line[2:])
        elif line.startswith("usemtl "):
            tints.append((len(corners), materials.get(line[7:].strip(), (1.0, 1.0, 1.0))))
        elif line.startswith("mtllib "):
            materials.update(_materials(path.parent / line[7:].strip()))
    if any(row.count(" ") != 2 for row in map(str.strip, corners)):
        raise ValueError(f"{path} has faces that are no triangles")
    vertex = _numbers(positions).reshape(-1, 3)
    normal = _numbers(normals).reshape(-1, 3)
    index = _corner_indices(corners)
    color = np.empty((len(corners), 3))
    for start, tint in tints:
        color[start:] = tint
    # one vertex per corner and material: the same position may carry several normals
    key = np.concatenate([index, np.repeat(np.unique(color, axis=0, return_inverse=True)[1], 3)[:, None]], axis=1)
    _, first, faces = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return Mesh(
        vertex[index[first, 0]].astype(np.float32),
        normal[index[first, 1]].astype(np.float32),
        faces.reshape(-1, 3).astype(np.int32),
        np.repeat(color, 3, axis=0)[first].astype(np.float32),
    )


def _numbers(rows: list[str]) -> NDArray[np.float64]:
    return np.array(" ".join(rows).split(), dtype=np.float64)


def _corner_indices(corners: list[str]) -> NDArray[np.int64]:
    """(3 M, 2) position and normal index of each corner `p//n` or `p/t/n`."""
    triples = [corner.split("/") for corner in " ".join(corners).split()]
    return np.array([(t[0], t[-1]) for t in triples], dtype=np.int64) - 1


def _materials(path: Path) -> dict[str, tuple[float, float, float]]:
    found: dict[str, tuple[float, float, float]] = {}
    if not path.exists():
        return found
    name = ""
    for line in path.read_text().splitlines():
        words = line.split()
        if words[:1] == ["newmtl"]:
            name = words[1]
        elif words[:1] == ["Kd"]:
            found[name] = (float(words[1]), float(words[2]), float(words[3]))
    return found
