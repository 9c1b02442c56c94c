"""What came of running one program and its goal check."""

from __future__ import annotations

from dataclasses import dataclass

from codepolicy.approval import Decision
from codepolicy.episode import GoalCheck
from primitives.scene import SceneObject
from primitives.trace import ExecutionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One program and its goal check, as far as they were run."""

    report: ExecutionReport | None = None
    """None when no program was run: there was none, its goal check was refused, or that held already."""
    check: GoalCheck = GoalCheck(status="missing")  # noqa: RUF009 - frozen
    scene: tuple[SceneObject, ...] = ()
    """What was seen at the start of the instruction."""
    moved: bool = False
    """Whether the program commanded a motion."""
    said: tuple[str, ...] = ()
    """What this program told the person."""
    refused: Decision | None = None
    """What a person said who did not let the robot move for it."""
