"""The hand: moves the fingers, and knows by what it measures whether they hold something."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.categories import ROUND
from primitives.failures import Failure, HardwareFault
from primitives.guard import Guard
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.planning.obstacles import distance_from
from primitives.perception.tracking.held_object import HeldObject
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.relations import contained
from primitives.robot import Arm
from primitives.scene import SceneObject

TIMEOUT = 10.0
"""Robot time in s that one movement of the fingers may take."""
GRIP_FORCE = 20.0
"""N."""
LADEN_FORCE = 40.0
"""N, where something lies in what is grasped by its wall."""
HELD_SLACK = 0.0015
"""How much wider than commanded the fingers must stay to count as holding something, in m; more where the hand's width
tolerance is more."""
OPEN_SLACK = 0.002
"""How much less than its largest width an open hand may measure, in m, beside its tolerance."""
GRASP_RADIUS = 0.02
"""Within this of the tool, the body of an object is what the closing fingers took, in m."""


class Hand:
    """One gripper. What it holds follows from what the fingers measure, never from what was commanded."""

    def __init__(self, arm: Arm, kinematics: Kinematics, memory: SceneMemory, guard: Guard) -> None:
        self.info = arm.info.gripper
        self._arm = arm
        self._kinematics = kinematics
        self._memory = memory
        self._guard = guard
        self._interrupted = False
        self._commanded: float | None = None
        self._told: float | None = None
        """The last width that a hand was moved to, whatever it met."""

    @property
    def held(self) -> HeldObject | None:
        """What is between the fingers, and how."""
        return self._memory.in_hand

    @property
    def width(self) -> float:
        """Distance between the fingers in m: measured, or, of a hand that measures none, what it was last told.

        Raises:
            HardwareFault: a hand that measures its width gives none.
        """
        if self.info.measures != "width":
            return self.info.max_width if self._told is None else self._told
        width = self._arm.state().gripper_width
        if not math.isfinite(width):
            raise HardwareFault(
                f"the hand gives {width!r} for its width",
                expected=f"0..{self.info.max_width:g} m",
                hint="Look at the hand and its connection.",
            )
        return width

    @property
    def rests_on(self) -> str:
        """What tells whether something is held, in words."""
        return {"width": "the measured width", "closed": "whether the hand closed whole", "nothing": "the cameras"}[
            self.info.measures
        ]

    @property
    def is_open(self) -> bool:
        """Whether the fingers are as wide apart as they go."""
        return self.width > self.info.max_width - OPEN_SLACK - self.info.width_tolerance

    def is_at(self, width: float) -> bool:
        """Whether the fingers are `width` m apart already, as well as the hand can tell."""
        return abs(self.width - width) <= OPEN_SLACK + self.info.width_tolerance

    def move(self, width: float, *, force: float = GRIP_FORCE) -> float:
        """Move the fingers to `width` m or until they touch something, without asking what; returns the measured
        width in m. Raises what ended it instead; nothing is held then."""
        force = min(force, self.info.max_force)
        self._guard.check_gripper(width, force)
        try:
            result = self._arm.start_gripper(width, self.info.max_speed, force).wait(TIMEOUT)
        except Failure:
            # Ended on the way, the fingers press on nothing any more.
            self._commanded, self._interrupted = None, True
            self.let_go()
            self._memory.invalidate()
            raise
        self._commanded, self._interrupted = width, False
        self._told = width
        return result.state.gripper_width if self.info.measures == "width" else width

    def recover(self) -> None:
        """Open the fingers where a stop, for one, ended their last movement on the way: what is between them, nobody
        has measured."""
        if self._interrupted:
            self.move(self.info.max_width)

    def grip(self, width: float, *, force: float = GRIP_FORCE) -> float:
        """Move the fingers as `move` does, and note what they took or let go; for programs that lead the hand
        themselves."""
        measured = self.move(width, force=force)
        if self.held is None and self.blocked():
            self._take()
        elif self.held is not None and not self.blocked():
            self.let_go()
        else:
            self._memory.invalidate()  # the fingers may have pushed something
        return measured

    def blocked(self) -> bool:
        """Whether something is held, by what the hand measures: it keeps the fingers wider apart than commanded, or
        from closing whole. A hand that measures nothing is believed to hold what the cameras do not show elsewhere."""
        match self.info.measures:
            case "width":
                return self._keeps_apart(self.width)
            case "closed":
                return self._commanded is not None and not self._closed_whole()
            case "nothing":
                return self.held is not None

    def lost(self, slack: float) -> bool:
        """Whether what was held is so no longer: the fingers have closed by more than `slack` m since, or whole."""
        if self.held is None:
            return True
        if self.info.measures != "width":
            return not self.blocked()
        width = self.width
        return width < self.held.width - slack - self.info.width_tolerance or not self._keeps_apart(width)

    def took(self, expected: float, slack: float) -> bool:
        """Whether the hand, told to close, is around something as wide as `expected` m, give or take `slack` m, as far
        as it can tell; a hand that measures nothing cannot."""
        if self.info.measures == "nothing":
            return True
        if self.info.measures == "closed":
            return self.blocked()
        width = self.width
        return abs(width - expected) <= slack + self.info.width_tolerance and self._keeps_apart(width)

    def resume(self) -> None:
        """The fingers were closed on what is held, by somebody who says so."""
        self._commanded = 0.0

    def _keeps_apart(self, width: float) -> bool:
        slack = max(HELD_SLACK, self.info.width_tolerance)
        return self._commanded is not None and width > self._commanded + slack

    def _closed_whole(self) -> bool:
        closed = self._arm.state().gripper_closed
        if closed is None:
            raise HardwareFault("the hand does not tell whether it closed whole", hint="Look at it and its connection.")
        return closed

    def attach(self, obj: SceneObject, *, aligned: bool = True) -> HeldObject:
        """`obj`, lying where it was seen, is now between the fingers, which have turned its sides parallel to them
        where it was `aligned` with them; what lies in it goes along."""
        contents = contained(obj, self._memory.objects)
        if aligned and obj.category not in ROUND:
            T = self._tool()
            tool_yaw = math.atan2(T[1, 0], T[0, 0])
            quarter = math.pi / 2
            askew = (obj.yaw - tool_yaw + quarter / 2) % quarter - quarter / 2
            obj = msgspec.structs.replace(obj, yaw=obj.yaw - askew)
        return self._memory.hold(obj, self.width, contents)

    def let_go(self, *, lost: bool = False) -> None:
        """What was held is so no longer. Args: `lost` says that nobody knows where it went."""
        self._memory.release(lost=lost)

    def _take(self) -> None:
        """The thing whose body the fingers are at, and between which and them the width agrees best, is what they
        hold."""
        x, y, z = (float(v) for v in self._tool()[:3, 3])
        near = [(distance_from(o, (x, y, z)), o) for o in self._memory.objects if o.category != "zone"]
        near = [(d, o) for d, o in near if d < GRASP_RADIUS]
        if near:
            self.attach(min(near, key=lambda n: n[0])[1])
        else:
            self._memory.invalidate()

    def _tool(self) -> NDArray[np.float64]:
        return self._kinematics.tool(self._arm.state().q)
