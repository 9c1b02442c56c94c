"""What things of mesh files look like and collide as: convex pieces by Bullet's V-HACD, made once, kept by content."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np

from primitives.scene import Vector3
from sim_envs.assets.meshes import Mesh, write_mesh
from sim_envs.physics.bullet import p
from sim_envs.scenes.mesh_models import balance, triangles


@lru_cache(maxsize=256)
def visible_mesh(path: str, scale: Vector3) -> Mesh:
    """The surface about where it balances, m, flat-shaded."""
    vertices, faces = triangles(path)
    points = vertices * np.array(scale) - balance(path, scale)
    corners = points[faces]  # (M, 3, 3)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    count = len(faces)
    return Mesh(
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(normals, 3, axis=0).astype(np.float32),
        np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
    )


def collision_file(path: str, scale: Vector3) -> Path:
    """An OBJ file of convex pieces about where it balances, made once."""
    surface = visible_mesh(path, scale)
    whole = write_mesh("thing", surface)
    if _convex(surface):
        return whole
    made = whole.with_name(whole.stem + "-pieces.obj")
    if not made.exists():
        part = made.with_name(f"{made.stem}-{os.getpid()}.obj")
        with _quiet():
            p.vhacd(str(whole), str(part), str(part.with_suffix(".log")), resolution=100_000, maxNumVerticesPerCH=48)
        part.with_suffix(".log").unlink(missing_ok=True)
        if not part.exists() or part.stat().st_size == 0:
            return whole
        part.replace(made)
    return made


def _convex(surface: Mesh) -> bool:
    """Whether no vertex is in front of a face."""
    points, normals = np.unique(surface.vertices, axis=0), surface.normals[::3]
    if len(points) * len(normals) > 4_000_000:
        return False
    beyond = points @ normals.T - (surface.vertices[::3] * normals).sum(axis=1)
    return bool(beyond.max() < 0.02 * float(np.ptp(points, axis=0).max()))


@contextmanager
def _quiet() -> Generator[None]:
    """Without what Bullet's C++ writes on standard output."""
    kept = os.dup(1)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
