"""What a primitive works with. Built once per trial by the server; a program never sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from primitives.trace import Clause

if TYPE_CHECKING:
    from primitives.guard import Guard
    from primitives.motion.mover import Mover
    from primitives.perception.memory import SceneMemory
    from primitives.robot import Robot


@dataclass(slots=True)
class Context:
    """The robot, what is known about the scene, and the means to move."""

    robot: Robot
    memory: SceneMemory
    mover: Mover
    guard: Guard
    say: Callable[[str], None]
    """Shows a sentence of the program to the person."""
    collect_expectations: bool = False
    """In a goal check a false `expect` is recorded and the check goes on, so that every clause is reported."""
    clauses: list[Clause] = field(default_factory=list)
    measured: dict[str, float | str] = field(default_factory=dict)
    """Facts that the running primitive measured; the server moves them into the call's record."""
