"""One session: programs run one after the other in the same confined process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from codepolicy.sandbox import wire
from codepolicy.sandbox.limits import SandboxLimits
from codepolicy.sandbox.policy_process import PolicyProcess
from codepolicy.sandbox.rpc_loop import Dispatch, RpcLoop
from codepolicy.sandbox.watchdog import Watchdog
from primitives.failures import FailureReport, LimitExceeded, PolicyError, Rejected
from primitives.registry import Surface
from primitives.trace import Inside


class ProgramOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one program ended."""

    status: Literal["finished", "failed"]
    failure: FailureReport | None = None
    inside: Inside | None = None
    """Where it failed, when that was in a function of an earlier source."""
    output: str = ""
    """What it printed, cut at the limit."""
    traceback: str = ""
    """Python traceback of the program's own lines, when it raised."""
    wall_time: float = 0.0
    """s."""


class PolicySession:
    """A confined process whose variables and functions survive from one program to the next.

    When a program had to be killed, the next one starts in a fresh process.
    """

    def __init__(
        self, fork: Callable[[], PolicyProcess], limits: SandboxLimits, first: PolicyProcess | None = None
    ) -> None:
        """Args:
        fork: makes a confined process.
        limits: bounds of each program.
        first: a process that is ready already.
        """
        self._fork = fork
        self._limits = limits
        self._process: PolicyProcess | None = first or fork()
        self._names: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.alive

    @property
    def names(self) -> tuple[str, ...]:
        """What earlier programs of this session left defined, for the gate's `known`."""
        return self._names

    @property
    def line(self) -> int | None:
        """Line of the program that is being executed, sampled 50 times a second. From any thread."""
        process = self._process
        return process.line if process is not None and process.alive else None

    def close(self) -> None:
        """End the process. Idempotent."""
        if self._process is not None:
            self._process.kill()
        self._process = None
        self._names = ()

    def run(
        self,
        source: str,
        *,
        surface: Surface,
        dispatch: Dispatch,
        entry: Literal["program", "goal"] = "program",
        label: str = "",
        deadline_s: float,
        on_output: Callable[[str], None] | None = None,
        on_death: Callable[[], None] | None = None,
    ) -> ProgramOutcome:
        """Run a program to its end.

        Args:
            source: the program, at most `limits.source_bytes` of UTF-8.
            surface: the primitives that it may call.
            dispatch: answers its calls, in the caller's thread.
            entry: "goal" calls the program's `goal()` after executing it; a returned truth value goes to `expect`.
            label: what failures in functions that it defines are told to come from.
            deadline_s: wall time after which the process is killed, in s.
            on_output: is told what the program prints, as it prints.
            on_death: stops the robot; called from another thread when the process ends while `dispatch` runs.

        Returns:
            The outcome; a program that fails, breaks the protocol or must be killed never raises here.

        Raises:
            InfrastructureError: no policy process can be had.
        """
        started = time.monotonic()
        size = len(source.encode("utf-8", "replace"))
        if size > self._limits.source_bytes:
            failure = Rejected(
                f"the program has {size} bytes; the limit is {self._limits.source_bytes}", hint="Write a shorter one."
            )
            return ProgramOutcome(status="failed", failure=failure.report())
        if not self.alive:
            self.close()
            self._process = self._fork()
        assert self._process is not None
        conversation = RpcLoop(self._process, self._limits, surface, dispatch, on_output)
        deadline = started + deadline_s
        request = wire.Run(
            source=source.encode("utf-8", "replace").decode(), names=surface.names, entry=entry, label=label
        )
        kept = False
        try:
            with Watchdog(self._process, deadline=deadline, on_death=on_death) as watch:
                failure = conversation.hold(request, watch, deadline)
            kept = not conversation.broken and not (watch.expired or watch.died_in_motion)
        finally:
            self._names = conversation.names if kept else ()
            status = 0 if kept else self._process.kill()
        if watch.expired:
            failure = LimitExceeded(
                f"the program did not end within {deadline_s:g} s",
                line=watch.line or conversation.line,
                hint="Shorten it, or bound its loops.",
            ).report()
        elif watch.died_in_motion or (conversation.vanished and failure is None):
            failure = _death(status, conversation.line).report()
        return ProgramOutcome(
            status="finished" if failure is None else "failed",
            failure=failure,
            inside=conversation.inside if failure is not None else None,
            output=conversation.output,
            traceback=conversation.traceback,
            wall_time=time.monotonic() - started,
        )


def _death(status: int, line: int | None) -> PolicyError:
    """What became of a process that ended without a word."""
    if os.WIFSIGNALED(status):
        cause = f"was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    else:
        cause = f"exited with status {os.waitstatus_to_exitcode(status)}"
    return PolicyError(
        f"the policy process {cause}", line=line, hint="Use less memory, recursion and nesting, and end by returning."
    )
