"""Runs the calls of a program: decode, guard, primitive, post-condition, record. One server per trial."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.arguments import bind, encode
from primitives.context import Context
from primitives.failures import (
    BadArgument,
    Failure,
    HardwareFault,
    InfrastructureError,
    ProtectiveStop,
    Stopped,
    from_report,
)
from primitives.images import Image, ImageRef, Mask, MaskRef
from primitives.kinematics.poses import matrix_pose, pose_matrix
from primitives.limits import GuardLimits
from primitives.motion.mover import Mover
from primitives.perception.detector import Detector
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.plugins import broke
from primitives.registry import Surface
from primitives.results import as_result, show
from primitives.robot import Arm, ArmMode, Robot
from primitives.scene import Region, SceneObject
from primitives.trace import CallRecord, Clause
from primitives.twin import Carried, Perceived

STOP_S = 0.045
"""Host time in s that an arm's `stop` may take."""
LOOK = "Look at the robot, then recover it."
KEPT_RECORDS = 1000
"""Records of one program; further calls are counted."""
KEPT_TEXT = 500
"""Characters of a call or a result in a record."""
KEPT_IMAGES = 16
"""Images and masks a program may still refer to; older ones are forgotten, so that a loop cannot fill the memory."""


def _silent(_text: str) -> None:
    """Where nobody listens."""


def stop_at_once(arm: Arm) -> None:
    """Have an arm stop, and return within 50 ms: a driver whose `stop` does not return keeps nobody waiting."""
    stopping = threading.Thread(target=_stop, args=(arm,), name="stop", daemon=True)
    stopping.start()
    stopping.join(STOP_S)


def _stop(arm: Arm) -> None:
    with suppress(Failure):  # that it is lost, whoever waits for the motion is told
        arm.stop()


