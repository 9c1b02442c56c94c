"""One trial, ready to run programs: the environment as set up, the primitives' server and the confined process."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from codepolicy.episode import GoalCheck
from codepolicy.events import Called, Calling, Checked, Event, Looked, Observer, Phase, Ran, Said
from codepolicy.loop.clause_values import measured
from codepolicy.loop.snapshot_detector import SnapshotDetector
from codepolicy.plugins import load_detector
from primitives.api import surface
from primitives.environment import Environment, Trial, TrialSpec
from primitives.failures import Failure, FailureReport
from primitives.perception.detector import Detector
from primitives.registry import Surface
from primitives.robot import Frame
from primitives.scene import SceneObject
from primitives.trace import CallRecord, ExecutionReport

if TYPE_CHECKING:
    from codepolicy.sandbox.host import PolicySandbox, PolicySession
    from primitives.server import Server

IsolationMode = Literal["required", "best-effort"]


def _silent(event: Event) -> None:
    """Where nobody listens."""
    del event


@dataclass(slots=True, kw_only=True)
class Executor:
    """A context manager; `close` frees the confined process, not the environment.

    Variables and functions of a program survive into the next one until `close`.
    """

    environment: Environment
    spec: TrialSpec
    surface_level: str = "skill"
    detector_name: str = "rgbd"
    isolation: IsolationMode = "best-effort"
    gate: bool = True
    deadline_s: float = 300.0
    """Wall time that one program may take."""
    emit: Observer = field(default=_silent)
    turn: int = 0
    """Stamped on events."""

    surface: Surface = field(init=False)
    trial: Trial = field(init=False)
    detector: Detector = field(init=False)
    start: tuple[SceneObject, ...] = field(init=False, default=())
    """The scene as first seen since the last `mark_start`."""
    seen: tuple[SceneObject, ...] = field(init=False, default=())
    """The last look."""
    said: list[str] = field(init=False, default_factory=lambda: list[str]())
    _functions: dict[str, str] = field(init=False, default_factory=lambda: dict[str, str]())
    _start_frame: Frame | None = field(init=False, default=None)
    _server: Server = field(init=False)
    _sandbox: PolicySandbox = field(init=False)
    _session: PolicySession | None = field(init=False, default=None)
    _phase: Phase = field(init=False, default="program")

    def __post_init__(self) -> None:
        from codepolicy.sandbox.host import PolicySandbox
        from primitives.server import Server

        self.surface = surface(self.surface_level)
        with ThreadPoolExecutor(1) as pool:  # the confined process warms up while the world loads
            starting = pool.submit(PolicySandbox, isolation=self.isolation)
            try:
                self.trial = self.environment.reset(self.spec)
                self.detector = load_detector(self.detector_name, self.environment)
                self._server = Server(self.trial.robot, self.detector, say=self._say, on_call=self._called)
            except BaseException:
                if starting.exception() is None:
                    starting.result().close()
                raise
            self._sandbox = starting.result()

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the confined process. Idempotent."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._sandbox.close()

    @property
    def layers(self) -> tuple[str, ...]:
        """Active layers of confinement."""
        return self._sandbox.layers

    @property
    def robot_time(self) -> float:
        """Robot time used so far in s."""
        return self._server.robot_time

    @property
    def goal_surface(self) -> Surface:
        """What a goal check may call: no motion."""
        return self.surface.only("perception", "other")

    def instruct(self, instruction: str) -> None:
        """Take another instruction in the world as it is; where a task matches it, its verdict is on this one alone."""
        task = self.environment.instruct(instruction)
        self.trial = msgspec.structs.replace(self.trial, instruction=instruction, task=task)

    def look(self) -> tuple[SceneObject, ...]:
        """What the cameras see now."""
        self.seen = tuple(self._server.look())
        self.emit(Looked(self.seen))
        return self.seen

    def picture(self) -> bytes:
        """PNG of what the first camera sees, labelled; from the second time since `mark_start` on, start and now."""
        from codepolicy.prompting.scene_image import labelled_png

        now = (self.trial.robot.cameras[0].latest(max_age_s=1.0), self.seen)
        if self._start_frame is None:
            self._start_frame = now[0]
            return labelled_png(now)
        return labelled_png((self._start_frame, self.start), now)

    def mark_start(self) -> tuple[SceneObject, ...]:
        """Look, and take this as the scene against which changes are told and goal checks must not already hold."""
        self.start, self._start_frame = self.look(), None
        return self.start

    def run(self, program: str) -> ExecutionReport:
        """Check `program`, run it confined, and report. Never raises for what the program does."""
        if self.gate:
            findings = self.findings(program)
            if findings:
                report = ExecutionReport(status="rejected", failure=findings[0], findings=findings)
                self.emit(Ran(self.turn, report))
                return report
        self._phase = "program"
        if self._session is None:
            self._session = self._sandbox.session()
        self._define(self._session)
        report = self._execute(self._server, self._session, program, self.surface, entry="program")
        self.emit(Ran(self.turn, report))
        return report

    @property
    def known(self) -> tuple[str, ...]:
        """Names that earlier programs left defined, and functions written on demand."""
        return (*(self._session.names if self._session is not None else ()), *self._functions)

    def findings(self, program: str) -> tuple[FailureReport, ...]:
        """What the gate has against `program`."""
        from codepolicy.static_checks import check

        holding = any(o.on == "gripper" for o in self.seen)
        workspace = self.trial.robot.workspace
        return tuple(check(program, self.surface, workspace=workspace, known=self.known, holding=holding))

    def goal_findings(self, goal: str) -> tuple[FailureReport, ...]:
        """What the gate has against a goal check, which may not move and knows no variable of the program."""
        from codepolicy.static_checks import check
        from codepolicy.static_checks.goal_rules import chance, moves

        if not self.gate:
            return ()
        workspace, known = self.trial.robot.workspace, tuple(self._functions)
        found = check(goal, self.goal_surface, workspace=workspace, known=known)
        return (*(moves(f, self.surface) for f in found), *chance(goal))

    def self_contained(self, program: str) -> str | None:
        """`program` with the functions before it that were written for it; None when it leans on earlier programs."""
        from codepolicy.static_checks import check

        used: dict[str, str] = {}
        waiting = [program]
        while waiting:
            words = set(re.findall(r"\w+", waiting.pop()))
            new = {n: s for n, s in self._functions.items() if n in words and n not in used}
            used |= new
            waiting += new.values()
        whole = "\n\n".join([*(s.strip() for s in used.values()), program.strip()]) + "\n"
        return None if check(whole, self.surface, workspace=self.trial.robot.workspace) else whole

    @property
    def functions(self) -> Mapping[str, str]:
        """Sources of the functions that were written on demand, by name."""
        return self._functions

    def define(self, name: str, source: str) -> None:
        """Make the function `name` available to every later program and goal check."""
        self._functions[name] = source

    def _define(self, session: PolicySession) -> None:
        """Define in `session` the functions that it lacks."""
        for name, source in self._functions.items():
            if name not in session.names:
                self._execute(self._server, session, source, self.surface, entry="program", label=name)

    def check(self, goal: str) -> GoalCheck:
        """Run a goal check in a fresh process on a fresh look."""
        self._phase = "goal"
        check = self._goal(self._server, goal)
        self.emit(Checked(self.turn, check))
        return check

    def already(self, goal: str) -> GoalCheck | None:
        """The goal check on the scene as it was at the start, where it holds there, before anything moved; else None.

        None, too, when something was held then, which a remembered scene cannot tell.
        """
        from primitives.server import Server

        if any(o.on == "gripper" for o in self.start):
            return None
        check = self._goal(Server(self.trial.robot, SnapshotDetector(self.start)), goal)
        return check if check.status in ("passed", "vacuous") else None

    def _goal(self, server: Server, goal: str) -> GoalCheck:
        surface = self.goal_surface
        findings = self.goal_findings(goal)
        if findings:
            return GoalCheck(status="failed", failure=findings[0])
        session = self._sandbox.session()
        try:
            self._define(session)
            server.look()
            report = self._execute(server, session, goal, surface, entry="goal")
        except Failure as failure:
            return GoalCheck(status="failed", failure=failure.report())
        finally:
            session.close()
        clauses = measured(report)
        if report.status != "finished":
            return GoalCheck(status="failed", clauses=clauses, failure=report.failure)
        if not all(c.holds for c in clauses):
            return GoalCheck(status="failed", clauses=clauses)
        perception = surface.only("perception")
        looked = any(c.name in perception for c in report.calls)
        return GoalCheck(status="passed" if looked and clauses else "vacuous", clauses=clauses)

    def _execute(
        self,
        server: Server,
        session: PolicySession,
        source: str,
        surface: Surface,
        *,
        entry: Literal["program", "goal"],
        label: str = "",
    ) -> ExecutionReport:
        def dispatch(
            name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None
        ) -> object:
            self.emit(Calling(self._phase, name, line))
            return server.call(name, args, kwargs, line=line)

        robot_time, wall = server.robot_time, time.perf_counter()
        server.begin(surface, collect_expectations=entry == "goal")
        try:
            outcome = session.run(
                source,
                surface=surface,
                dispatch=dispatch,
                entry=entry,
                label=label,
                deadline_s=self.deadline_s,
                on_death=server.stop,
            )
        except KeyboardInterrupt:
            server.stop()
            raise
        return ExecutionReport(
            status="finished" if outcome.status == "finished" else "failed",
            failure=outcome.failure,
            inside=outcome.inside,
            calls=server.records,
            clauses=server.clauses,
            output=outcome.output,
            traceback=outcome.traceback,
            robot_time=server.robot_time - robot_time,
            wall_time=time.perf_counter() - wall,
        )

    def _say(self, text: str) -> None:
        if self._phase == "program":
            self.said.append(text)
            self.emit(Said(text))

    def _called(self, record: CallRecord) -> None:
        self.emit(Called(self.turn, self._phase, record))
