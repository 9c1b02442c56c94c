"""The part of pinocchio 3 and 4 that this project calls."""

from collections.abc import Sequence
from enum import Enum
from typing import overload

import numpy as np
from coal import CollisionGeometry, CollisionRequest, CollisionResult
from numpy.typing import NDArray

_Array = NDArray[np.float64]

class Motion:
    vector: _Array

class SE3:
    rotation: _Array
    translation: _Array
    homogeneous: _Array
    def __init__(self, matrix: _Array) -> None: ...
    def __mul__(self, other: SE3) -> SE3: ...
    def actInv(self, other: SE3) -> SE3: ...

class Quaternion:
    def __init__(self, rotation: _Array) -> None: ...
    def coeffs(self) -> _Array: ...

class FrameType(Enum):
    OP_FRAME = ...

class ReferenceFrame(Enum):
    LOCAL = ...

OP_FRAME: FrameType
LOCAL: ReferenceFrame

class Frame:
    parentJoint: int
    placement: SE3
    name: str
    def __init__(self, name: str, parent_joint: int, parent_frame: int, placement: SE3, type: FrameType) -> None: ...

class JointModel:
    idx_q: int
    idx_v: int
    nq: int

class Data:
    oMf: Sequence[SE3]
    oMi: Sequence[SE3]

class Model:
    nq: int
    njoints: int
    parents: Sequence[int]
    jointPlacements: list[SE3]
    joints: Sequence[JointModel]
    frames: Sequence[Frame]
    names: Sequence[str]
    children: Sequence[Sequence[int]]
    lowerPositionLimit: _Array
    upperPositionLimit: _Array
    velocityLimit: _Array
    def createData(self) -> Data: ...
    def getJointId(self, name: str) -> int: ...
    def getFrameId(self, name: str) -> int: ...
    def existFrame(self, name: str) -> bool: ...
    def addFrame(self, frame: Frame) -> int: ...

class GeometryType(Enum):
    COLLISION = ...
    VISUAL = ...

class GeometryObject:
    meshColor: NDArray[np.float64]
    meshPath: str
    meshScale: NDArray[np.float64]
    name: str
    geometry: CollisionGeometry
    parentJoint: int
    placement: SE3
    def __init__(self, name: str, parent_joint: int, placement: SE3, geometry: CollisionGeometry) -> None: ...

class CollisionPair:
    first: int
    second: int
    def __init__(self, first: int, second: int) -> None: ...

class GeometryModel:
    geometryObjects: Sequence[GeometryObject]
    collisionPairs: Sequence[CollisionPair]
    def copy(self) -> GeometryModel: ...
    def createData(self) -> GeometryData: ...
    def addGeometryObject(self, item: GeometryObject) -> int: ...
    def addCollisionPair(self, pair: CollisionPair) -> None: ...
    def setCollisionPairs(self, collision_map: NDArray[np.bool_]) -> None: ...

class GeometryData:
    collisionRequests: Sequence[CollisionRequest]
    collisionResults: Sequence[CollisionResult]
    oMg: Sequence[SE3]
    def __init__(self, model: GeometryModel) -> None: ...
    def setSecurityMargins(self, model: GeometryModel, margins: _Array) -> None: ...

class BroadPhaseManager_DynamicAABBTreeCollisionManager:
    def __init__(self, model: Model, geometry: GeometryModel, geometry_data: GeometryData) -> None: ...

def buildModelFromUrdf(filename: str) -> Model: ...
def buildGeomFromUrdf(
    model: Model,
    filename: str,
    type: GeometryType,
    geometry_model: GeometryModel | None = None,
    package_dirs: list[str] | None = None,
) -> GeometryModel: ...
def neutral(model: Model) -> _Array: ...
def framesForwardKinematics(model: Model, data: Data, q: _Array) -> None: ...
def forwardKinematics(model: Model, data: Data, q: _Array) -> None: ...
def updateGeometryPlacements(
    model: Model, data: Data, geometry: GeometryModel, geometry_data: GeometryData, q: _Array
) -> None: ...
def updateFramePlacement(model: Model, data: Data, frame_id: int) -> SE3: ...
def computeJointJacobians(model: Model, data: Data, q: _Array) -> _Array: ...
def getFrameJacobian(model: Model, data: Data, frame: int, reference: ReferenceFrame) -> _Array: ...
@overload
def computeCollisions(
    model: Model, data: Data, geometry: GeometryModel, geometry_data: GeometryData, q: _Array, stop_at_first: bool
) -> bool: ...
@overload
def computeCollisions(
    model: Model,
    data: Data,
    broadphase_manager: BroadPhaseManager_DynamicAABBTreeCollisionManager,
    q: _Array,
    stop_at_first: bool,
) -> bool: ...
def log3(rotation: _Array) -> _Array: ...
def exp3(vector: _Array) -> _Array: ...
def log6(transform: SE3) -> Motion: ...
