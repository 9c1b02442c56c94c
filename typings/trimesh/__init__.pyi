from typing import Any

import numpy as np
from numpy.typing import NDArray

class Trimesh:
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    vertex_normals: NDArray[np.float64]
    volume: float
    is_watertight: bool
    is_empty: bool

def load(
    file_obj: str, *, force: str = ..., process: bool = ..., skip_materials: bool = ..., **kwargs: Any
) -> Trimesh: ...
