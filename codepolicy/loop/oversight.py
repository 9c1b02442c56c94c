"""Who watches over runs beside the guard: who approves, what is written down, where is rehearsed."""

from __future__ import annotations

from dataclasses import dataclass, field

from codepolicy.approval import ApprovalMode, Approver
from codepolicy.audit import AuditLog
from codepolicy.loop.clearance import Clearance
from codepolicy.loop.executor import Executor
from codepolicy.loop.rehearsal_pool import RehearsalPool
from codepolicy.loop.rehearser import Rehearser
from primitives.environment import Judged, World
from primitives.errors import ConfigurationError

_STRICTEST: tuple[ApprovalMode, ...] = ("ask", "run", "never")


@dataclass(slots=True, kw_only=True)
class Oversight:
    """A context manager; it keeps the processes that rehearse, so that many runs share them.

    Args:
        approve: when a person is asked.
        approver: who is asked.
        audit: the audit log; None keeps none.

    Raises:
        ConfigurationError: a person is to be asked, and there is nobody.
    """

    approve: ApprovalMode = "never"
    approver: Approver | None = None
    audit: AuditLog | None = None
    _pool: RehearsalPool = field(init=False, default_factory=RehearsalPool)

    def __post_init__(self) -> None:
        if self.approve != "never" and self.approver is None:
            raise ConfigurationError(
                f"a person has to approve motions here (--approve {self.approve}), and nobody can be asked: "
                "run `codepolicy` in a terminal, or give Agent(approver=…)"
            )

    def __enter__(self) -> Oversight:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. Idempotent."""
        self._pool.close()

    def abandon(self) -> None:
        """End what is being rehearsed. From any thread."""
        self._pool.abandon()

    def rehearser(self, executor: Executor, instruction: str) -> Rehearser:
        """What rehearses programs for `instruction`, from where `executor` stands."""
        return Rehearser(executor=executor, pool=self._pool, instruction=instruction)

    def clearance(self, executor: Executor, instruction: str) -> Clearance | None:
        """What clears the programs of one run; None where nobody is asked."""
        if self.approver is None or self.approve == "never":
            return None
        return Clearance(
            executor=executor,
            approver=self.approver,
            mode=self.approve,
            rehearser=self.rehearser(executor, instruction),
            instruction=instruction,
        )


def strictest(world: World, *modes: ApprovalMode | None) -> ApprovalMode:
    """What is asked for at least: by flag and policy file, and where neither says, of whatever is no simulation."""
    given = [mode for mode in modes if mode is not None]
    if not given:
        return "never" if isinstance(world, Judged) else "ask"
    return next(mode for mode in _STRICTEST if mode in given)
