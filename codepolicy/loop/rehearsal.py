"""Rehearsing a program in a twin: the executor that would run it on the robot runs it in a world made of what is seen.

Here is what a rehearsal is asked and what it answers, and how one is carried out; `rehearsal_pool` does it in
processes of their own.
"""

from __future__ import annotations

import msgspec

from codepolicy.episode import GoalCheck
from codepolicy.events import Event, Heading
from codepolicy.loop.executor import Executor
from codepolicy.loop.outcome import Ending, concluded
from codepolicy.permissions import Permissions
from codepolicy.sandbox.host import SessionState
from codepolicy.sandbox.policy_process import Zygote
from codepolicy.settings import IsolationMode
from primitives.environment import TrialSpec
from primitives.relations import MARGIN
from primitives.scene import SceneObject, Vector3
from primitives.trace import ExecutionReport
from primitives.twin import Perceived, Twin

MAX_PATH = 20_000
"""Points of the tool's path that are kept."""


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """One program to be run in a twin."""

    twin: str
    """What makes the twin, as "module:name"."""
    perceived: Perceived
    program: str
    goal: str | None
    instruction: str
    surface: str
    surface_alone: bool = False
    permissions: Permissions = Permissions()
    detector: str = "rgbd"
    isolation: IsolationMode = "best-effort"
    deadline_s: float = 300.0
    gated: bool = True
    functions: dict[str, str] = {}
    """Sources of the functions that were written on demand, by name."""
    session: SessionState | None = None
    """What earlier programs left."""
    seed: int = 0
    """0 takes what was perceived as it is; others draw its errors anew."""


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it, in the twin."""

    ending: Ending | None = None
    """What the attempt means, as of one on the robot; None where it would be repaired, or there was none."""
    report: ExecutionReport | None = None
    check: GoalCheck = GoalCheck(status="missing")
    scene: tuple[SceneObject, ...] = ()
    """What the twin's cameras see at the end."""
    said: tuple[str, ...] = ()
    margin: float | None = None
    """By how much the closest clause of the goal check holds, in m; None where nothing measured it."""
    path: tuple[Vector3, ...] = ()
    """Where the tool was to go, in m, base frame."""
    wall_time: float = 0.0
    """s."""
    broken: str | None = None
    """Why there was no rehearsal."""

    @property
    def robot_time(self) -> float:
        """Robot time in s."""
        return self.report.robot_time if self.report is not None else 0.0


def rehearse(job: Rehearsal, twin: Twin, zygote: Zygote) -> Rehearsed:
    """Carry out `job` in `twin`, which is then as it left it.

    Raises:
        ConfigurationError: the twin cannot be made of what was perceived.
    """
    twin.mirror(job.perceived)
    spec = TrialSpec(seed=job.seed, instruction=job.instruction, disturbances="none")
    with Executor(
        environment=twin,
        spec=spec,
        surface_level=job.surface,
        surface_alone=job.surface_alone,
        permissions=job.permissions,
        detector_name=job.detector,
        isolation=job.isolation,
        gated=job.gated,
        deadline_s=job.deadline_s,
        zygote=zygote,
        perceived=job.perceived,
    ) as executor:
        for name, source in job.functions.items():
            executor.define(name, source)
        if job.session is not None:
            executor.resume_session(job.session)
        path: list[Vector3] = []

        def note(event: Event) -> None:
            if isinstance(event, Heading):
                path.extend(event.tool[: MAX_PATH - len(path)])

        executor.begin(note)
        executor.mark_start()
        executor.next_turn()
        attempt = executor.attempt(job.program, job.goal)
        solution = concluded(attempt, job.instruction)
        return Rehearsed(
            ending=solution.ending if solution is not None else None,
            report=attempt.report,
            check=attempt.check,
            scene=executor.look(),
            said=attempt.said,
            margin=margin(attempt.check),
            path=tuple(path),
        )


def margin(check: GoalCheck) -> float | None:
    """By how much the closest of the measured clauses holds, in m; None where none was measured or one fails."""
    if check.status != "passed":
        return None
    found = [
        abs(value)
        for clause in check.clauses
        for relation in clause.relations
        for what, value in relation.values.items()
        if what.startswith(MARGIN)
    ]
    return min(found, default=None)
