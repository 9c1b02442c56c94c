"""`codepolicy chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from codepolicy.cli.options import AgentFlags, Flag, OutputFlags


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
                agent, scene=self.scene, task=self.task, seed=self.seed, out=self.out, video=self.video
            ) as session:
                if sys.stdin.isatty():
                    sys.stderr.write("What shall I do? An empty line is ignored; exit ends.\n")
                for line in _lines():
                    status = finish(lambda words=line: session.run(words), json=self.json)
        return status


def _lines() -> Iterator[str]:
    """What the person types, line by line, until the end or "exit"."""
    while True:
        if sys.stdin.isatty():
            sys.stderr.write("> ")
            sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            return
        if not line or line.strip().lower() in ("exit", "quit"):
            return
        if line.strip():
            yield line.strip()
