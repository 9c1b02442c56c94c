"""The part of coal 3 that this project calls."""

import numpy as np
from numpy.typing import NDArray

class CollisionGeometry: ...

class Box(CollisionGeometry):
    def __init__(self, x: float, y: float, z: float) -> None: ...

class Sphere(CollisionGeometry):
    def __init__(self, radius: float) -> None: ...

class Cylinder(CollisionGeometry):
    def __init__(self, radius: float, length: float) -> None: ...

class ConvexBase(CollisionGeometry): ...

class BVHModelBase(CollisionGeometry):
    convex: ConvexBase
    def buildConvexHull(self, keep_triangles: bool, options: str) -> bool: ...

class CollisionRequest:
    security_margin: float

class CollisionResult:
    def isCollision(self) -> bool: ...

class Transform3s:
    def __init__(self, rotation: NDArray[np.float64], translation: NDArray[np.float64]) -> None: ...

class DistanceRequest: ...
class DistanceResult: ...

def distance(
    a: CollisionGeometry,
    T_a: Transform3s,
    b: CollisionGeometry,
    T_b: Transform3s,
    request: DistanceRequest,
    result: DistanceResult,
) -> float: ...
