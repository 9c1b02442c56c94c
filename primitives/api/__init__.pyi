# Made by `codepolicy api --editor`: what `from primitives.api import …` offers to editors and type checkers.
# A program that begins so is run by `codepolicy exec`; every function needs a robot.
# ruff: noqa
import numpy as np
from numpy.typing import NDArray
from primitives.registry import Surface
from primitives.scene import Grasp as Grasp
from primitives.scene import Pose as Pose
from primitives.scene import Region as Region
from primitives.scene import Relation as Relation
from primitives.scene import SceneObject as SceneObject
from primitives.scene import Target as Target
from primitives.images import Image as Image
from primitives.images import Mask as Mask
from primitives.failures import Ambiguous as Ambiguous
from primitives.failures import Asked as Asked
from primitives.failures import BadArgument as BadArgument
from primitives.failures import Blocked as Blocked
from primitives.failures import CommsLost as CommsLost
from primitives.failures import Declined as Declined
from primitives.failures import Dropped as Dropped
from primitives.failures import ExpectationFailed as ExpectationFailed
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

def surface(level: str, *, alone: bool = False) -> Surface: ...

def detect(query: str | None = None) -> list[SceneObject]:
 """Everything in view that matches `query` (None: all), e.g. "blocks", "red objects"; may be empty.
 for bowl in detect("bowls"):
     say(bowl.name)"""
 ...
def find(query: SceneObject | str) -> SceneObject:
 """The one match of a name or of e.g. "largest block", "leftmost bowl", "second block from the left".
 Raises NotFound or Ambiguous with candidates.
 red = find("red block")"""
 ...
def region(name: str) -> Region:
 """A place: "table", "middle", "top|bottom|left|right side" or "top|bottom left|right corner".
 place(region("left side"))"""
 ...
