"""The one thread that owns the world: it carries out one instruction after the other, and watches in between."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from codepolicy.agent import Agent
from codepolicy.console.audience import Audience
from codepolicy.console.camera_message import pictured
from codepolicy.console.messages import shown, told, truth
from codepolicy.events import Believed, Ended, Event, Looked, Moved, Watched
from codepolicy.loop.episode_run import Interrupted
from codepolicy.models.protocol import ModelError
from codepolicy.session import Session
from codepolicy.viewing.arm_shapes import ArmShapes, arm_shapes
from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.robot import ArmInfo, Stepped
from primitives.scene import SceneObject, Workspace

PICTURES_PER_S: Final = 5.0
"""Of each camera, at most, while somebody watches."""

_PASSING: Final = (Ended, Moved, Looked, Believed, Watched)
"""Events amid motion, looks and the end, at which nothing may be cut short."""


@dataclass(slots=True, kw_only=True)
class RobotThread:
    """Args:
    agent: of every instruction; its observer is replaced.
    open_session: makes the session, in this thread.
    audience: is told everything.
    pace: s of a simulated robot's time that pass per s, at most.
    """

    agent: Agent
    open_session: Callable[[Agent], Session]
    audience: Audience
    pace: float = 1.0
    arm: ArmInfo | None = field(init=False, default=None)
    workspace: Workspace = field(init=False, default=Workspace())
    ready: threading.Event = field(init=False, default_factory=threading.Event)
    failed: str | None = field(init=False, default=None)
    """Why there is no session."""
    busy: bool = field(init=False, default=False)
    stopped: bool = field(init=False, default=False)
    """A person has stopped the robot, and nobody has lifted that."""
    _jobs: queue.Queue[tuple[str, str] | None] = field(
        init=False, default_factory=lambda: queue.Queue[tuple[str, str] | None]()
    )
    _thread: threading.Thread | None = field(init=False, default=None)
    _session: Session | None = field(init=False, default=None)
    _shapes: ArmShapes | None = field(init=False, default=None)
    _seen: tuple[SceneObject, ...] = field(init=False, default=())
    _pictured: float = field(init=False, default=0.0)
    _truth: object = field(init=False, default=None)
    _clock: tuple[float, float] | None = field(init=False, default=None)
    """Host time and robot time when the robot's time last began to run."""

    def start(self) -> None:
        """Set the world up and wait for instructions."""
        self._thread = threading.Thread(target=self._work, name="robot", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the robot and free everything."""
        self.stop()
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join(20.0)

    def instruct(self, instruction: str, model: str) -> None:
        """Carry out `instruction`, after what is under way."""
        self.busy = True
        self._jobs.put((instruction, model))

    def stop(self) -> None:
        """Stop the robot now, end the instruction, and take none until `release`. From any thread."""
        self.stopped = True
        if self._session is not None:
            self._session.stop()
        self._tell_state()

    def release(self) -> str | None:
        """A person has seen to it that the robot may move again; returns what still keeps it from moving."""
        if self._session is not None:
            try:
                self._session.recover()
            except Failure as failure:
                return failure.message
        self.stopped = False
        self._tell_state()
        return None

    def _work(self) -> None:
        self.agent.observer = self._observe
        try:
            self._session = self.open_session(self.agent)
        except Exception as error:  # a mistake in the flags, a robot that does not answer, a plug-in that breaks
            known = isinstance(error, ConfigurationError | Failure)
            self.failed = str(error) if known else f"{type(error).__name__}: {error}"
            self.ready.set()
            return
        with self._session as session:
            executor = session.executor
            robot = executor.trial.robot
            self.arm, self.workspace = robot.arm.info, robot.workspace
            self._shapes = arm_shapes(self.arm)
            try:
                if self.agent.recover:
                    session.recover()
                executor.begin(self._observe)
                executor.look()
                executor.end()
                self._show_cameras(force=True)
            except Failure as failure:
                self.audience.tell({"kind": "fault", "text": shown(str(failure))})
            finally:
                self.ready.set()
            while (job := self._jobs.get()) is not None:
                self._carry_out(session, *job)

    def _carry_out(self, session: Session, instruction: str, model: str) -> None:
        self.audience.begin()
        self.audience.tell({"kind": "instructed", "instruction": shown(instruction), "model": shown(model)})
        self._tell_state()
        try:
            if self.stopped:
                raise ConfigurationError("the robot is stopped; lift the stop first")
            session.run(instruction, model=model)
        except Interrupted:
            pass
        except (ConfigurationError, ModelError, Failure) as error:
            self.audience.tell({"kind": "fault", "text": shown(str(error))})
        except KeyboardInterrupt:  # stopped between the last event and the record
            self.audience.tell({"kind": "fault", "text": "stopped"})
        except Exception as error:  # a plug-in's, or ours: the console goes on, and it is said
            self.audience.tell({"kind": "fault", "text": shown(f"{type(error).__name__}: {error}")})
        finally:
            self.busy = not self._jobs.empty()
            self._show_cameras(force=True)
            self._tell_state()

    def _tell_state(self) -> None:
        self.audience.tell({"kind": "state", "busy": self.busy, "stopped": self.stopped})

    def _observe(self, event: Event) -> None:
        """Tell the audience; end what is under way where a person has stopped it.

        Raises:
            KeyboardInterrupt: as Ctrl-C would.
        """
        match event:
            case Watched():
                self._clock = None
            case Looked() | Believed():
                self._seen = event.objects
                self._show_cameras()
            case Moved():
                self._moved(event)
            case _:
                pass
        message = told(event, self._shapes)
        if message is not None:  # also while nobody watches: whoever comes is told the latest
            self.audience.tell(message)
        if (
            self.stopped
            and self.busy
            and threading.current_thread() is self._thread
            and not isinstance(event, _PASSING)
        ):
            raise KeyboardInterrupt

    def _moved(self, event: Moved) -> None:
        if event.truth is not None:
            key = {name: (state.position, state.joint) for name, state in event.truth.items()}
            if key != self._truth:
                self._truth = key
                self.audience.tell(truth(event.truth))
        if threading.current_thread() is self._thread:
            self._keep_pace(event.time)
            self._show_cameras()

    def _keep_pace(self, robot_time: float) -> None:
        """Let a simulated robot move no faster than `pace`, so that a person can follow, and stop it."""
        now = time.monotonic()
        if self._clock is None or now - self._clock[0] > (robot_time - self._clock[1]) / self.pace + 0.5:
            self._clock = now, robot_time  # it thought or looked meanwhile
            return
        ahead = (robot_time - self._clock[1]) / self.pace - (now - self._clock[0])
        session = self._session
        stepped = session is not None and isinstance(session.executor.trial.robot.arm, Stepped)
        if ahead > 0 and stepped and not self.stopped:
            time.sleep(min(ahead, 0.5))

    def _show_cameras(self, *, force: bool = False) -> None:
        """Tell what the cameras see, with the names of what is believed, now and then."""
        now = time.monotonic()
        if self._session is None or not (
            force or (self.audience.watched and now - self._pictured > 1 / PICTURES_PER_S)
        ):
            return
        self._pictured = now
        for camera in self._session.executor.trial.robot.cameras:
            try:
                self.audience.tell(pictured(camera, self._seen))
            except Failure:  # a camera that is gone shows nothing
                continue