class Server:
    """Executes primitive calls on one robot, and keeps their records."""

    def __init__(
        self,
        robot: Robot,
        detector: Detector,
        *,
        limits: GuardLimits | None = None,
        say: Callable[[str], None] | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
        on_path: Callable[[NDArray[np.float64]], None] | None = None,
    ) -> None:
        """Args:
        robot: connected robot.
        detector: turns its images into objects.
        limits: what no program may exceed; the robot's own when left out.
        say: shows a sentence of the program to the person.
        on_call: is told every finished call, for live progress.
        on_path: is told the tool's positions (N, 3) in m along each path before the arm follows it.
        """
        memory = SceneMemory(robot, detector)
        mover = Mover(robot, memory, limits or robot.limits)
        mover.on_path = on_path
        self._context = Context(robot=robot, memory=memory, mover=mover, guard=mover.guard, say=say or _silent)
        self._on_call = on_call
        self._surface: Surface | None = None
        self._records: list[CallRecord] = []
        self._left_out = 0
        self._start = self._stamp = robot.arm.state().stamp
        self._halted = False
        """Whether the program was ended from outside."""
        self._latched: Failure | None = None
        """Why nothing moves until a person says that it may."""

    @property
    def records(self) -> tuple[CallRecord, ...]:
        """The calls since `begin`, in order: the first `KEPT_RECORDS` of them."""
        return tuple(self._records)

    @property
    def left_out(self) -> int:
        """How many calls since `begin` have no record."""
        return self._left_out

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every `expect` since `begin`, in order."""
        return tuple(self._context.clauses)

    @property
    def robot_time(self) -> float:
        """Robot time since this server was made, in s; of an arm that does not answer, when it last did."""
        with suppress(Failure):
            self._stamp = self._context.robot.arm.state().stamp
        return self._stamp - self._start

    @property
    def began(self) -> float:
        """The robot's clock in s when this server was made."""
        return self._start

    @property
    def remembered(self) -> list[SceneObject] | None:
        """What is known of the scene without a look; None where something has moved since the last one."""
        return self._context.memory.remembered

    def look(self) -> list[SceneObject]:
        """What the cameras see now and what the gripper holds, for the prompt; counts against no program.

        Raises:
            InfrastructureError: the detector broke.
        """
        try:
            self._context.memory.look()
        except Failure:
            raise
        except Exception as error:
            raise InfrastructureError(broke("looking", error)) from error
        return self._context.memory.visible

    def recall(self, held: SceneObject) -> None:
        """The gripper holds `held`, which was seen there: for a server on a scene of the past."""
        self._context.memory.recall(held)

    def perceived(self) -> Perceived:
        """What the robot knows of its world: the last look, its own joints, and what it carries."""
        memory, state = self._context.memory, self._context.robot.arm.state()
        held = memory.in_hand
        carried: tuple[Carried, ...] = ()
        if held is not None:
            T = self._context.mover.kinematics.tool(state.q)
            each = ((held.object, held.T_tool_object), *held.contents)
            carried = tuple(Carried(object=o, pose=matrix_pose(T @ T_tool)) for o, T_tool in each)
        return Perceived(
            objects=tuple(memory.objects),
            q=tuple(float(angle) for angle in state.q),
            gripper_width=float(state.gripper_width),
            carried=carried,
        )

    def resume(self, perceived: Perceived) -> None:
        """Begin where the server is that perceived this: for a server on a twin."""
        self._context.memory.know(perceived.objects, [(c.object, pose_matrix(c.pose)) for c in perceived.carried])
        if perceived.carried:
            self._context.mover.hand.resume()

    def begin(self, surface: Surface, *, collect_expectations: bool = False) -> None:
        """Start a program or a goal check: records, clauses and budgets start anew.

        Args:
            surface: the primitives that may be called.
            collect_expectations: record a false `expect` and go on, as a goal check does, instead of raising.

        Raises:
            Stopped, ProtectiveStop, HardwareFault: the robot stands still until `recover`.
            CommsLost: it does not answer.
        """
        self._surface = surface
        self._records.clear()
        self._left_out = 0
        self._context.clauses.clear()
        self._context.collect_expectations = collect_expectations
        self._context.begin_images(apart=collect_expectations)
        if self._halted and self._latched is None:
            self._lift_halt()
        self._halted = False
        self._refuse_standing()
        self._context.guard.begin(self.robot_time)

    def halt(self) -> None:
        """End the program: stop the arm, and refuse every further call until the next `begin`. From any thread."""
        self._halted = True
        stop_at_once(self._context.robot.arm)

    def stop(self) -> None:
        """A person stops the robot: nothing moves any more until one calls `recover`. From any thread."""
        self._latched = self._latched or Stopped(
            "the robot was stopped by a person", hint="Look at the robot, then recover it."
        )
        stop_at_once(self._context.robot.arm)

    def recover(self, *, operator_ack: bool) -> None:
        """Let the robot move again after a stop, a protective stop or a fault, once a person has looked at it.

        Raises:
            Stopped: `operator_ack` is not given.
            ProtectiveStop, HardwareFault: the cause still stands.
            CommsLost: the robot does not answer.
        """
        if not operator_ack:
            raise Stopped("only a person who has looked at the robot lifts a stop", hint="give operator_ack=True")
        self._context.robot.arm.recover(operator_ack=True)
        self._latched, self._halted = None, False
        self._context.memory.invalidate()  # whoever came to help may have moved things
        self._refuse_standing()

    @property
    def standing(self) -> Failure | None:
        """Why the robot takes no motion until a person recovers it; None when the next program could begin."""
        if self._halted and self._latched is None:
            return None  # which `begin` lifts by itself
        try:
            self._refuse_standing()
        except Failure as failure:
            return failure
        return None

    def _refuse_standing(self) -> None:
        if self._latched is not None:
            raise from_report(self._latched.report())
        if self._halted:
            raise Stopped("the program was ended")
        state = self._context.robot.arm.state()
        said = f": {state.fault}" if state.fault else ""
        match state.mode:
            case ArmMode.STOPPED:
                raise Stopped(f"the robot was stopped{said}", hint=LOOK)
            case ArmMode.PROTECTIVE_STOP:
                raise ProtectiveStop(f"the robot stopped itself{said}", hint=LOOK)
            case ArmMode.FAULT:
                raise HardwareFault(f"the robot reports a fault{said}", hint=LOOK)
            case _:
                pass

    def _lift_halt(self) -> None:
        """The arm was stopped because its program was over, which no person has to look at."""
        arm = self._context.robot.arm
        if arm.state().mode is ArmMode.STOPPED:
            arm.recover(operator_ack=False)

    def invoke(self, name: str, *args: object, line: int | None = None, **kwargs: object) -> Any:
        """Call a primitive with plain Python values, along the same way as a program's process."""
        return self.call(name, [encode(a) for a in args], {k: encode(v) for k, v in kwargs.items()}, line=line)

    def call(
        self, name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None = None
    ) -> object:
        """Run one primitive call of a program.

        Args:
            name: the primitive.
            args: MessagePack bytes of the positional arguments.
            kwargs: MessagePack bytes of the keyword arguments.
            line: program line of the call, from 1.

        Returns:
            What the primitive returned, after its post-condition was measured.

        Raises:
            Failure: with `call` and `line` filled in.
        """
        context = self._context
        context.mover.measured.clear()
        context.line = line
        started, wall = self.robot_time, time.perf_counter()
        text, about = f"{name}(…)", None
        failure: Failure | None = None
        result: object = None
        try:
            context.guard.count_call(started)  # refused calls and bad arguments count as well
            if self._surface is None:
                raise InfrastructureError("Server.call before Server.begin")
            self._refuse_standing()
            if name not in self._surface:
                raise BadArgument(f"there is no primitive {name!r} here", candidates=self._surface.names)
            primitive = self._surface.get(name)
            values = bind(primitive, args, kwargs)
            text = f"{name}({', '.join(_named(k, v, i, len(args)) for i, (k, v) in enumerate(values.items()))})"
            about = _subject(values)
            values = {k: self._resolve(v) for k, v in values.items()}
            result = primitive.function(context, **values)
            self._keep(result)
            return result
        except Failure as raised:
            failure = raised
            raised.call, raised.line = raised.call or text, line
            raised.subject = raised.subject or about
            raise
        except Exception as error:
            failure = InfrastructureError(broke(name, error), call=text, line=line)
            raise failure from error
        except BaseException:  # Ctrl-C in the midst of it
            failure = Stopped("interrupted by a person", call=text, line=line)
            raise
        finally:
            self._record(name, text, line, started, wall, result, failure)

    def _resolve(self, value: object) -> object:
        """References to images and masks become what they stand for."""
        store = {ImageRef: self._context.images, MaskRef: self._context.masks}
        if isinstance(value, ImageRef | MaskRef):
            kept = store[type(value)]
            if value.id not in kept:
                raise BadArgument(
                    f"{show(value)} is no longer kept; the newest {KEPT_IMAGES} are",
                    candidates=tuple(show(v) for v in kept.values()),
                    hint="Capture it again.",
                )
            return kept[value.id]
        return value

    def _keep(self, result: object) -> None:
        """What a program was given it may refer to, within bounds."""
        kept: dict[int, Any]
        if isinstance(result, Image):
            kept = self._context.images
        elif isinstance(result, Mask):
            kept = self._context.masks
        else:
            return
        kept[result.id] = result
        while len(kept) > KEPT_IMAGES:
            del kept[min(kept)]

    def _record(
        self,
        name: str,
        text: str,
        line: int | None,
        started: float,
        wall: float,
        result: object,
        failure: Failure | None,
    ) -> None:
        if len(self._records) >= KEPT_RECORDS:
            self._left_out += 1
            return
        record = CallRecord(
            index=len(self._records),
            name=name[:KEPT_TEXT],
            call=text[:KEPT_TEXT],
            line=line,
            started=started,
            robot_time=self.robot_time - started,
            wall_time=time.perf_counter() - wall,
            result=as_result(result) if failure is None else None,
            failure=failure.report() if failure else None,
            measured=dict(self._context.mover.measured),
        )
        self._records.append(record)
        if self._on_call is not None:
            self._on_call(record)


def _named(name: str, value: object, index: int, positional: int) -> str:
    return show(value) if index < positional else f"{name}={show(value)}"


def _subject(values: Mapping[str, object]) -> str | None:
    """The object, region or query that a call is about: its first argument, where it is one."""
    match next(iter(values.values()), None):
        case SceneObject() | Region() as thing:
            return thing.name
        case str() as query:
            return query[:200]
        case _:
            return None
