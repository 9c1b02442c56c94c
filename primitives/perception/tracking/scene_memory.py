"""What is known about the scene: looks through all cameras, names that last, and what the gripper holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.categories import MARKINGS
from primitives.failures import BadArgument, NotFound
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.camera_frames import fresh_frames
from primitives.perception import queries
from primitives.perception.calibration.robot_mask import RobotMask, of_held
from primitives.perception.detector import Detector, Profiler, Resolver, RobotView
from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.perception.heightmap.point_cloud import base_points
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.perception.tracking.hanging import CLEAR, grown
from primitives.perception.tracking.held_object import HeldObject, held_at
from primitives.perception.tracking.occlusion import OnRobot, behind_robot
from primitives.perception.tracking.tracks import Tracks
from primitives.relations import bottom, supporter
from primitives.robot import ArmState, Frame, Robot
from primitives.scene import SceneObject

UNKNOWN = "unknown"
"""What a thing rests on whose support nobody has seen."""
_AFLOAT = 0.03
"""m above the table from which a thing on nothing that is known does not rest on the table."""
_HAND_REACH = 0.04
"""m around the held thing within which a detection of its kind is that thing."""


class SceneMemory:
    """The scene as the cameras last saw it.

    Args:
        robot: whose cameras look, and whose own surface is no object.
        detector: finds objects in the frames.
    """

    def __init__(self, robot: Robot, detector: Detector) -> None:
        self._robot = robot
        self._detector = detector
        self._tracks = Tracks()
        self._objects: list[SceneObject] | None = None
        self.in_hand: HeldObject | None = None
        """What the gripper holds, and how; changed by `hold` and `release` alone."""
        self.frames: tuple[Frame, ...] = ()
        """The frames of the last look, one per camera."""
        self._robot_then: RobotView | None = None

    def look(self) -> list[SceneObject]:
        """Take fresh frames from all cameras and find every object; sorted by name, without what the gripper holds."""
        state = self._robot.arm.state()
        self.frames = fresh_frames(self._robot)
        held = self.held
        self._robot_then = view = RobotView(self._robot.arm.info, state.q, self._width(state), held)
        seen = self._detector.detect(self.frames, self._robot.workspace, view)
        if held is not None:
            seen = [o for o in seen if not any(_in_hand(o, mine) for mine in (held, *self.contents))]
        self._tracks.slide(seen)
        partial = behind_robot(seen, self.frames, self._on_robot(view))
        names = self.in_hand.names if self.in_hand else ()
        named = self._tracks.update(seen, self.frames, partial=partial, without=names)
        self._objects = [msgspec.structs.replace(o, on=_rests_on(o, named)) for o in named]
        return list(self._objects)

    def profile(self, obj: SceneObject) -> HeightProfile | None:
        """How high `obj` is where, as of the last look; None where its surface was not seen then.

        Of a detector that does not measure surfaces the depth images of that look are measured.
        """
        others = [o for o in self.objects if o.name != obj.name and o.category not in MARKINGS]
        if isinstance(self._detector, Profiler):
            return self._detector.profile(obj, others)
        if self._robot_then is None or not any(f.camera.depth for f in self.frames):
            return None
        surveyor = RgbdDetector()
        surveyor.survey(self.frames, self._robot.workspace, self._robot_then)
        return surveyor.profile(obj, others)

    def _on_robot(self, view: RobotView) -> OnRobot:
        """Which points belong to the robot of `view` or to what it holds."""

        def mine(points: NDArray[np.float32]) -> NDArray[np.bool_]:
            own = self._surface.contains(points, view.q, view.gripper_width)
            return own | of_held(points, view.held) if view.held is not None else own

        return mine

    @property
    def objects(self) -> list[SceneObject]:
        """The objects of the last look; looks first when something has moved since."""
        return self.look() if self._objects is None else list(self._objects)

    @property
    def visible(self) -> list[SceneObject]:
        """The objects of the last look, the held one and what lies in that."""
        held = self.held
        return [*self.objects, held, *self.contents] if held else self.objects

    @property
    def remembered(self) -> list[SceneObject] | None:
        """The same without a look: None where something has moved since the last one and nothing is known anew."""
        if self._objects is None:
            return None
        held = self.held
        return [*self._objects, held, *self.contents] if held else list(self._objects)

    def invalidate(self) -> None:
        """Something moved: the next question looks anew."""
        self._objects = None

    def find(self, query: str) -> SceneObject:
        """The one object that `query` describes, the held one included.

        Raises:
            NotFound: nothing matches; the candidates are everything in view.
            Ambiguous: several match; they are the candidates.
        """
        visible, query = self.visible, queries.translated(query, self._robot.aliases)
        try:
            return queries.find(query, visible)
        except (NotFound, BadArgument):
            meant = self._meant(query, visible)
            if not meant:
                raise
        return meant[0] if len(meant) == 1 else queries.only(query, meant)

    def find_all(self, query: str | None = None) -> list[SceneObject]:
        """Every object that `query` describes, the held one included; all of them without a query."""
        visible = self.visible
        if query is None:
            return visible
        query = queries.translated(query, self._robot.aliases)
        try:
            found = queries.matches(query, visible)
        except BadArgument:
            if meant := self._meant(query, visible):
                return meant
            raise
        return found or self._meant(query, visible)

    def _meant(self, query: str, visible: Sequence[SceneObject]) -> list[SceneObject]:
        """What a detector that knows more words than ours says that `query` means."""
        return self._detector.resolve(query, visible) if isinstance(self._detector, Resolver) else []

    def current(self, obj: SceneObject) -> SceneObject:
        """The same thing as `obj`, as it was last seen.

        Raises:
            NotFound: it is out of view.
        """
        for known in self.visible:
            if known.name == obj.name:
                return known
        raise queries.not_found(obj.name, self.visible)

    @property
    def held(self) -> SceneObject | None:
        """What the gripper holds, where it is now, or None."""
        if self.in_hand is None:
            return None
        return self._carried(self.in_hand.object, self.in_hand.T_tool_object, "gripper")

    @property
    def contents(self) -> list[SceneObject]:
        """What lies in the held thing, where it is now as long as nothing has fallen out."""
        held = self.in_hand
        return [self._carried(o, T, o.on) for o, T in held.contents] if held else []

    def _carried(self, obj: SceneObject, T_tool_object: NDArray[np.float64], on: str) -> SceneObject:
        """`obj` where the tool has carried it."""
        T = self._kinematics.tool(self._robot.arm.state().q) @ T_tool_object
        x, y, z = (float(v) for v in T[:3, 3])
        return msgspec.structs.replace(obj, position=(x, y, z), yaw=math.atan2(float(T[1, 0]), float(T[0, 0])), on=on)

    def hold(self, obj: SceneObject, width: float, contents: Sequence[SceneObject] = ()) -> HeldObject:
        """The gripper has closed on `obj`, which is still where it was seen, with the fingers `width` m apart; with it
        go `contents`, which lie in it.

        Raises:
            NotFound: no such object was seen.
        """
        known = {o.name: o for o in self._objects or self.objects}
        if obj.name not in known:
            raise NotFound(f"cannot hold {obj.name!r}, which was not seen", candidates=tuple(known))
        self.in_hand = held_at(obj, self._kinematics.tool(self._robot.arm.state().q), width, contents)
        # Nothing else has moved, and the arm now hides a part of the scene: what was seen before stands.
        self._objects = [o for o in known.values() if o.name not in self.in_hand.names]
        return self.in_hand

    def measure_held(self) -> bool:
        """Look whether more hangs in the hand than was taken; if so it is as large as it is seen, and True returned."""
        held, state = self.in_hand, self._robot.arm.state()
        frames = [f for f in fresh_frames(self._robot) if f.camera.depth]
        if held is None or not frames:
            return False
        mine = self._surface
        seen: list[NDArray[np.float64]] = []
        for frame in frames:
            points = base_points(frame.depth, frame.camera.K, frame.camera.T_base_camera)[frame.depth > 0]
            points = points[points[:, 2] > CLEAR]
            seen.append(points[~mine.contains(points, state.q, self._width(state))].astype(np.float64))
        larger = grown(held, self._kinematics.tool(state.q), np.concatenate(seen))
        if larger is None:
            return False
        self.in_hand = larger
        return True

    def know(self, objects: Sequence[SceneObject], carried: Sequence[tuple[SceneObject, NDArray[np.float64]]]) -> None:
        """Begin where another memory of the same scene is: `objects` were seen, and the hand carries the rest.

        Args:
            objects: by the names that they have.
            carried: each as last seen before it was taken, with its pose (4, 4) in the base frame; the held thing
                first.
        """
        for obj in (*objects, *(o for o, _ in carried)):
            self._tracks.know(obj)
        if carried:
            state = self._robot.arm.state()
            T_tool_base = np.linalg.inv(self._kinematics.tool(state.q))
            (held, T), *contents = carried
            inside = tuple((o, T_tool_base @ T_object) for o, T_object in contents)
            self.in_hand = HeldObject(held, T_tool_base @ T, state.gripper_width, inside)
        self.invalidate()

    def recall(self, held: SceneObject) -> None:
        """The gripper holds `held`, where that is said to be, in a scene of the past."""
        state = self._robot.arm.state()
        self.in_hand = held_at(held, self._kinematics.tool(state.q), self._width(state))

    def _width(self, state: ArmState) -> float:
        """How far the fingers are apart in m; of a hand that does not measure it, as far as they go."""
        if math.isfinite(state.gripper_width):
            return state.gripper_width
        return self.in_hand.width if self.in_hand is not None else self._robot.arm.info.gripper.max_width

    def release(self, *, lost: bool = False) -> None:
        """The gripper has let go of what it held, here; or, `lost`, nobody knows where."""
        held = self.held
        if held is None:
            return
        for each in (held, *self.contents):
            self._tracks.move(each, lost=lost)
        self.in_hand = None
        self.invalidate()

    @cached_property
    def _surface(self) -> RobotMask:
        return RobotMask(self._robot.arm.info)

    @cached_property
    def _kinematics(self) -> Kinematics:
        return Kinematics(self._robot.arm.info)


def _rests_on(obj: SceneObject, known: Sequence[SceneObject]) -> str:
    """What `obj` rests on: a name, "table", or "unknown" where it hangs over what nobody has seen."""
    carrier = supporter(obj, known)
    return UNKNOWN if carrier == "table" and bottom(obj) > _AFLOAT else carrier


def _in_hand(obj: SceneObject, held: SceneObject) -> bool:
    """Whether the detection `obj` is the held thing hanging between the fingers."""
    alike = obj.color == held.color or obj.category in (held.category, "object")
    return alike and math.dist(obj.position, held.position) < _HAND_REACH
