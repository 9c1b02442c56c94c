"""Asking the person at the terminal before the robot moves."""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codepolicy.approval import Decision, Proposal
from codepolicy.cli.screen import Screen
from primitives.errors import ConfigurationError


@dataclass(slots=True)
class TerminalApprover:
    """Shows a program, its rehearsal and its motions on stderr, and reads the answer from the terminal."""

    screen: Screen

    def decide(self, proposal: Proposal) -> Decision:
        """Ask; only y or yes is an approval, and anything else is the reason why not."""
        who = f"{_user()} at the terminal"
        picture = _written(proposal.picture)
        try:
            self._show(proposal, picture)
            sys.stderr.write("Let the robot run this program? yes, or say why not [no]: ")
            sys.stderr.flush()
            answer = sys.stdin.readline()
        finally:
            if picture is not None:
                picture.unlink(missing_ok=True)
        words = answer.strip()
        if words.lower() in ("y", "yes"):
            return Decision(approved=True, by=who)
        said = "" if words.lower() in ("", "n", "no") else words[:500]
        return Decision(approved=False, by=who, reason=said or ("no answer" if not answer else ""))

    def _show(self, proposal: Proposal, picture: Path | None) -> None:
        line = self.screen.show_line
        line(f"For the robot {proposal.robot!r}: {proposal.instruction or 'a program'}", "bold")
        sources = {**proposal.functions, f"program {proposal.turn}": proposal.program}
        for name, source in sources.items():
            line(f"{name} (sha256 {proposal.sha256[:12]}…):")
            for number, code in enumerate(source.rstrip().split("\n"), 1):
                line(f"  {number:>3}  {code}")
        line(proposal.rehearsal, "yellow")
        for call in proposal.calls:
            line(f"  would move: {call}")
        if picture is not None:
            line(f"  predicted path of the tool: {picture}")


def terminal_approver() -> TerminalApprover:
    """An approver where there is a terminal. Raises ConfigurationError where there is none."""
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "a person has to approve the motions, and stdin is no terminal to ask at; run it in a terminal, use "
            "`codepolicy mcp` or the console, or, where nothing can be harmed, --approve never"
        )
    return TerminalApprover(Screen(stderr=True))


def _user() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return f"user {os.getuid()}"


def _written(picture: bytes) -> Path | None:
    if not picture:
        return None
    with suppress(OSError):
        file, name = tempfile.mkstemp(prefix="codepolicy-approval-", suffix=".png")
        with os.fdopen(file, "wb") as out:
            out.write(picture)
        return Path(name)
    return None
