"""Runs programs of models in confined processes, and answers their calls."""

from __future__ import annotations

import contextlib
import threading
from types import TracebackType
from typing import Literal

from codepolicy.sandbox import confinement
from codepolicy.sandbox.limits import SandboxLimits
from codepolicy.sandbox.policy_process import PolicyProcess, Zygote
from codepolicy.sandbox.policy_session import Dispatch, PolicySession, ProgramOutcome, SessionState
from primitives.errors import ConfigurationError
from primitives.failures import InfrastructureError

__all__ = ["Dispatch", "Isolation", "PolicySandbox", "PolicySession", "ProgramOutcome", "SandboxLimits", "SessionState"]

Isolation = Literal["required", "best-effort"]


class PolicySandbox:
    """The zygote and the sessions forked from it. A context manager."""

    def __init__(
        self,
        *,
        isolation: Isolation = "best-effort",
        limits: SandboxLimits = SandboxLimits(),  # noqa: B008 - frozen
        layers: tuple[str, ...] = confinement.LAYERS,
        zygote: Zygote | None = None,
    ) -> None:
        """Start the zygote, unless one is lent, and learn what this kernel can do.

        Args:
            isolation: "required" refuses where the kernel cannot filter system calls; "best-effort" runs with the
                layers there are, which `layers` tells.
            limits: bounds of each policy process.
            layers: which layers to try; all of them unless a test asks what one of them is worth.
            zygote: one to fork from that others share and its owner closes; it has run nobody's program.

        Raises:
            ConfigurationError: isolation is required and the kernel cannot give it.
            InfrastructureError: the zygote does not start.
        """
        self._limits = limits
        self._wanted = layers
        self._zygote = zygote or Zygote()
        self._lent = zygote is not None
        self._lock = threading.Lock()
        self._closed = False
        self._sessions: list[PolicySession] = []
        self._filling: threading.Thread | None = None
        try:
            self._spare: PolicyProcess | None = self._fork()
        except BaseException:
            if not self._lent:
                self._zygote.close()
            raise
        self._layers = self._spare.layers
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
        """A fresh session: programs in a confined process each, whose variables survive from one to the next."""
        return self._opened(PolicySession(self._program_process, self._limits))

    def check_session(self) -> PolicySession:
        """A fresh session for goal checks: clock and random generators are the same in each of its processes."""
        return self._opened(PolicySession(lambda: self._fork(fixed=True), self._limits))

    def _opened(self, session: PolicySession) -> PolicySession:
        with self._lock:
            self._sessions = [s for s in self._sessions if s.alive] + [session]
        return session

    def _program_process(self) -> PolicyProcess:
        """A process that has run nothing: the spare one, if it is there."""
        with self._lock:
            ready, self._spare = self._spare, None
            # who lends a zygote counts processor time: the last spare process of an episode would be for nothing
            if not (self._closed or self._lent or (self._filling is not None and self._filling.is_alive())):
                self._filling = threading.Thread(target=self._fill, name="policy-spare", daemon=True)
                self._filling.start()
        return ready or self._fork()

    def close(self) -> None:
        """End every session, and the zygote unless it was lent. Idempotent."""
        self._closed = True
        if self._filling is not None:
            self._filling.join()
        for session in self._sessions:
            session.close()
        if self._spare is not None:
            self._spare.kill()
        if not self._lent:
            self._zygote.close()

    def __enter__(self) -> PolicySandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fill(self) -> None:
        """Have a confined process ready before somebody asks for one."""
        with contextlib.suppress(InfrastructureError):  # who asks next is told
            spare = self._fork()
            with self._lock:
                if self._spare is None and not self._closed:
                    self._spare = spare
                    return
            spare.kill()

    def _fork(self, *, fixed: bool = False) -> PolicyProcess:
        return PolicyProcess(self._zygote, self._limits, self._wanted, fixed=fixed)
