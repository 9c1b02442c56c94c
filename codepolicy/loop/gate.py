"""The static checks as the executor asks them: what is wrong with a program or a goal check before any motion."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from codepolicy.static_checks import check, scene_names
from codepolicy.static_checks.goal_rules import chance, moves
from codepolicy.static_checks.parsing import parsed
from primitives.failures import FailureReport
from primitives.registry import Surface
from primitives.scene import SceneObject, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The checks for one surface and one workspace."""

    surface: Surface
    workspace: Workspace

    @property
    def goal_surface(self) -> Surface:
        """What a goal check may call: no motion."""
        return self.surface.only("perception", "other")

    def program(
        self, program: str, *, known: Collection[str], scene: Sequence[SceneObject], whole: bool = True
    ) -> tuple[FailureReport, ...]:
        """Findings in `program`.

        Args:
            program: the source.
            known: names that are defined already.
            scene: what was seen last.
            whole: whether it is all that runs; else it only defines functions.
        """
        holding = any(o.on == "gripper" for o in scene)
        found = check(program, self.surface, workspace=self.workspace, known=known, holding=holding, whole=whole)
        tree = parsed(program) if whole and not found else None
        if tree is not None:
            found += scene_names.check(tree, self.surface, scene, self.workspace)
        return tuple(found)

    def goal(self, goal: str, *, functions: Collection[str]) -> tuple[FailureReport, ...]:
        """Findings in a goal check, which may not move and knows no variable of the program."""
        found = check(goal, self.goal_surface, workspace=self.workspace, known=functions)
        return (*(moves(f, self.surface) for f in found), *chance(goal))

    def self_contained(self, program: str, functions: Mapping[str, str]) -> str | None:
        """`program` after those of `functions` that it needs; None when it leans on something else."""
        used: dict[str, str] = {}
        waiting = [program]
        while waiting:
            words = set(re.findall(r"\w+", waiting.pop()))
            new = {n: s for n, s in functions.items() if n in words and n not in used}
            used |= new
            waiting += new.values()
        whole = "\n\n".join([*(s.strip() for s in used.values()), program.strip()]) + "\n"
        return None if check(whole, self.surface, workspace=self.workspace) else whole
