"""What a policy can call, and the robot boundary beneath it. See `docs/conventions.md` for units and frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primitives.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from primitives.api import surface as surface
    from primitives.categories import CATEGORIES as CATEGORIES
    from primitives.categories import Category as Category
    from primitives.colors import COLORS as COLORS
    from primitives.context import Context as Context
    from primitives.environment import Described as Described
    from primitives.environment import Judged as Judged
    from primitives.environment import ObjectState as ObjectState
    from primitives.environment import Pictured as Pictured
    from primitives.environment import PlannedTrial as PlannedTrial
    from primitives.environment import Restorable as Restorable
    from primitives.environment import TaskInfo as TaskInfo
    from primitives.environment import Trial as Trial
    from primitives.environment import TrialSpec as TrialSpec
    from primitives.environment import Verdict as Verdict
    from primitives.environment import World as World
    from primitives.errors import ConfigurationError as ConfigurationError
    from primitives.failures import Ambiguous as Ambiguous
    from primitives.failures import BadArgument as BadArgument
    from primitives.failures import Blocked as Blocked
    from primitives.failures import BudgetSpent as BudgetSpent
    from primitives.failures import CommsLost as CommsLost
    from primitives.failures import Dropped as Dropped
    from primitives.failures import ExpectationFailed as ExpectationFailed
    from primitives.failures import Failure as Failure
    from primitives.failures import FailureKind as FailureKind
    from primitives.failures import FailureReport as FailureReport
    from primitives.failures import GraspMissed as GraspMissed
    from primitives.failures import HardwareFault as HardwareFault
    from primitives.failures import InfrastructureError as InfrastructureError
    from primitives.failures import LimitExceeded as LimitExceeded
    from primitives.failures import NotFound as NotFound
    from primitives.failures import NotPlaced as NotPlaced
    from primitives.failures import PolicyError as PolicyError
    from primitives.failures import ProtectiveStop as ProtectiveStop
    from primitives.failures import Rejected as Rejected
    from primitives.failures import Stopped as Stopped
    from primitives.failures import Unreachable as Unreachable
    from primitives.guard import GuardLimits as GuardLimits
    from primitives.images import Image as Image
    from primitives.images import Mask as Mask
    from primitives.perception.detector import Detector as Detector
    from primitives.perception.detector import RobotView as RobotView
    from primitives.perception.heightmap.point_cloud import base_points as base_points
    from primitives.registry import Surface as Surface
    from primitives.registry import primitive as primitive
    from primitives.robot import Arm as Arm
    from primitives.robot import ArmInfo as ArmInfo
    from primitives.robot import ArmMode as ArmMode
    from primitives.robot import ArmState as ArmState
    from primitives.robot import Camera as Camera
    from primitives.robot import CameraInfo as CameraInfo
    from primitives.robot import Frame as Frame
    from primitives.robot import GripperInfo as GripperInfo
    from primitives.robot import Motion as Motion
    from primitives.robot import MotionLimits as MotionLimits
    from primitives.robot import MotionResult as MotionResult
    from primitives.robot import Robot as Robot
    from primitives.scene import Grasp as Grasp
    from primitives.scene import Pose as Pose
    from primitives.scene import Region as Region
    from primitives.scene import Relation as Relation
    from primitives.scene import SceneObject as SceneObject
    from primitives.scene import Workspace as Workspace
    from primitives.server import Server as Server
    from primitives.trace import CallRecord as CallRecord
    from primitives.trace import Clause as Clause
    from primitives.trace import ExecutionReport as ExecutionReport

    __version__: str

_HOMES: dict[str, str] = {
    "Ambiguous": "primitives.failures",
    "Arm": "primitives.robot",
    "ArmInfo": "primitives.robot",
    "ArmMode": "primitives.robot",
    "ArmState": "primitives.robot",
    "BadArgument": "primitives.failures",
    "Blocked": "primitives.failures",
    "BudgetSpent": "primitives.failures",
    "CATEGORIES": "primitives.categories",
    "COLORS": "primitives.colors",
    "CallRecord": "primitives.trace",
    "Camera": "primitives.robot",
    "CameraInfo": "primitives.robot",
    "Category": "primitives.categories",
    "Clause": "primitives.trace",
    "CommsLost": "primitives.failures",
    "ConfigurationError": "primitives.errors",
    "Context": "primitives.context",
    "Described": "primitives.environment",
    "Detector": "primitives.perception.detector",
    "Dropped": "primitives.failures",
    "ExecutionReport": "primitives.trace",
    "ExpectationFailed": "primitives.failures",
    "Failure": "primitives.failures",
    "FailureKind": "primitives.failures",
    "FailureReport": "primitives.failures",
    "Frame": "primitives.robot",
    "Grasp": "primitives.scene",
    "GraspMissed": "primitives.failures",
    "GripperInfo": "primitives.robot",
    "GuardLimits": "primitives.guard",
    "HardwareFault": "primitives.failures",
    "Image": "primitives.images",
    "InfrastructureError": "primitives.failures",
    "Judged": "primitives.environment",
    "LimitExceeded": "primitives.failures",
    "Mask": "primitives.images",
    "Motion": "primitives.robot",
    "MotionLimits": "primitives.robot",
    "MotionResult": "primitives.robot",
    "NotFound": "primitives.failures",
    "NotPlaced": "primitives.failures",
    "ObjectState": "primitives.environment",
    "Pictured": "primitives.environment",
    "PlannedTrial": "primitives.environment",
    "PolicyError": "primitives.failures",
    "Pose": "primitives.scene",
    "ProtectiveStop": "primitives.failures",
    "Region": "primitives.scene",
    "Rejected": "primitives.failures",
    "Relation": "primitives.scene",
    "Restorable": "primitives.environment",
    "Robot": "primitives.robot",
    "RobotView": "primitives.perception.detector",
    "SceneObject": "primitives.scene",
    "Server": "primitives.server",
    "Stopped": "primitives.failures",
    "Surface": "primitives.registry",
    "TaskInfo": "primitives.environment",
    "Trial": "primitives.environment",
    "TrialSpec": "primitives.environment",
    "Unreachable": "primitives.failures",
    "Verdict": "primitives.environment",
    "Workspace": "primitives.scene",
    "World": "primitives.environment",
    "base_points": "primitives.perception.heightmap.point_cloud",
    "primitive": "primitives.registry",
    "surface": "primitives.api",
}
"""The module where each public name stands."""

__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
