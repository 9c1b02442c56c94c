"""Runs programs and their goal checks on one trial: the world as set up, the primitives' server, the confined process.

The executor owns all of that, the functions written on demand, and what it tells observers; a repair loop asks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from codepolicy.approval import Decision, Proposal
from codepolicy.episode import GoalCheck
from codepolicy.events import (
    Called,
    Calling,
    Checked,
    Decided,
    Event,
    Looked,
    Observer,
    Phase,
    Printed,
    Proposed,
    Ran,
    Said,
    Started,
    Watched,
)
from codepolicy.loop.attempt import Attempt
from codepolicy.loop.execution import OnCalling, execute
from codepolicy.loop.gate import Gate
from codepolicy.loop.goal_check import GoalChecker
from codepolicy.loop.program_budget import ProgramBudget
from codepolicy.loop.scene_views import SceneViews
from codepolicy.loop.signatures import signatures
from codepolicy.loop.world_watch import WorldWatch
from codepolicy.permissions import Permissions
from codepolicy.plugins import load_detector
from codepolicy.prompting.prompt import system_prompt
from codepolicy.settings import IsolationMode
from primitives.api import surface
from primitives.environment import Judged, Pictured, Trial, TrialSpec, Verdict, World, capability
from primitives.failures import Failure, FailureKind, FailureReport, Stopped
from primitives.limits import GuardLimits
from primitives.perception.detector import Detector
from primitives.registry import Surface
from primitives.robot import Frame
from primitives.scene import SceneObject
from primitives.trace import CallRecord, ExecutionReport
from primitives.twin import Perceived

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from codepolicy.loop.camera_pictures import CameraPictures
    from codepolicy.sandbox.host import PolicySandbox, PolicySession, SessionState
    from codepolicy.sandbox.policy_process import Zygote
    from primitives.server import Server


Clear: TypeAlias = Callable[[str, str | None], Decision]
"""Says whether the robot may move for a program with its goal check."""


def _silent(event: Event) -> None:
    """Where nobody listens."""
    del event


@dataclass(slots=True, kw_only=True)
class Executor:
    """A context manager; `close` frees the confined process, not the environment.

    Variables and functions of a program survive into the next one until `close`.
    """

    environment: World
    spec: TrialSpec
    surface_level: str | None = None
    """The level of what programs may call; left out, what the trial is best done with."""
    surface_alone: bool = False
    """Whether the levels below are left out."""
    detector_name: str = "rgbd"
    isolation: IsolationMode = "best-effort"
    gated: bool = True
    """Whether programs are checked before any motion."""
    deadline_s: float = 300.0
    """Wall time that one program may take."""
    limits: Callable[[GuardLimits], GuardLimits] | None = None
    """Changes what the guard keeps, from what the robot asks for; nothing when left out."""
    zygote: Zygote | None = None
    """Shared with other executors, one after the other; an own one when left out."""
    permissions: Permissions = Permissions()  # noqa: RUF009 - frozen
    """What programs are permitted to do, beside what the guard allows anyway."""
    perceived: Perceived | None = None
    """In a twin: what it is the twin of, where this executor begins."""

    surface: Surface = field(init=False)
    trial: Trial = field(init=False)
    detector: Detector = field(init=False)
    _observer: Observer = field(init=False, default=_silent)
    _turn: int = field(init=False, default=0)
    _said: list[str] = field(init=False, default_factory=lambda: list[str]())
    _views: SceneViews = field(init=False)
    _watch: WorldWatch | None = field(init=False, default=None)
    _budget: ProgramBudget = field(init=False)
    _functions: dict[str, str] = field(init=False, default_factory=lambda: dict[str, str]())
    _signatures: dict[str, str] = field(init=False, default_factory=lambda: dict[str, str]())
    _phase: Phase = field(init=False, default="program")
    _robot_began: float = field(init=False, default=0.0)
    _clear: Clear | None = field(init=False, default=None)
    _halted: bool = field(init=False, default=False)
    """Whether somebody stopped what the instruction under way does."""
    _gate: Gate = field(init=False)
    _server: Server = field(init=False)
    _camera_pictures: CameraPictures | None = field(init=False, default=None)
    _sandbox: PolicySandbox = field(init=False)
    _session: PolicySession | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        from codepolicy.sandbox.host import PolicySandbox
        from primitives.server import Server

        with ThreadPoolExecutor(1) as pool:  # the confined process warms up while the world loads
            starting = pool.submit(PolicySandbox, isolation=self.isolation, zygote=self.zygote)
            try:
                self.trial = self.environment.reset(self.spec)
                self.detector = load_detector(self.detector_name, self.environment)
                robot = self.trial.robot
                wanted = robot.limits if self.limits is None else self.limits(robot.limits)
                self._server = Server(
                    robot,
                    self.detector,
                    limits=self.permissions.limits(wanted),
                    say=self._say,
                    on_call=self._called,
                    on_path=self._heading,
                )
                if self.perceived is not None:
                    self._server.resume(self.perceived)
            except BaseException:
                if starting.exception() is None:
                    starting.result().close()
                raise
            self._sandbox = starting.result()
        self._views = SceneViews(self.trial.robot, self._server.look)
        self._budget = ProgramBudget(self.permissions)
        offered = surface(self.surface_level or self.trial.surface, alone=self.surface_alone)
        self.surface = self.permissions.surface(offered)
        if not isinstance(self.environment, Pictured):
            from codepolicy.loop.camera_pictures import CameraPictures

            self._camera_pictures = CameraPictures(self.trial.robot.cameras)
        self._gate = Gate(surface=self.surface, workspace=self.trial.robot.workspace)

    def __enter__(self) -> Executor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the confined process. Idempotent."""
        self.end()
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._camera_pictures is not None:
            self._camera_pictures.close()
        self._sandbox.close()

    # An instruction: who listens, what was said, which turn it is.

    def begin(self, observer: Observer) -> None:
        """Start on an instruction: turns and what was said are counted anew, and `observer` is told from here on."""
        self.end()
        self._observer, self._turn, self._robot_began, self._halted = observer, 0, self.robot_time, False
        self._said.clear()
        robot = self.trial.robot
        observer(Watched(self.environment.name, robot.arm.info, robot.workspace))
        self._watch = WorldWatch(
            server=self._server,
            arm=robot.arm,
            truth=self.judge.world if self.judge is not None else None,
            observer=observer,
        )
        self._watch.start()

    def end(self) -> None:
        """The instruction is over: where things are is told no longer. Idempotent."""
        if self._watch is not None:
            self._watch.stop()

    def _heading(self, tool: NDArray[np.float64]) -> None:
        if self._watch is not None:
            self._watch.tell_heading(tool)

    def clear_with(self, clear: Clear | None) -> None:
        """From here on no program moves the robot that `clear` does not clear; None lets all of them."""
        self._clear = clear

    def stop(self) -> None:
        """A person stops the robot: until the next `begin` no program gets anything done, and until `recover` nothing
        moves. From any thread."""
        self._halted = True
        self._server.stop()

    def instruct(self, instruction: str) -> None:
        """Take another instruction in the world as it is; where a task matches it, its verdict is on this one alone."""
        task = self.judge.instruct(instruction) if self.judge is not None else None
        self.trial = msgspec.structs.replace(self.trial, instruction=instruction, task=task)

    @property
    def judge(self) -> Judged | None:
        """What knows the ground truth; None where nobody does, as with a real robot."""
        return self.environment if isinstance(self.environment, Judged) else None

    @property
    def pictures(self) -> Pictured:
        """What makes pictures and videos for people: the environment, or the cameras."""
        return self._camera_pictures or capability(self.environment, Pictured)

    def oracle_program(self) -> str:
        """Source of the program that must win the trial's task. Raises ConfigurationError where there is none."""
        return capability(self.environment, Judged).oracle_program(self.spec)

    def verdict(self, *, declined: str | None = None) -> Verdict | None:
        """What ground truth says of the instruction, where there is any and a task matches.

        Args:
            declined: why it was declined, when it was.
        """
        return self.judge.verdict(self.said, declined=declined) if self.judge is not None else None

    def tell(self, text: str) -> None:
        """Tell the person something that a model said outside of a program."""
        self._said.append(text)
        self._observer(Said(text))

    def next_turn(self) -> int:
        """Begin a turn; its number, from 1, is stamped on what observers are told."""
        self._turn += 1
        return self._turn

    @property
    def turn(self) -> int:
        """The turn under way, 0 before the first."""
        return self._turn

    @property
    def said(self) -> tuple[str, ...]:
        """What programs told the person since `begin`."""
        return tuple(self._said)

    def recover(self) -> None:
        """A person has looked at the robot: it may move again. Raises what still keeps it from moving."""
        self._server.recover(operator_ack=True)

    @property
    def standing(self) -> Failure | None:
        """Why the robot takes no motion now; None when it would."""
        return self._server.standing

    def recover_stop(self) -> None:
        """Lift an operator's stop where there is one, for a person who has just approved a program; leave the rest."""
        standing = self._server.standing
        if standing is not None and standing.kind is FailureKind.STOPPED:
            self._server.recover(operator_ack=True)

    # Looking.

    def look(self) -> tuple[SceneObject, ...]:
        """What the cameras see now."""
        seen = self._views.look()
        self._observer(Looked(seen))
        if self._watch is not None:
            self._watch.tell_belief()
        return seen

    def mark_start(self) -> tuple[SceneObject, ...]:
        """Look, and take this as the scene against which changes are told and goal checks must not already hold."""
        self.look()
        self._views.mark_start()
        return self.start

    @property
    def start(self) -> tuple[SceneObject, ...]:
        """The scene as first seen since the last `mark_start`."""
        return self._views.start

    @property
    def seen(self) -> tuple[SceneObject, ...]:
        """The last look."""
        return self._views.seen

    def frame(self) -> Frame:
        """What the first camera sees."""
        return self._views.frame()

    def picture(self) -> bytes:
        """PNG of what the first camera sees, labelled; from the second time since `mark_start` on, start and now."""
        return self._views.picture()

    @property
    def picture_told(self) -> str:
        """What is to be said about the next `picture`."""
        return self._views.picture_told

    # Time.

    @property
    def robot_time_used(self) -> float:
        """Robot time since `begin` in s."""
        return self.robot_time - self._robot_began

    @property
    def robot_time_limit(self) -> float | None:
        """Robot time in s that the instruction may take where a task judges it; None where nothing limits it."""
        task = self.trial.task
        tasks = self.judge.tasks() if self.judge is not None and task else ()
        return next((t.time_limit_s for t in tasks if t.id == task), None)

    @property
    def time_told(self) -> str:
        """What a program may take and what is used, in words."""
        limit = self.robot_time_limit
        text = f"One program may take {self.deadline_s:.0f} s."
        if limit is not None:
            text += f" The instruction may take {limit:.0f} s of robot time, {self.robot_time_used:.0f} s are used."
        return text

    # Running.

    def system_prompt(self, *, examples: bool) -> str:
        """The constant prefix for this surface and this robot: its workspace, its regions, the opening of its hand."""
        robot = self.trial.robot
        opening = robot.arm.info.gripper.max_width
        return system_prompt(self.surface, robot.workspace, opening=opening, examples=examples)

    def attempt(
        self, program: str, goal: str | None, *, refuse_held: Callable[[GoalCheck], bool] | None = None
    ) -> Attempt:
        """Check, run and verify one program: the one way in which any program runs, whoever wrote it.

        Args:
            program: the source.
            goal: source of its goal check; None when there is none.
            refuse_held: says whether a goal check that holds before anything moved keeps the program from running.

        Returns:
            What came of it; never raises for what the program does.
        """
        self._observer(Started(self._turn, program, goal))
        findings = self.findings(program) if self.gated else ()
        goal_findings = self.goal_findings(goal) if goal is not None else ()
        if findings or goal_findings:
            check = GoalCheck(status="missing")
            if goal_findings:
                check = GoalCheck(status="failed", failure=goal_findings[0], findings=goal_findings)
            return Attempt(report=self._rejected(findings) if findings else None, check=check)
        held = None
        if goal is not None and self._views.start_robot is not None:
            held = self._goals.held(goal, self._views.start_robot, self.start)
        if held is not None and refuse_held is not None and refuse_held(held):
            return Attempt(check=msgspec.structs.replace(held, status="vacuous"), scene=self.start)
        spent = self._budget.spent()
        if spent is not None:
            return Attempt(report=self._rejected((spent,)))
        moving = self.may_move(program)
        if self._clear is not None and moving:
            decision = self._clear(program, goal)
            self._observer(Decided(self._turn, decision))
            if not decision.approved:
                return Attempt(scene=self.start, refused=decision)
        before = len(self._said)
        report = self._run(program, self.surface if moving or self._clear is None else self._gate.goal_surface)
        check = GoalCheck(status="missing")
        if report.status == "finished" and goal is not None:
            check = self.check(goal)
            if held is not None and check.status == "passed":
                check = msgspec.structs.replace(check, status="vacuous")
        motions = self.surface.only("motion")
        moved = any(c.name in motions for c in report.calls)
        said = tuple(self._said[before:])
        return Attempt(report=report, check=check, scene=self.start, moved=moved, said=said)

    def may_move(self, program: str) -> bool:
        """Whether `program` names a motion, or anything that earlier programs left, which may name one."""
        names = {*self.surface.only("motion").names, *self.known}
        return not names.isdisjoint(re.findall(r"\w+", program))

    def propose(self, proposal: Proposal) -> None:
        """Tell observers what a person is about to be asked."""
        self._observer(Proposed(self._turn, proposal))

    def late_check(self, attempt: Attempt, goal: str) -> Attempt:
        """`attempt`, a program that ran without a goal check, with `goal` as its check: now, and on the start."""
        findings = self.goal_findings(goal)
        if findings:
            check = GoalCheck(status="failed", failure=findings[0], findings=findings)
        else:
            check = self.check(goal)
            if check.status == "passed" and self._views.start_robot is not None:
                held = self._goals.held(goal, self._views.start_robot, self.start)
                check = check if held is None else msgspec.structs.replace(check, status="vacuous")
        return replace(attempt, check=check)

    def check(self, goal: str) -> GoalCheck:
        """Run a goal check in a fresh process on a fresh look."""
        check = self._goals.now(goal, self._server)
        self._observer(Checked(self._turn, check))
        return check

    def findings(self, program: str, *, whole: bool = True) -> tuple[FailureReport, ...]:
        """What the gate has against `program`, or, where it is not `whole`, against functions for it."""
        return self._gate.program(program, known=self.known, scene=self.seen, whole=whole)

    def goal_findings(self, goal: str) -> tuple[FailureReport, ...]:
        """What the gate has against a goal check, where programs are checked at all."""
        return self._gate.goal(goal, functions=tuple(self._functions)) if self.gated else ()

    def _rejected(self, findings: tuple[FailureReport, ...]) -> ExecutionReport:
        report = ExecutionReport(status="rejected", failure=findings[0], findings=findings)
        self._observer(Ran(self._turn, report))
        return report

    def _run(self, program: str, permitted: Surface) -> ExecutionReport:
        if self._session is None:
            self._session = self._sandbox.session()
        self._phase = "program"
        self._signatures |= signatures(program)
        report = execute(
            program,
            server=self._server,
            session=self._session,
            surface=permitted,
            entry="program",
            deadline_s=self.deadline_s,
            on_calling=self._calling("program"),
            on_output=lambda text: self._observer(Printed(text)),
            functions=self._functions,
        )
        self._budget.count(report)
        self._observer(Ran(self._turn, report))
        return report

    @property
    def _goals(self) -> GoalChecker:
        return GoalChecker(
            surface=self._gate.goal_surface,
            functions=self._functions,
            fresh_session=self._goal_session,
            deadline_s=self.deadline_s,
            on_calling=self._calling("goal"),
        )

    @contextmanager
    def _goal_session(self) -> Generator[PolicySession]:
        session = self._sandbox.check_session()
        try:
            self._phase = "goal"
            yield session
        finally:
            session.close()

    # Functions written on demand, and what is left of earlier programs.

    @property
    def known(self) -> tuple[str, ...]:
        """Names that earlier programs left defined, and functions written on demand."""
        return (*(self._session.names if self._session is not None else ()), *self._functions)

    @property
    def signatures(self) -> tuple[str, ...]:
        """The same, functions with their parameters."""
        return tuple(self._signatures.get(name, name) for name in dict.fromkeys(self.known))

    @property
    def functions(self) -> Mapping[str, str]:
        """Sources of the functions that were written on demand, by name."""
        return self._functions

    def define(self, name: str, source: str) -> None:
        """Make the function `name` available to every later program and goal check."""
        self._functions[name] = source
        self._signatures |= signatures(source)

    def self_contained(self, program: str) -> str | None:
        """`program` with the functions before it that were written for it; None when it leans on earlier programs."""
        return self._gate.self_contained(program, self._functions)

    # What a rehearsal in a twin begins with.

    def perceive(self) -> Perceived:
        """What the robot knows of its world, by the last look."""
        return self._server.perceived()

    @property
    def session_state(self) -> SessionState | None:
        """What earlier programs left; None where none has run."""
        return self._session.state if self._session is not None else None

    def resume_session(self, state: SessionState) -> None:
        """Go on from what the programs of another executor left."""
        if self._session is None:
            self._session = self._sandbox.session()
        self._session.resume(state)

    # What the record tells.

    @property
    def clock_began(self) -> float:
        """The robot's clock in s when the trial began."""
        return self._server.began

    @property
    def layers(self) -> tuple[str, ...]:
        """Active layers of confinement."""
        return self._sandbox.layers

    @property
    def robot_time(self) -> float:
        """Robot time used so far in s."""
        return self._server.robot_time

    def _calling(self, phase: Phase) -> OnCalling:
        def tell(name: str, line: int | None) -> None:
            if self._halted and phase == "program":  # a program that began just then would lift the robot's own stop
                raise Stopped("the robot was stopped", call=f"{name}(…)", line=line)
            self._observer(Calling(phase, name, line))

        return tell

    def _say(self, text: str) -> None:
        if self._phase == "program":
            self._said.append(text)
            self._observer(Said(text))

    def _called(self, record: CallRecord) -> None:
        self._observer(Called(self._turn, self._phase, record))
        if self._watch is not None:
            self._watch.tell_belief()
