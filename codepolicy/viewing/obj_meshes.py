"""Wavefront OBJ files of arms: the triangles of each material, with its colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Color = tuple[float, float, float]
MOST_BYTES = 30_000_000
"""Of a file; what is larger is no mesh for a page."""


@dataclass(frozen=True, slots=True)
class ColoredMesh:
    """Triangles of one colour."""

    vertices: NDArray[np.float64]
    """(N, 3) m."""
    triangles: NDArray[np.int64]
    """(M, 3)."""
    color: Color | None
    """sRGB in [0, 1]; None where the file gives none."""


def read_obj(path: Path) -> list[ColoredMesh]:
    """The meshes of `path`, one per colour.

    Raises:
        OSError, ValueError, IndexError: it cannot be read, or is no such file.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path} has more than {MOST_BYTES} bytes")
    colors: dict[str, Color] = {}
    positions: list[str] = []
    faces: dict[Color | None, list[tuple[int, int, int]]] = {}
    current = faces.setdefault(None, [])
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            positions.append(rest)
        elif kind == "f":
            corners = [int(corner.partition("/")[0]) for corner in rest.split()]
            corners = [c - 1 if c > 0 else len(positions) + c for c in corners]
            current.extend((corners[0], corners[i], corners[i + 1]) for i in range(1, len(corners) - 1))
        elif kind == "usemtl":
            current = faces.setdefault(colors.get(rest.strip()), [])
        elif kind == "mtllib":
            colors |= _materials(path.parent / rest.strip())
    everything = np.array([row.split()[:3] for row in positions], dtype=np.float64).reshape(-1, 3)
    return [_part(everything, np.array(own, dtype=np.int64), color) for color, own in faces.items() if own]


def _part(vertices: NDArray[np.float64], triangles: NDArray[np.int64], color: Color | None) -> ColoredMesh:
    """With the vertices alone that it uses."""
    if triangles.min() < 0 or triangles.max() >= len(vertices):
        raise ValueError("a face names a vertex that is not there")
    used, index = np.unique(triangles, return_inverse=True)
    return ColoredMesh(vertices[used], index.reshape(-1, 3), color)


def _materials(path: Path) -> dict[str, Color]:
    """Diffuse colours by name."""
    found: dict[str, Color] = {}
    name = ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else ():
        words = line.split()
        if words[:1] == ["newmtl"]:
            name = " ".join(words[1:])
        elif words[:1] == ["Kd"]:
            r, g, b = (min(max(float(w), 0.0), 1.0) for w in words[1:4])
            found[name] = (r, g, b)
    return found
