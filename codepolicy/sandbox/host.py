"""Runs programs of models in confined processes, and answers their calls."""

from __future__ import annotations

from types import TracebackType
from typing import Literal

from codepolicy.sandbox import confine
from codepolicy.sandbox.limits import SandboxLimits
from codepolicy.sandbox.process import PolicyProcess, Zygote
from codepolicy.sandbox.session import Dispatch, PolicySession, ProgramOutcome
from primitives.errors import ConfigurationError

__all__ = ["Dispatch", "Isolation", "PolicySandbox", "PolicySession", "ProgramOutcome", "SandboxLimits"]

Isolation = Literal["required", "best-effort"]


class PolicySandbox:
    """The zygote and the sessions forked from it. A context manager."""

    def __init__(
        self,
        *,
        isolation: Isolation = "best-effort",
        limits: SandboxLimits = SandboxLimits(),  # noqa: B008 - frozen
        layers: tuple[str, ...] = confine.LAYERS,
    ) -> None:
        """Start the zygote and learn what this kernel can do.

        Args:
            isolation: "required" refuses where the kernel cannot filter system calls; "best-effort" runs with the
                layers there are, which `layers` tells.
            limits: bounds of each policy process.
            layers: which layers to try; all of them unless a test asks what one of them is worth.

        Raises:
            ConfigurationError: isolation is required and the kernel cannot give it.
            InfrastructureError: the zygote does not start.
        """
        self._limits = limits
        self._wanted = layers
        self._zygote = Zygote()
        self._sessions: list[PolicySession] = []
        try:
            self._first: PolicyProcess | None = self._fork()
        except BaseException:
            self._zygote.close()
            raise
        self._layers = self._first.layers
        if isolation == "required" and "seccomp" not in self._layers:
            self.close()
            raise ConfigurationError(
                "isolation is required, but this kernel does not let a process filter its system calls (seccomp); "
                f"active here: {', '.join(self._layers) or 'nothing'}. Run on Linux (x86-64 or ARM64) with seccomp, or "
                "accept weaker confinement with isolation 'best-effort'."
            )

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of confinement that are active, for the record of the run."""
        return self._layers

    def session(self) -> PolicySession:
        """A fresh session: one confined process whose variables survive from program to program."""
        first, self._first = self._first, None
        session = PolicySession(self._fork, self._limits, first)
        self._sessions = [s for s in self._sessions if s.alive] + [session]
        return session

    def close(self) -> None:
        """End every session and the zygote. Idempotent."""
        for session in self._sessions:
            session.close()
        if self._first is not None:
            self._first.kill()
        self._zygote.close()

    def __enter__(self) -> PolicySandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fork(self) -> PolicyProcess:
        return PolicyProcess(self._zygote, self._limits, self._wanted)
