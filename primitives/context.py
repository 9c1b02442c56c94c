"""What a primitive works with. Built once per trial by the server; a program never sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from primitives.images import Image, Mask
from primitives.trace import Clause

if TYPE_CHECKING:
    from primitives.guard import Guard
    from primitives.motion.mover import Mover
    from primitives.perception.tracking.scene_memory import SceneMemory
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
    clauses: list[Clause] = field(default_factory=list[Clause])
    line: int | None = None
    """Program line of the running call."""
    images: dict[int, Image] = field(default_factory=dict[int, Image])
    """The newest images that the program was given, by id; what an `ImageRef` stands for."""
    masks: dict[int, Mask] = field(default_factory=dict[int, Mask])
    """The newest masks that the program was given, by id."""
    last_id: int = 0
    _of_program: tuple[dict[int, Image], dict[int, Mask], int] | None = None
    """The same of the program, while a goal check runs."""

    def begin_images(self, *, apart: bool) -> None:
        """A goal check starts without images and with id 1, so no id tells it what ran before; a program goes on."""
        if self._of_program is not None:
            self.images, self.masks, self.last_id = self._of_program
            self._of_program = None
        if apart:
            self._of_program = self.images, self.masks, self.last_id
            self.images, self.masks, self.last_id = {}, {}, 0

    def next_id(self) -> int:
        """A fresh id for an `Image` or a `Mask`. The server keeps what a primitive returns."""
        self.last_id += 1
        return self.last_id
