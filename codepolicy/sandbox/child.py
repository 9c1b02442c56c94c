"""The policy process: confines itself, then runs one program. Nothing here is trusted by the host."""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import inspect
import linecache
import mmap
import os
import signal
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from codepolicy.sandbox import (
    clauses,
    confinement,
    failing_values,
    fixed_chance,
    traceback_formatting,
    wire,
    wire_values,
)
from codepolicy.sandbox.libc import mapped
from codepolicy.sandbox.output_stream import Output
from codepolicy.sandbox.program_namespace import ProgramNamespace
from primitives import failures

if TYPE_CHECKING:
    from codepolicy.sandbox.zygote import Fork

_LastWords = failures.Ambiguous | failures.NotFound | failures.Unreachable
"""What a program raises to end with a word to the person: the message alone is the word."""
SAMPLE_S: Final = 0.02
"""How often the executing line is written to the shared memory."""


def main(fds: list[int], fork: Fork, parent: int) -> NoReturn:
    """Run in the forked process; never returns to the zygote's code."""
    try:
        os.setsid()  # a group of its own, killed as one
        link, line_memory, trace_pipe = fds
        lines = _map_line(line_memory)
        os.close(line_memory)
        faulthandler.register(signal.SIGUSR1, file=trace_pipe, all_threads=False)
        gc.enable()
        layers = confinement.confine(parent=parent, memory_mb=fork.memory_mb, layers=fork.layers, fixed=fork.fixed)
        policy = _Policy(link, lines, fork.output_chars)
        policy.send(wire.Ready(layers))
        policy.serve(fork.fixed)
    finally:
        os._exit(1)


def _map_line(fd: int) -> ctypes.Array[ctypes.c_int32]:
    """The integer shared with the host."""
    protection = mmap.PROT_READ | mmap.PROT_WRITE
    return (ctypes.c_int32 * 1).from_address(
        mapped(None, mmap.PAGESIZE, protection=protection, flags=mmap.MAP_SHARED, fd=fd)
    )


