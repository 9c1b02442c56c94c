"""`codepolicy chat`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TextIO, cast

from codepolicy.cli.options import AgentFlags, Flag, OutputFlags

if TYPE_CHECKING:
    from codepolicy.session import Session

LONGEST = 10_000
"""Characters of a line of stdin; an instruction has at most 4,000."""


@dataclass(frozen=True, kw_only=True)
class ChatCommand(OutputFlags, AgentFlags):
    """Give one instruction after the other, or ask; world, variables and history stay."""

    video: bool = False
    """Write a video of each instruction into its run folder."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object on stdout for each instruction, a line each; progress goes to stderr."""

    def __call__(self) -> int:
        """Read instructions from stdin until it ends or says "exit"; returns the exit status of the last one."""
        from codepolicy.cli.live_view import view
        from codepolicy.cli.output import finish
        from codepolicy.session import Session

        status = 0
        with view(json=self.json) as observer:
            agent = self.agent(observer)
            with Session(
                agent, scene=self.scene, task=self.task, seed=self.seed, out=self.out, video=self.film()
            ) as session:
                at_terminal = sys.stdin.isatty() and sys.stderr.isatty()
                if at_terminal:
                    _tell(
                        "What shall I do? Up and down go through earlier lines; Ctrl-C stops the robot, which "
                        "then waits for recover; exit ends."
                    )
                if self.recover:
                    _recover(session)
                for line in _instructions(_typed() if at_terminal else _read()):
                    if line == "recover":
                        status = _recover(session)
                        continue
                    status = finish(lambda words=line: session.run(words), json=self.json)
                    if at_terminal and session.executor.standing is not None:
                        _tell("The robot stands still. Look at it, then say recover.")
        return status


def _tell(text: str) -> None:
    """Something that is said at a terminal, in rows of its width."""
    from codepolicy.terminal_rows import fitted

    sys.stderr.write(fitted(text, sys.stderr) + "\n")


def _recover(session: Session) -> int:
    """A person has looked at the robot; returns 0 when it may move again."""
    from codepolicy.cli.output import fail
    from primitives.failures import Failure

    try:
        session.recover()
    except Failure as failure:
        return fail(f"the robot still stands: {failure.message}", 5, json=False)
    sys.stderr.write("the robot may move again\n")
    return 0


def _instructions(lines: Iterator[str]) -> Iterator[str]:
    """The lines that say something, until "exit"."""
    for line in lines:
        if line.strip().lower() in ("exit", "quit"):
            return
        if line.strip():
            yield line.strip()


def _typed() -> Iterator[str]:
    from codepolicy.cli.line_editor import edited_lines

    return edited_lines()


def _read() -> Iterator[str]:
    """Lines of a pipe or a file, until it ends or Ctrl-C. Raises ConfigurationError where a line does not end."""
    from primitives.errors import ConfigurationError

    stream: TextIO = sys.stdin
    if isinstance(stream, io.TextIOWrapper):
        cast(io.TextIOWrapper, stream).reconfigure(errors="backslashreplace")
    while True:
        try:
            line = stream.readline(LONGEST + 1)
        except KeyboardInterrupt:
            return
        if not line:
            return
        if len(line) > LONGEST:
            raise ConfigurationError(f"a line of what is to be done has more than {LONGEST} characters")
        yield line
