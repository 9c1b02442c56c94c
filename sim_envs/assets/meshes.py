"""Triangle meshes and convex pieces, built from a few numbers. All in metres, in the object's own frame."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from sim_envs.assets.file_cache import cached

Piece = NDArray[np.float64]
"""(N, 3) vertices whose convex hull is solid, m."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A surface for rendering."""

    vertices: NDArray[np.float32]
    """(N, 3) m."""
    normals: NDArray[np.float32]
    """(N, 3) unit vectors, outward."""
    faces: NDArray[np.int32]
    """(M, 3) vertex indices, counter-clockwise seen from outside."""
    tint: NDArray[np.float32] | None = None
    """(N, 3) in [0, 1], multiplied with the object's colour."""


def joined(meshes: Sequence[Mesh]) -> Mesh:
    """All of `meshes` as one."""
    offsets = np.cumsum([0, *(len(m.vertices) for m in meshes[:-1])])
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.faces + o for m, o in zip(meshes, offsets, strict=True)]).astype(np.int32),
    )


def box_mesh(low: Sequence[float], high: Sequence[float]) -> Mesh:
    """An axis-aligned box between two corners (3,) m."""
    corners = np.array([low, high], dtype=np.float64)
    vertices: list[NDArray[np.float64]] = []
    normals: list[NDArray[np.float64]] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (0, 1):
            normal = np.zeros(3)
            normal[axis] = 2 * side - 1
            base = len(vertices)
            for du, dv in ((0, 0), (1, 0), (1, 1), (0, 1)):
                point = np.empty(3)
                point[axis], point[u], point[v] = corners[side, axis], corners[du, u], corners[dv, v]
                vertices.append(point)
                normals.append(normal)
            order = (0, 1, 2, 3) if side else (0, 3, 2, 1)
            faces += [
                (base + order[0], base + order[1], base + order[2]),
                (base + order[0], base + order[2], base + order[3]),
            ]
    return _mesh(vertices, normals, faces)


def revolved(profile: Sequence[tuple[float, float]], segments: int = 48, center: tuple[float, float] = (0, 0)) -> Mesh:
    """A surface of revolution about z, smooth around the axis and creased between the segments of the profile.

    Args:
        profile: points (radius, z) in m; the solid lies to the left of the way from one to the next, so that an
            outer wall runs upwards and an inner wall downwards.
        segments: facets around the axis.
        center: (x, y) of the axis in m.
    """
    angles = np.linspace(0, 2 * math.pi, segments, endpoint=False)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vertices: list[NDArray[np.float64]] = []
    normals: list[NDArray[np.float64]] = []
    faces: list[tuple[int, int, int]] = []
    for (r0, z0), (r1, z1) in itertools.pairwise(profile):
        length = math.hypot(r1 - r0, z1 - z0)
        n_r, n_z = (z1 - z0) / length, (r0 - r1) / length
        base = len(vertices)
        for c, s in around:
            for r, z in ((r0, z0), (r1, z1)):
                vertices.append(np.array([center[0] + r * c, center[1] + r * s, z]))
                normals.append(np.array([n_r * c, n_r * s, n_z]))
        for k in range(segments):
            a, b = base + 2 * k, base + 2 * ((k + 1) % segments)
            if r0 > 0:
                faces.append((a, b, a + 1))
            if r1 > 0:
                faces.append((b, b + 1, a + 1))
    return _mesh(vertices, normals, faces)


def sphere_mesh(radius: float, segments: int = 32) -> Mesh:
    """A ball about the origin; `radius` in m."""
    rows = segments // 2
    vertices: list[NDArray[np.float64]] = []
    faces: list[tuple[int, int, int]] = []
    for i in range(rows + 1):
        polar = math.pi * i / rows
        for k in range(segments):
            a = 2 * math.pi * k / segments
            vertices.append(np.array([math.sin(polar) * math.cos(a), math.sin(polar) * math.sin(a), math.cos(polar)]))
    for i in range(rows):
        for k in range(segments):
            a, b = i * segments + k, i * segments + (k + 1) % segments
            c, d = a + segments, b + segments
            faces += [(a, c, d), (a, d, b)]
    return _mesh([v * radius for v in vertices], vertices, faces)


MARGIN = 0.001
"""Bullet inflates the hull of each mesh piece by so many m; pieces are built smaller by it, so that things collide
where they are seen."""


def box_piece(low: Sequence[float], high: Sequence[float]) -> Piece:
    """The eight corners of an axis-aligned box between two corners (3,) m."""
    x, y, z = ((a + MARGIN, b - MARGIN) for a, b in zip(low, high, strict=True))
    return np.array(list(itertools.product(x, y, z)))


def disc_piece(
    radius: float, low: float, high: float, segments: int = 24, center: tuple[float, float] = (0, 0)
) -> Piece:
    """An upright prism with a regular outline; `radius` and heights in m."""
    angles = np.linspace(0, 2 * math.pi, segments, endpoint=False)
    r = radius - MARGIN
    x, y = center[0] + r * np.cos(angles), center[1] + r * np.sin(angles)
    return np.concatenate([np.stack([x, y, np.full(segments, z)], axis=1) for z in (low + MARGIN, high - MARGIN)])


def wall_pieces(
    section: Sequence[tuple[float, float]], segments: int = 24, center: tuple[float, float] = (0, 0)
) -> list[Piece]:
    """A ring as wedges: the convex cross-section (radius, z) in m, swept about z."""
    core = shapely.Polygon(section).buffer(-MARGIN, join_style="mitre")
    assert isinstance(core, shapely.Polygon)
    assert not core.is_empty, "the section is thinner than twice the margin"
    corners = list(core.exterior.coords)[:-1]
    angles = np.linspace(0, 2 * math.pi, segments + 1).tolist()
    return [
        np.array(
            [[center[0] + c[0] * math.cos(a), center[1] + c[0] * math.sin(a), c[1]] for a in pair for c in corners]
        )
        for pair in itertools.pairwise(angles)
    ]


def write_mesh(stem: str, mesh: Mesh) -> Path:
    """A cached OBJ file of `mesh` for a renderer."""
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices.tolist()]
    lines += [f"vn {x:.5f} {y:.5f} {z:.5f}" for x, y, z in mesh.normals.tolist()]
    lines += [f"f {a}//{a} {b}//{b} {c}//{c}" for a, b, c in (mesh.faces + 1).tolist()]
    return cached(stem, ".obj", "\n".join(lines) + "\n")


def write_pieces(stem: str, pieces: Sequence[Piece]) -> Path:
    """A cached OBJ file with one group per convex piece, which Bullet loads as a compound of convex hulls.

    The faces are a fan over the vertices: Bullet takes the hull of each group and ignores them.
    """
    lines: list[str] = []
    first = 1
    for number, piece in enumerate(pieces):
        lines.append(f"o piece{number}")
        lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in piece.tolist()]
        lines += [f"f {first} {first + k + 1} {first + k + 2}" for k in range(len(piece) - 2)]
        first += len(piece)
    return cached(f"{stem}-pieces", ".obj", "\n".join(lines) + "\n")


def _mesh(
    vertices: Sequence[NDArray[np.float64]],
    normals: Sequence[NDArray[np.float64]],
    faces: Sequence[tuple[int, int, int]],
) -> Mesh:
    return Mesh(
        np.array(vertices, dtype=np.float32), np.array(normals, dtype=np.float32), np.array(faces, dtype=np.int32)
    )
