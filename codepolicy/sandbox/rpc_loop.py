"""The host's side of one running program: its calls in, their answers out, until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from codepolicy.sandbox import wire, wire_values
from codepolicy.sandbox.framed_socket import Closed, TimedOut
from codepolicy.sandbox.limits import SandboxLimits
from codepolicy.sandbox.policy_process import PolicyProcess
from codepolicy.sandbox.watchdog import Watchdog
from primitives.failures import (
    BadArgument,
    BudgetSpent,
    Failure,
    FailureKind,
    FailureReport,
    InfrastructureError,
    LimitExceeded,
    PolicyError,
)
from primitives.plugins import owner
from primitives.registry import Surface
from primitives.trace import Inside

Dispatch: TypeAlias = Callable[[str, Sequence[msgspec.Raw], Mapping[str, msgspec.Raw], int | None], object]
"""Answers one primitive call: name, positional and keyword arguments as MessagePack, program line."""

FINAL: Final = frozenset(
    {
        FailureKind.ASKED,
        FailureKind.DECLINED,
        FailureKind.STOPPED,
        FailureKind.COMMS_LOST,
        FailureKind.PROTECTIVE_STOP,
        FailureKind.HARDWARE_FAULT,
        FailureKind.INFRASTRUCTURE,
    }
)
"""Failures after which no further call of the program is answered, whether it catches them or not."""
_REMEMBERED: Final = 64
"""So many of the last failures a program may leave uncaught, e.g. by raising one that it kept."""


class RpcLoop:
    """What one program says and is told. The attributes hold what is known of it so far."""

    def __init__(
        self,
        process: PolicyProcess,
        limits: SandboxLimits,
        surface: Surface,
        dispatch: Dispatch,
        on_output: Callable[[str], None] | None,
    ) -> None:
        self.ended: wire.Ended | None = None
        """What it said when it was over; to be distrusted."""
        self.traceback = ""
        self.inside: Inside | None = None
        """Where it failed, when that was in a function of an earlier source."""
        self.line: int | None = None
        """Line of its last call."""
        self.vanished = False
        """Whether the process ended by itself, without saying how the program went."""
        self._process = process
        self._limits = limits
        self._surface = surface
        self._dispatch = dispatch
        self._on_output = on_output
        self._output: list[str] = []
        self._printed = 0
        self._calls = 0
        self._heard = 0.0
        self._raised: dict[int, FailureReport] = {}
        self._final: FailureReport | None = None

    @property
    def output(self) -> str:
        """What it printed, cut at the limit."""
        return "".join(self._output)

    def hold(self, request: wire.Run, watch: Watchdog, deadline: float) -> FailureReport | None:
        """Answer calls until the program ends.

        Args:
            request: the program.
            watch: is told while a primitive runs.
            deadline: monotonic time in s at which the watch kills the process.

        Returns:
            Why it failed, or None; also None when the process `vanished`.
        """
        link = self._process.link
        try:
            link.send(request, until=time.monotonic() + self._limits.read_s)
            self._heard = time.monotonic()
            while True:
                # the watch keeps the deadline; the margin leaves it the time to find out where the program is
                match link.receive(until=min(self._heard + self._limits.stall_s, deadline + 1.0)):
                    case wire.Call() as call:
                        if self._final is not None:
                            return self._final
                        self._answer(call, watch)
                        self._heard = time.monotonic()
                    case wire.Output(text=text):
                        self._print(text)
                    case wire.Ended() as ended:
                        return self._end(ended)
                    case wire.Ready():
                        raise wire.ProtocolViolation("announced twice that it is ready")
        except BudgetSpent as spent:
            return spent.report()
        except Closed:
            self.vanished = True
            return self._final
        except TimedOut:
            return LimitExceeded(
                f"the program computed for {self._limits.stall_s:g} s without calling a primitive",
                line=self._process.where(),
                hint="Bound its loops, and let each of them act or look.",
            ).report()
        except wire.ProtocolViolation as violation:
            return PolicyError(f"the policy process {violation}", line=self.line).report()

    def _answer(self, call: wire.Call, watch: Watchdog) -> None:
        """Carry out one call and say what came of it.

        Raises:
            BudgetSpent: the program is to be ended.
            Closed: it has ended, or its time is up.
            ProtocolViolation: it does not wait for the answer, or does not read it.
        """
        self.line = call.line or self.line
        index = self._calls
        self._calls += 1
        if index >= self._limits.calls:
            raise BudgetSpent(
                f"the program has used up its primitive calls: {index + 1} of {self._limits.calls}",
                line=self.line,
                hint="Bound every loop, e.g. `for attempt in range(3)`, and look once per decision.",
            )
        self._must_wait(call)
        arrays: list[wire_values.Array] = []
        try:
            answer = wire.Returned(self._value(call, watch, arrays))
        except BudgetSpent:
            raise
        except Failure as failure:
            arrays = []
            answer = wire.Raised(index, self._remember(index, failure.report()))
        self._must_wait(call)
        try:
            self._process.link.send(answer, arrays, until=time.monotonic() + self._limits.read_s)
        except TimedOut:
            raise wire.ProtocolViolation(
                f"did not read the result of {call.name} for {self._limits.read_s:g} s"
            ) from None

    def _must_wait(self, call: wire.Call) -> None:
        """Calls are answered one by one; a process that sends more before it was answered is not running our code."""
        if self._process.link.waiting:
            raise wire.ProtocolViolation(f"did not wait for the result of {call.name[:40]}")

    def _value(self, call: wire.Call, watch: Watchdog, arrays: list[wire_values.Array]) -> wire_values.Value:
        if call.name not in self._surface:
            raise BadArgument(f"there is no primitive {call.name!r} here", candidates=self._surface.names)
        try:
            wire_values.checked_size(call.size)
        except ValueError as error:
            raise BadArgument(f"{call.name}: {error}", line=call.line) from None
        if not watch.begin_call():
            raise Closed("its time is up")
        try:
            value = self._dispatch(call.name, call.args, call.kwargs, call.line)
        finally:
            watch.end_call()
        try:
            return wire_values.pack(value, arrays)
        except TypeError as error:
            plugin = owner(self._surface.get(call.name).function.__module__)
            blamed = f"plug-in {plugin!r} broke in " if plugin is not None else ""
            raise InfrastructureError(f"{blamed}{call.name}: {error}", line=call.line) from error

    def _remember(self, index: int, report: FailureReport) -> FailureReport:
        self._raised[index] = report
        if len(self._raised) > _REMEMBERED:
            del self._raised[next(iter(self._raised))]
        if report.kind in FINAL and self._final is None:
            self._final = report
        return report

    def _print(self, text: str) -> None:
        self._printed += len(text)
        if self._printed > self._limits.output_chars + 1000:  # it cuts by itself, so this is not our code
            raise wire.ProtocolViolation(f"sent more than {self._limits.output_chars} characters of output")
        self._output.append(text)
        if self._on_output is not None:
            self._on_output(text)

    def _end(self, ended: wire.Ended) -> FailureReport | None:
        """A program may only blame a primitive for a failure that we sent it."""
        self.ended = ended
        self.traceback = ended.traceback
        if ended.inside is not None:
            where = ended.inside
            self.inside = Inside(function=where.function, line=where.line, text=where.text, source=where.source)
        if self._final is not None:
            return self._final
        if ended.error is None:
            return None
        if ended.index is not None and ended.index in self._raised:
            return self._raised[ended.index]
        kind = BadArgument if ended.kind == "bad_argument" else PolicyError
        return kind(ended.error, subject=ended.raised, line=ended.line, hint=ended.hint).report()
