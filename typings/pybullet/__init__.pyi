"""The part of PyBullet 3.2.7 that this project calls."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DIRECT: int
GEOM_BOX: int
GEOM_SPHERE: int
GEOM_CYLINDER: int
GEOM_MESH: int
JOINT_FIXED: int
JOINT_GEAR: int
POSITION_CONTROL: int
VELOCITY_CONTROL: int
URDF_USE_INERTIA_FROM_FILE: int
RESET_USE_SIMPLE_BROADPHASE: int
ACTIVATION_STATE_ENABLE_SLEEPING: int
ACTIVATION_STATE_WAKE_UP: int
ACTIVATION_STATE_SLEEP: int
ER_TINY_RENDERER: int
ER_NO_SEGMENTATION_MASK: int

Vec = Sequence[float] | NDArray[np.float64]

def connect(method: int) -> int: ...
def disconnect(*, physicsClientId: int) -> None: ...
def isConnected(physicsClientId: int) -> int: ...
def setTimeStep(timeStep: float, *, physicsClientId: int = ...) -> None: ...
def setPhysicsEngineParameter(
    *,
    fixedTimeStep: float = ...,
    numSolverIterations: int = ...,
    minimumSolverIslandSize: int = ...,
    deterministicOverlappingPairs: int = ...,
    contactBreakingThreshold: float = ...,
    enableFileCaching: int = ...,
    physicsClientId: int,
) -> None: ...
def setGravity(x: float, y: float, z: float, *, physicsClientId: int) -> None: ...
def stepSimulation(*, physicsClientId: int) -> None: ...
def resetSimulation(*, flags: int, physicsClientId: int) -> None: ...
def loadURDF(
    fileName: str,
    *,
    basePosition: Vec = ...,
    baseOrientation: Vec = ...,
    useFixedBase: bool = ...,
    flags: int = ...,
    physicsClientId: int,
) -> int: ...
def createCollisionShape(
    shapeType: int,
    *,
    halfExtents: Vec = ...,
    radius: float = ...,
    height: float = ...,
    fileName: str = ...,
    physicsClientId: int,
) -> int: ...
def createVisualShape(
    shapeType: int,
    *,
    halfExtents: Vec = ...,
    radius: float = ...,
    fileName: str = ...,
    rgbaColor: Vec = ...,
    specularColor: Vec = ...,
    physicsClientId: int,
) -> int: ...
def createMultiBody(
    *,
    baseMass: float,
    baseCollisionShapeIndex: int = ...,
    baseVisualShapeIndex: int = ...,
    basePosition: Vec,
    baseOrientation: Vec = ...,
    useMaximalCoordinates: bool = ...,
    physicsClientId: int,
) -> int: ...
def createConstraint(
    parentBodyUniqueId: int,
    parentLinkIndex: int,
    childBodyUniqueId: int,
    childLinkIndex: int,
    jointType: int,
    jointAxis: Vec,
    parentFramePosition: Vec,
    childFramePosition: Vec,
    *,
    physicsClientId: int,
) -> int: ...
def changeConstraint(
    userConstraintUniqueId: int,
    *,
    gearRatio: float = ...,
    erp: float = ...,
    maxForce: float = ...,
    physicsClientId: int,
) -> None: ...
def changeDynamics(
    bodyUniqueId: int,
    linkIndex: int,
    *,
    mass: float = ...,
    lateralFriction: float = ...,
    rollingFriction: float = ...,
    spinningFriction: float = ...,
    contactStiffness: float = ...,
    contactDamping: float = ...,
    frictionAnchor: int = ...,
    restitution: float = ...,
    linearDamping: float = ...,
    angularDamping: float = ...,
    jointDamping: float = ...,
    activationState: int = ...,
    sleepThreshold: float = ...,
    physicsClientId: int,
) -> None: ...
def changeVisualShape(
    objectUniqueId: int,
    linkIndex: int,
    *,
    rgbaColor: Vec = ...,
    specularColor: Vec = ...,
    physicsClientId: int,
) -> None: ...
def resetBasePositionAndOrientation(bodyUniqueId: int, posObj: Vec, ornObj: Vec, *, physicsClientId: int) -> None: ...
def resetBaseVelocity(
    objectUniqueId: int, linearVelocity: Vec, angularVelocity: Vec, *, physicsClientId: int
) -> None: ...
def getBasePositionAndOrientation(
    bodyUniqueId: int, *, physicsClientId: int
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]: ...
def getBaseVelocity(
    bodyUniqueId: int, *, physicsClientId: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]]: ...
def applyExternalForce(
    objectUniqueId: int, linkIndex: int, forceObj: Vec, posObj: Vec, flags: int, *, physicsClientId: int
) -> None: ...
def getNumJoints(bodyUniqueId: int, *, physicsClientId: int) -> int: ...
def getBodyInfo(bodyUniqueId: int, *, physicsClientId: int) -> tuple[bytes, bytes]: ...
def getJointInfo(
    bodyUniqueId: int, jointIndex: int, *, physicsClientId: int
) -> tuple[
    int,
    bytes,
    int,
    int,
    int,
    int,
    float,
    float,
    float,
    float,
    float,
    float,
    bytes,
    tuple[float, float, float],
    tuple[float, float, float],
    tuple[float, float, float, float],
    int,
]: ...
def invertTransform(
    position: Sequence[float], orientation: Sequence[float]
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]: ...
def multiplyTransforms(
    positionA: Sequence[float],
    orientationA: Sequence[float],
    positionB: Sequence[float],
    orientationB: Sequence[float],
) -> tuple[tuple[float, float, float], tuple[float, float, float, float]]: ...
def resetJointState(
    bodyUniqueId: int, jointIndex: int, targetValue: float, targetVelocity: float = ..., *, physicsClientId: int
) -> None: ...
def resetJointStatesMultiDof(
    bodyUniqueId: int,
    jointIndices: Sequence[int],
    targetValues: Sequence[Sequence[float]],
    targetVelocities: Sequence[Sequence[float]],
    *,
    physicsClientId: int,
) -> None: ...
def getJointState(
    bodyUniqueId: int, jointIndex: int, *, physicsClientId: int
) -> tuple[float, float, tuple[float, ...], float]: ...
def getJointStates(
    bodyUniqueId: int, jointIndices: Sequence[int], *, physicsClientId: int
) -> tuple[tuple[float, float, tuple[float, ...], float], ...]: ...
def setJointMotorControl2(
    bodyUniqueId: int,
    jointIndex: int,
    controlMode: int,
    *,
    targetPosition: float = ...,
    targetVelocity: float = ...,
    force: float = ...,
    positionGain: float = ...,
    velocityGain: float = ...,
    maxVelocity: float = ...,
    physicsClientId: int,
) -> None: ...
def setJointMotorControlArray(
    bodyUniqueId: int,
    jointIndices: Sequence[int],
    controlMode: int,
    *,
    targetPositions: Sequence[float] = ...,
    targetVelocities: Sequence[float] = ...,
    forces: Sequence[float] = ...,
    positionGains: Sequence[float] = ...,
    velocityGains: Sequence[float] = ...,
    physicsClientId: int,
) -> None: ...
def getLinkState(
    bodyUniqueId: int, linkIndex: int, *, computeForwardKinematics: int = ..., physicsClientId: int
) -> tuple[
    tuple[float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float],
    tuple[float, float, float, float],
    tuple[float, float, float],
    tuple[float, float, float, float],
]: ...
def getLinkStates(
    bodyUniqueId: int, linkIndices: Sequence[int], *, computeForwardKinematics: int = ..., physicsClientId: int
) -> tuple[
    tuple[
        tuple[float, float, float],
        tuple[float, float, float, float],
        tuple[float, float, float],
        tuple[float, float, float, float],
        tuple[float, float, float],
        tuple[float, float, float, float],
    ],
    ...,
]: ...
def getContactPoints(
    bodyA: int = ..., bodyB: int = ..., linkIndexA: int = ..., linkIndexB: int = ..., *, physicsClientId: int
) -> tuple[tuple[int, int, int, int, int, Vec, Vec, Vec, float, float, float, Vec, float, Vec], ...]: ...
def rayTestBatch(
    rayFromPositions: Sequence[Vec], rayToPositions: Sequence[Vec], *, numThreads: int = ..., physicsClientId: int
) -> tuple[tuple[int, int, float, tuple[float, float, float], tuple[float, float, float]], ...]: ...
def getCameraImage(
    width: int,
    height: int,
    *,
    viewMatrix: Sequence[float],
    projectionMatrix: Sequence[float],
    lightDirection: Vec = ...,
    lightColor: Vec = ...,
    lightDistance: float = ...,
    shadow: int = ...,
    lightAmbientCoeff: float = ...,
    lightDiffuseCoeff: float = ...,
    lightSpecularCoeff: float = ...,
    renderer: int = ...,
    flags: int = ...,
    physicsClientId: int,
) -> tuple[int, int, NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]: ...
def setCollisionFilterGroupMask(
    bodyUniqueId: int,
    linkIndexA: int,
    collisionFilterGroup: int,
    collisionFilterMask: int,
    *,
    physicsClientId: int,
) -> None: ...
def getDynamicsInfo(bodyUniqueId: int, linkIndex: int, *, physicsClientId: int) -> tuple[float, ...]: ...
def vhacd(
    fileNameIn: str, fileNameOut: str, fileNameLog: str, *, resolution: int = ..., maxNumVerticesPerCH: int = ...
) -> None: ...
