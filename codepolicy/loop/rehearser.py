"""Rehearses the programs of one executor, as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codepolicy.approval import program_hash
from codepolicy.loop.executor import Executor
from codepolicy.loop.rehearsal import Rehearsal, Rehearsed
from codepolicy.loop.rehearsal_pool import RehearsalPool
from codepolicy.plugins import twin_factory
from primitives.errors import ConfigurationError
from primitives.twin import Perceived


@dataclass(slots=True, kw_only=True)
class Rehearser:
    """Makes rehearsals of programs from what the executor's robot perceives, its session and its functions."""

    executor: Executor
    pool: RehearsalPool
    instruction: str
    _twin: str | None = field(init=False)
    _known: dict[tuple[str, int], Rehearsed] = field(
        init=False, default_factory=lambda: dict[tuple[str, int], Rehearsed]()
    )
    """By program and seed, as long as the robot perceives what it did then."""
    _seen: Perceived | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._twin = twin_factory(self.executor.environment, self.executor.trial.robot.arm.info.name)

    @property
    def possible(self) -> bool:
        """Whether anything makes a twin of this robot."""
        return self._twin is not None

    def require(self, what: str) -> None:
        """Raise ConfigurationError where nothing makes a twin; `what` needs it."""
        if self._twin is None:
            arm = self.executor.trial.robot.arm.info.name
            raise ConfigurationError(
                f"{what} needs a twin of the arm {arm!r} to rehearse in, and nothing makes one: "
                "a package registers it under the entry-point group 'codepolicy.twins' by the arm's name"
            )

    def rehearse(self, programs: Sequence[tuple[str, str | None]], *, times: int) -> list[list[Rehearsed]]:
        """Each program and goal check `times` times: first as perceived, then with errors drawn anew. What was
        rehearsed already from the same start is not rehearsed again."""
        if self._twin is None:
            return [[Rehearsed(broken="nothing makes a twin of this robot")] for _ in programs]
        perceived = self.executor.perceive()
        if perceived != self._seen:
            self._seen = perceived
            self._known.clear()
        jobs: dict[tuple[str, int], Rehearsal] = {}
        for program, goal in programs:
            for seed in range(times):
                key = (program_hash(program, goal), seed)
                if key not in self._known:
                    jobs[key] = self._job(self._twin, perceived, program, goal, seed)
        answers = self.pool.rehearse(list(jobs.values()))
        self._known |= dict(zip(jobs, answers, strict=True))
        return [[self._known[program_hash(p, g), seed] for seed in range(times)] for p, g in programs]

    def _job(self, twin: str, perceived: Perceived, program: str, goal: str | None, seed: int) -> Rehearsal:
        executor = self.executor
        return Rehearsal(
            twin=twin,
            perceived=perceived,
            program=program,
            goal=goal,
            instruction=self.instruction,
            surface=executor.surface.level,
            surface_alone=executor.surface_alone,
            permissions=executor.permissions,
            detector=executor.detector_name if executor.detector_name != "oracle" else "rgbd",
            isolation=executor.isolation,
            deadline_s=executor.deadline_s,
            gated=executor.gated,
            functions=dict(executor.functions),
            session=executor.session_state,
            seed=seed,
        )
