"""The shape of an arm for a page: meshes of its links from the installed description, and where they are."""

from __future__ import annotations

import base64
import math
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from codepolicy.viewing.obj_meshes import Color, ColoredMesh, read_obj
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import matrix_pose
from primitives.robot import ArmInfo

MOST_VERTICES = 80_000
"""Of an arm's visual meshes; where there are more, its collision meshes stand in."""


class MeshData(msgspec.Struct, frozen=True, kw_only=True):
    """A mesh as text: little-endian, base64."""

    v: str
    """Vertices, int16 (N, 3), in units of `scale`."""
    scale: float
    """m."""
    t: str
    """Triangles (N, 3), uint16, or uint32 where `wide`."""
    wide: bool


class PartData(msgspec.Struct, frozen=True, kw_only=True):
    """One shape of a link."""

    body: int
    """Index of the pose that it has."""
    mesh: int | str
    """Index of a mesh, or the name of a unit shape: box, cylinder, sphere."""
    size: tuple[float, float, float]
    """What the shape is scaled by."""
    color: tuple[float, float, float]


class ArmData(msgspec.Struct, frozen=True, kw_only=True):
    """An arm for `addArm` of scene_view.js."""

    bodies: int
    """How many poses it has."""
    meshes: tuple[MeshData, ...]
    parts: tuple[PartData, ...]


class ArmShapes:
    """The shapes of an arm, and where they are for its joints."""

    def __init__(self, info: ArmInfo) -> None:
        self.kinematics = Kinematics(info)
        self._geometry = _geometry(self.kinematics, info)

    def data(self) -> ArmData:
        """What a page needs to draw it."""
        meshes: list[MeshData] = []
        known: dict[str, list[tuple[int, Color | None]]] = {}
        parts: list[PartData] = []
        for body, item in enumerate(self._geometry.geometryObjects):
            shape: Any = item.geometry
            r, g, b = (float(c) for c in np.clip(item.meshColor[:3], 0.0, 1.0))
            size = _primitive(shape)
            if size is not None:
                mesh = _UNIT_SHAPES[type(shape).__name__]
                parts.append(PartData(body=body, mesh=mesh, size=size, color=(r, g, b)))
                continue
            key = f"{item.meshPath} {item.meshScale}"
            if key not in known:
                known[key] = []
                for own in _meshes(shape, item.meshPath, item.meshScale):
                    known[key].append((len(meshes), own.color))
                    meshes.append(_data(own))
            for number, color in known[key]:
                parts.append(PartData(body=body, mesh=number, size=(1.0, 1.0, 1.0), color=color or (r, g, b)))
        return ArmData(bodies=len(self._geometry.geometryObjects), meshes=tuple(meshes), parts=tuple(parts))

    def poses(self, q: NDArray[np.float64], width: float) -> list[list[float]]:
        """x, y, z in m and quaternion xyzw of each body, base frame, for joints `q` (rad) and a gripper width in m."""
        return [_placed(T) for T in self.kinematics.place(self._geometry, q, width).oMg]


_UNIT_SHAPES = {"Box": "box", "Sphere": "sphere", "Cylinder": "cylinder", "Capsule": "cylinder"}


def _primitive(shape: Any) -> tuple[float, float, float] | None:
    """What a unit shape is scaled by to be `shape`; None where it is a mesh or nothing that is drawn."""
    match type(shape).__name__:
        case "Box":
            x, y, z = (2.0 * float(s) for s in shape.halfSide)
            return x, y, z
        case "Sphere":
            across = 2.0 * float(shape.radius)
            return across, across, across
        case "Cylinder" | "Capsule":
            across = 2.0 * float(shape.radius)
            return across, across, 2.0 * float(shape.halfLength)
        case _:
            return None


def _is_mesh(shape: Any) -> bool:
    return type(shape).__name__.startswith("BVHModel")


def _geometry(kinematics: Kinematics, info: ArmInfo) -> pin.GeometryModel:
    """Visual shapes where they can be read and are not too many, else collision shapes, which planning needs anyway."""
    folders = [str(info.urdf.parent)]
    try:
        shown = pin.buildGeomFromUrdf(kinematics.model, str(info.urdf), pin.GeometryType.VISUAL, None, folders)
    except (ValueError, RuntimeError):  # e.g. a mesh format that coal does not read
        shown = None
    if shown is not None and len(shown.geometryObjects) > 0 and _vertices(shown) <= MOST_VERTICES:
        return shown
    return pin.buildGeomFromUrdf(kinematics.model, str(info.urdf), pin.GeometryType.COLLISION, None, folders)


def _vertices(geometry: pin.GeometryModel) -> int:
    shapes: list[Any] = [item.geometry for item in geometry.geometryObjects]
    return sum(int(shape.num_vertices) for shape in shapes if _is_mesh(shape))


def _meshes(shape: Any, path: str, scale: NDArray[np.float64]) -> list[ColoredMesh]:
    """The meshes of a link: from its file where that tells colours, else as coal has it."""
    if path.lower().endswith(".obj"):
        with suppress(OSError, ValueError, IndexError):
            return [replace(mesh, vertices=mesh.vertices * scale) for mesh in read_obj(Path(path))]
    if not _is_mesh(shape):
        return []
    corners = [shape.tri_indices(n) for n in range(shape.num_tris)]
    triangles = np.array([[int(t[0]), int(t[1]), int(t[2])] for t in corners])
    return [ColoredMesh(np.asarray(shape.vertices(), dtype=np.float64).reshape(-1, 3), triangles, None)]


def _data(mesh: ColoredMesh) -> MeshData:
    scale = max(float(np.abs(mesh.vertices).max()), 1e-6) / 32_000
    wide = len(mesh.vertices) > 65_535
    return MeshData(
        v=_text(np.rint(mesh.vertices / scale).astype("<i2")),
        scale=scale,
        t=_text(mesh.triangles.astype("<u4" if wide else "<u2")),
        wide=wide,
    )


def _text(array: NDArray[np.generic]) -> str:
    return base64.b64encode(array.tobytes()).decode()


def _placed(T: pin.SE3) -> list[float]:
    pose = matrix_pose(T.homogeneous)
    return [round(v, 5) if math.isfinite(v) else 0.0 for v in (*pose.position, *pose.quaternion_xyzw)]


@lru_cache(maxsize=4)
def arm_shapes(info: ArmInfo) -> ArmShapes:
    """The shapes of `info`, made once for each."""
    return ArmShapes(info)