class _Policy:
    """One program, its namespace and its end of the wire."""

    def __init__(self, link: int, lines: ctypes.Array[ctypes.c_int32], output_chars: int) -> None:
        self._link = link
        self._lines = lines
        self._output_chars = output_chars
        self._output = Output(self.send, output_chars)
        self._filename = ""
        self._names = ProgramNamespace()
        self._unmet = False
        signal.signal(signal.SIGALRM, self._sample)

    def send(self, message: wire.Inbound) -> None:
        """Write a whole frame."""
        data = memoryview(wire.frame(message))
        while data:
            data = data[os.write(self._link, data) :]

    def serve(self, fixed: bool) -> None:
        """Run one program, say how it went and wait for the end.

        Args:
            fixed: whether its clock and its random generators are the same in every process.
        """
        message = self._receive()
        if isinstance(message, wire.Run):
            ended = self._run(message, fixed=fixed)
            self._output.flush()
            self.send(ended)
        while True:
            self._take(1)

    def _take(self, count: int) -> bytearray:
        """So many bytes; what is allocated does not depend on the pieces in which they come."""
        taken = bytearray(count)
        self._fill(memoryview(taken))
        return taken

    def _fill(self, rest: memoryview) -> None:
        while rest:
            count = os.readv(self._link, [rest])
            if count == 0:
                os._exit(0)
            rest = rest[count:]

    def _receive(self) -> wire.Outbound:
        (length,) = wire.LENGTH.unpack(self._take(wire.LENGTH.size))
        return wire.decode_outbound(self._take(length))

    def _receive_array(self, value: wire_values.ArrayValue) -> wire_values.Array:
        """An array whose bytes come next, read into place without a copy."""
        array = value.empty
        if array.nbytes:
            self._fill(memoryview(array.reshape(-1).view(np.uint8).data))
        return array

    def _sample(self, _signum: int, frame: types.FrameType | None) -> None:
        self._lines[0] = self._line(frame) or self._lines[0]

    def _line(self, frame: types.FrameType | None) -> int | None:
        """Line of the program that is being executed; functions of earlier programs count as their callers' line."""
        while frame is not None:
            if frame.f_code.co_filename == self._filename:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _run(self, run: wire.Run, *, fixed: bool) -> wire.Ended:
        self._filename = f"<program {run.number}>"
        self._output = sys.stdout = sys.stderr = Output(self.send, self._output_chars)
        sys.stdin = None  # type: ignore[assignment]  # a program has no keyboard
        self._lines[0] = 0
        fixed_chance.seed(run.seed)
        if fixed:
            fixed_chance.fix(run.seed)
        else:
            signal.setitimer(signal.ITIMER_REAL, SAMPLE_S, SAMPLE_S)
        try:
            self._names.load(run, {name: self._primitive(name) for name in run.names})
            self._execute(run)
        except SystemExit:
            return self._ended()
        except BaseException as error:  # whatever the program raised is what the host is told
            return self._failed(error)
        finally:
            if not fixed:
                signal.setitimer(signal.ITIMER_REAL, 0)
        return self._ended()

    def _ended(self, **failure: Any) -> wire.Ended:
        kept, sources = self._names.kept()
        return wire.Ended(kept=kept, sources=sources, **failure)

    def _execute(self, run: wire.Run) -> None:
        names = self._names.values
        if run.entry == "program":
            exec(compile(run.source, self._filename, "exec", dont_inherit=True), names)
        else:
            tree = clauses.with_clauses(run.source, self._filename)
            names[clauses.CLAUSE] = self._clause
            exec(compile(tree, self._filename, "exec", dont_inherit=True), names)
            goal = names.get("goal")
            if not callable(goal):
                raise failures.PolicyError(
                    "the goal check defines no function goal()",
                    hint="Define `def goal():` made of perception and expect(condition, message).",
                )
            try:
                holds: object = goal()
            except Exception as error:
                if self._unmet and not isinstance(error, failures.Failure):
                    return  # an assert said what is missing, and stood before what needs it
                raise
            if clauses.is_answer(holds) and "expect" in run.names:
                self._call("expect", (holds, "goal() returns true"), {}, None)

    def _clause(self, condition: object, message: object) -> None:
        """An `assert` of a goal check: recorded like an `expect`, so that the clauses after it are told as well."""
        self._unmet = self._unmet or not condition
        self._call("expect", (condition, str(message)), {}, self._line(inspect.currentframe()))

    def _primitive(self, name: str) -> Callable[..., object]:
        def primitive(*args: object, **kwargs: object) -> object:
            if name == "expect" and len(args) == 1 and "message" not in kwargs:
                frame = inspect.currentframe()
                args = (args[0], clauses.message_at(frame.f_back if frame is not None else None))
            return self._call(name, args, kwargs, self._line(inspect.currentframe()))

        primitive.__name__ = primitive.__qualname__ = name
        return primitive

    def _call(self, name: str, args: tuple[object, ...], kwargs: dict[str, object], line: int | None) -> object:
        if name == "expect":
            args, kwargs = _truth(args, kwargs)
        try:
            if len(args) + len(kwargs) > wire.MAX_ARGUMENT_COUNT:
                raise ValueError(f"{len(args) + len(kwargs)} arguments; no primitive takes more than a few")
            call = wire.Call(
                name,
                tuple(wire_values.argument(a) for a in args),
                {k[:200]: wire_values.argument(v) for k, v in kwargs.items()},
                line,
            )
            wire_values.checked_size(call.size)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise failures.BadArgument(f"{name}: {error}", call=f"{name}(…)", line=line) from None
        self._output.flush()
        self.send(call)
        match self._receive():
            case wire.Returned(value=value):
                arrays = [self._receive_array(a) for a in wire_values.named_arrays(value)]
                return wire_values.unpack(value, arrays)
            case wire.Raised(index=index, report=report):
                failure = failures.from_report(report)
                failure.__dict__["_index"] = index
                raise failure
            case _:
                os._exit(1)

    def _failed(self, error: BaseException) -> wire.Ended:
        """What ended the program, with its own lines alone."""
        frames = list(traceback_formatting.own_frames(error))
        line = next((n for name, n, _ in reversed(frames) if name == self._filename), None)
        if isinstance(error, SyntaxError) and error.filename == self._filename:
            line = error.lineno
        index = error.__dict__.get("_index")
        known = isinstance(error, failures.PolicyError | failures.BadArgument | _LastWords)
        text = str(error) if known else traceback_formatting.last_line(error)
        hint = error.hint if isinstance(error, failures.Failure) else failing_values.advice(error)
        return self._ended(
            error=traceback_formatting.cut(text, 4000),
            raised=traceback_formatting.cut(type(error).__name__, 190),
            kind="bad_argument" if isinstance(error, failures.BadArgument) else "policy_error",
            index=index if isinstance(index, int) else None,
            line=line if line and line > 0 else None,
            inside=self._inside(frames[-1]) if frames and frames[-1][0] != self._filename else None,
            hint=traceback_formatting.cut(hint or "", 1000) or None,
            traceback=traceback_formatting.cut(traceback_formatting.own_traceback(error), 8000),
        )

    def _inside(self, frame: tuple[str, int, str]) -> wire.Inside:
        """A frame of an earlier source, as the host is told."""
        name, line, function = frame
        text = linecache.getline(name, line).strip()
        return wire.Inside(
            traceback_formatting.cut(function, 190),
            max(line, 1),
            traceback_formatting.cut(text, 190),
            self._names.labels.get(name, ""),
        )


def _truth(args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[tuple[object, ...], dict[str, object]]:
    """The condition of an `expect`: a relation keeps its measured values, anything else becomes true or false."""
    if args:
        return (clauses.truth(args[0]), *args[1:]), kwargs
    return args, {k: clauses.truth(v) if k == "condition" else v for k, v in kwargs.items()}