def inside(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` is in the bowl, box or mug `b`, or on the plate or zone `b`.
 inside("red block", "blue bowl")"""
 ...
def on(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` rests directly on, or in, `b`, which may be "table".
 on("red block", "blue block")"""
 ...
def near(a: SceneObject | str, b: SceneObject | str, distance: float = 0.05) -> Relation:
 """The gap between `a` and `b` is at most `distance` m.
 near("mug", "bowl", distance=0.1)"""
 ...
def left_of(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` is left (+y) of `b`.
 left_of("mug", "bowl")"""
 ...
def right_of(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` is right (-y) of `b`.
 right_of("mug", "bowl")"""
 ...
def in_front_of(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` is nearer to the robot (-x).
 in_front_of("mug", "bowl")"""
 ...
def behind(a: SceneObject | str, b: SceneObject | str) -> Relation:
 """`a` is farther from the robot (+x).
 behind("mug", "bowl")"""
 ...
def in_region(a: SceneObject | str, place: Region | str) -> Relation:
 """The centre of `a` is in a region.
 in_region("mug", "left side")"""
 ...
def capture(camera: str | None = None) -> Image:
 """A fresh RGB-D image: `rgb` (H, W, 3), `depth` (H, W) m, `K`, `T_base_camera`, `camera` (its name).
 Takes the first camera without a name; a wrong name raises BadArgument listing them.
 image = capture()"""
 ...
def segment(image: Image, query: str) -> Mask:
 """The pixels of one object as `pixels` (H, W) bool. Raises NotFound or Ambiguous.
 mask = segment(capture(), "red block")"""
 ...
def deproject(mask: Mask) -> NDArray[np.float64]:
 """The points (N, 3) in m, base frame, behind the pixels of `mask`.
 center = deproject(mask).mean(axis=0)"""
 ...
def pick(obj: SceneObject | str) -> None:
 """Grasp an object and lift it. Returns when it is held (measured).
 Raises GraspMissed, Dropped, Blocked, Unreachable, or BadArgument when the hand is full.
 pick("red block")"""
 ...
def place(target: Target | str, *, yaw: float | None = None) -> None:
 """Put the held object on, in or (a nut) over an object, at a free spot of a region, centred at (x, y) on the bare
 table, or at (x, y, z), z of its centre at rest, on all that carries it there; turned to `yaw`. Returns when it
 rests there (measured, within 1.5 cm).
 Raises NotPlaced, Blocked, Unreachable, or BadArgument when nothing is held.
 place((0.45, -0.10))"""
 ...
def put(obj: SceneObject | str, target: Target | str, *, yaw: float | None = None) -> None:
 """pick(obj) unless it is held, then place(target, yaw=yaw); chooses a grasp that suits the place.
 put("red block", "green bowl")"""
 ...
def push(obj: SceneObject | str, target: Target | str) -> None:
 """Slide an object over the table until its centre is within 2 cm of the target (measured); next to it
 where the target is an object.
 Raises NotPlaced, Blocked or Unreachable.
 push("large box", (0.50, 0.10))"""
 ...
def home() -> None:
 """Move the arm out of the cameras' view.
 home()"""
 ...
def grasps(obj: SceneObject | str) -> list[Grasp]:
 """Ways to grasp an object that are reachable and free of collision, best first. Of a drawer or door grasp the
 handle, an object of its own; then move_linear along the drawer's `yaw`, or at right angles to the door's.
 g = grasps("red block")[0]
 open_gripper(); move_to(g.pre_grasp); move_linear(g.pose); close_gripper()"""
 ...
def holding() -> bool:
 """Whether something is between the fingers, by their measured width.
 if not holding(): open_gripper()"""
 ...
def move_to(pose: Pose, *, speed: float = 1.0) -> None:
 """Move the tool to a pose on a path free of collision, at a part `speed` (0, 1] of the usual speed. Arrives within
 1 mm and 0.5 deg, or raises Unreachable or Blocked.
 move_to(Pose.top_down(0.50, 0.10, 0.20))"""
 ...
def move_linear(pose: Pose | list[Pose], *, speed: float = 1.0) -> None:
 """Move the tool to a pose, or by way of several, in straight lines, also into contact, to press, pull, insert: only
 the table is avoided; the fingertips end 9 mm beyond the tool. Arrives within 1 mm and 0.5 deg, or raises
 Unreachable or Blocked.
 move_linear(Pose.top_down(0.50, 0.10, 0.02))"""
 ...
def open_gripper() -> float:
 """Open the fingers; returns the measured width in m.
 open_gripper()"""
 ...
def close_gripper() -> float:
 """Close the fingers until they touch something or each other; returns the measured width in m. A wall or rim is
 3 to 5 mm thick: ask holding() whether something is between them.
 close_gripper()
 if not holding(): say("missed")"""
 ...
def set_gripper(width: float, *, force: float = 20.0) -> float:
 """Move the fingers to a width in m, or until they press on something with `force` N (at most 40); returns the
 measured width.
 set_gripper(0.08)"""
 ...
def move_until_contact(pose: Pose) -> Pose | None:
 """Move the tool slowly in a straight line towards a pose until something holds it up; returns the pose where it
 stopped, or None when it arrived and touched nothing. Measured by where the arm stays behind, to about 5 mm.
 touched = move_until_contact(Pose.top_down(0.50, 0.10, 0.02))"""
 ...
def dwell(duration: float) -> Pose:
 """Hold still for up to 60 s; returns the measured tool pose. Raises Blocked when moved by over 1 mm.
 dwell(2.0)"""
 ...
def tool_pose() -> Pose:
 """The pose of the tool now, measured.
 move_linear(tool_pose().offset(z=-0.10))"""
 ...
def gripper_width() -> float:
 """The distance between the fingers now in m, measured.
 print(gripper_width())"""
 ...
def solve_ik(pose: Pose) -> list[float]:
 """Joint positions in rad that put the tool at a pose, the solution nearest to the present ones; raises
 Unreachable. Collisions are not looked at.
 q = solve_ik(Pose.top_down(0.50, 0.10, 0.20))"""
 ...
def plan(goal: Pose | list[float]) -> list[list[float]]:
 """A joint path in rad, free of collision, from where the arm is to a pose or to joint positions; raises
 Unreachable or Blocked.
 move_joints(plan(Pose.top_down(0.50, 0.10, 0.20)))"""
 ...
def move_joints(q: list[list[float]] | list[float], *, speed: float = 1.0) -> None:
 """Move along a joint path in rad, or straight to one configuration, also into contact: only the table is avoided;
 `speed` (0, 1] slows it down. Arrives within 0.5 deg per joint, or raises Blocked.
 move_joints(q)"""
 ...
def joints() -> list[float]:
 """The joint positions now in rad, base to tip, measured.
 q = joints()"""
 ...
def say(text: str) -> None:
 """Tell the person something.
 say(f"I moved {n} blocks.")"""
 ...
def ask(question: str) -> None:
 """Ask the person; ends the program.
 ask("Which block, red or blue?")"""
 ...
def decline(reason: str) -> None:
 """Say why not; ends the program.
 decline("There is no purple bowl.")"""
 ...
def expect(condition: bool | Relation, message: str = '') -> None:
 """State what must hold; raises ExpectationFailed when it does not. A goal check is made of these.
 expect(inside("red block", "bowl"), "block in bowl")"""
 ...
