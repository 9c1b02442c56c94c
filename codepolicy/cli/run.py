"""`codepolicy run "INSTRUCTION"`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import AgentFlags, OutputFlags


@dataclass(frozen=True, kw_only=True)
class RunCommand(OutputFlags, AgentFlags):
    """Carry out an instruction and verify the result."""

    instruction: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="INSTRUCTION")] = None
    """What to do, in quotes. May be left out with --task."""

    def __call__(self) -> int:
        """Run; returns the exit status."""
        from codepolicy.cli.live_view import view
        from codepolicy.cli.output import finish

        with view(json=self.json) as observer:
            agent = self.agent(observer)
            return finish(
                lambda: agent.run(
                    self.instruction,
                    task=self.task,
                    scene=self.scene,
                    seed=self.seed,
                    out=self.out,
                    video=self.film(),
                ),
                json=self.json,
            )
