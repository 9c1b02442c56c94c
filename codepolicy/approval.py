"""Asking a person before a robot moves: what is shown, what is answered, and who can be asked.

The terminal, the console and an MCP client each implement `Approver`; what asks them is the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

ApprovalMode = Literal["ask", "run", "never"]
"""ask: before the first motion of every program, repairs included. run: before the first motion of a run, once.
never: nobody is asked."""
APPROVAL_MODES: tuple[ApprovalMode, ...] = get_args(ApprovalMode)
NOT_REHEARSED = "It was not rehearsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be approved. Nothing has moved for it yet."""

    sha256: str
    """Of program and goal check (`program_hash`)."""
    instruction: str
    robot: str
    """Name of the environment."""
    turn: int
    """Which program of the run it is, from 1."""
    program: str
    goal: str | None = None
    functions: dict[str, str] = field(default_factory=lambda: dict[str, str]())
    """Sources of the functions written on demand that it may call, by name."""
    rehearsal: str = NOT_REHEARSED
    """What came of it in the twin, in one or two sentences."""
    calls: tuple[str, ...] = ()
    """The motions of the rehearsal, in order, as text."""
    picture: bytes = b""
    """PNG of what a camera sees with the predicted path of the tool drawn in; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was answered."""

    approved: bool
    by: str
    """Who decided, e.g. "ann at the terminal"."""
    reason: str = ""
    """Why not, in their words."""


class Approver(Protocol):
    """Somebody who can be asked."""

    def decide(self, proposal: Proposal) -> Decision:
        """Show `proposal` and wait for the answer; whoever cannot be reached has not approved.

        Called in the thread that runs programs. Must return a refusal, not hang, once nobody can answer any more.
        """
        ...


def program_hash(program: str, goal: str | None) -> str:
    """64 hex digits that stand for a program and its goal check in approvals and in the audit log."""
    digest = hashlib.sha256(program.encode("utf-8", "replace"))
    digest.update(b"\0" + (goal or "").encode("utf-8", "replace"))
    return digest.hexdigest()
