"""One session: programs run one after the other, each in a confined process of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
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


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """What the programs of a session left, to go on from in another one; untrusted, as they are."""

    number: int = 0
    kept: dict[str, msgspec.Raw] = {}
    sources: dict[int, wire.Source] = {}


class PolicySession:
    """Programs whose variables and functions survive from one to the next.

    Each runs in a process that has run nothing before, and that is killed when the program is over. What survives is
    data, and the text of functions and classes (`session_values`, `definitions`): no program can change what Python,
    the libraries or the primitives do in the next one.
    """

    def __init__(self, fork: Callable[[], PolicyProcess], limits: SandboxLimits) -> None:
        """Args:
        fork: makes a confined process.
        limits: bounds of each program.
        """
        self._fork = fork
        self._limits = limits
        self._process: PolicyProcess | None = None
        self._open = True
        self._number = 0
        self._kept: dict[str, msgspec.Raw] = {}
        self._sources: dict[int, wire.Source] = {}
        self._libraries: dict[str, wire.Source] = {}

    @property
    def alive(self) -> bool:
        """Whether it was not closed."""
        return self._open

    @property
    def names(self) -> tuple[str, ...]:
        """What earlier programs of this session left defined, for the gate's `known`."""
        return tuple(self._kept)

    @property
    def state(self) -> SessionState:
        """What earlier programs left."""
        return SessionState(number=self._number, kept=self._kept, sources=self._sources)

    def resume(self, state: SessionState) -> None:
        """Go on from where another session was."""
        self._number, self._kept, self._sources = state.number, dict(state.kept), dict(state.sources)

    @property
    def line(self) -> int | None:
        """Line of the program that is being executed, sampled 50 times a second. From any thread."""
        process = self._process
        return process.line if process is not None and process.alive else None

    def close(self) -> None:
        """End what runs and forget what was kept. Idempotent."""
        self._open = False
        process = self._process
        if process is not None:
            process.kill()
        self._kept, self._sources, self._libraries = {}, {}, {}

    def run(
        self,
        source: str,
        *,
        surface: Surface,
        dispatch: Dispatch,
        entry: Literal["program", "goal"] = "program",
        label: str = "",
        definitions: Mapping[str, str] | None = None,
        seed: int | None = None,
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
            label: what failures in functions that it defines are told to come from in later programs.
            definitions: text of functions that it may call, by name; their imports, constants and functions are
                defined before it, and nothing else of them is executed.
            seed: of its random generators; by default the number of the program in the session, from 0.
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
        request = self._request(source, surface, entry, label, definitions or {}, seed)
        self._process = process = self._fork()
        conversation = RpcLoop(process, self._limits, surface, dispatch, on_output)
        deadline = started + deadline_s
        try:
            with Watchdog(process, deadline=deadline, on_death=on_death) as watch:
                failure = conversation.hold(request, watch, deadline)
            if conversation.ended is not None:
                process.discard()
        finally:
            status = process.kill()  # here at the latest: after its end a program computes no more
            self._process = None
        failure = self._judged(conversation, watch, failure, status, deadline_s, time.monotonic() >= deadline)
        if conversation.ended is not None and not watch.expired:
            self._keep(conversation.ended, request)
        return ProgramOutcome(
            status="finished" if failure is None else "failed",
            failure=failure,
            inside=conversation.inside if failure is not None else None,
            output=conversation.output,
            traceback=conversation.traceback,
            wall_time=time.monotonic() - started,
        )

    def _request(
        self,
        source: str,
        surface: Surface,
        entry: Literal["program", "goal"],
        label: str,
        definitions: Mapping[str, str],
        seed: int | None,
    ) -> wire.Run:
        """The program with all that the session has for it."""
        for name, text in definitions.items():
            if name not in self._libraries or self._libraries[name].text != text:
                self._number += 1
                self._libraries[name] = wire.Source(self._number, name, text, library=True)
        self._number += 1
        used = {n: s for n, s in self._libraries.items() if n in definitions}
        return wire.Run(
            number=self._number,
            source=source.encode("utf-8", "replace").decode(),
            label=label,
            names=surface.names,
            entry=entry,
            sources=(*used.values(), *self._sources.values()),
            kept=self._kept,
            seed=self._number - 1 if seed is None else seed,
        )

    def _keep(self, ended: wire.Ended, run: wire.Run) -> None:
        """What the program left, for the next one: claims of an untrusted process, read by an untrusted process."""
        known = self._sources | {run.number: wire.Source(run.number, run.label, run.source)}
        self._kept = ended.kept
        self._sources = {n: known[n] for n in ended.sources if n in known}

    def _judged(
        self,
        conversation: RpcLoop,
        watch: Watchdog,
        failure: FailureReport | None,
        status: int,
        deadline_s: float,
        late: bool,
    ) -> FailureReport | None:
        if watch.expired or (conversation.vanished and late):
            return LimitExceeded(
                f"the program did not end within {deadline_s:g} s",
                line=watch.line or conversation.line,
                hint="Shorten it, or bound its loops.",
            ).report()
        if watch.died_in_motion or (conversation.vanished and failure is None):
            return _death(status, conversation.line).report()
        return failure


def _death(status: int, line: int | None) -> PolicyError:
    """What became of a process that ended without a word."""
    if os.WIFSIGNALED(status):
        cause = f"was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    else:
        cause = f"exited with status {os.waitstatus_to_exitcode(status)}"
    return PolicyError(
        f"the policy process {cause}", line=line, hint="Use less memory, recursion and nesting, and end by returning."
    )
