"""`codepolicy run "INSTRUCTION"`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import LoopFlags, ModelFlags, OutputFlags, WorldOptions, model_options, settings


@dataclass(frozen=True, kw_only=True)
class Run(OutputFlags, LoopFlags, ModelFlags, WorldOptions):
    """Carry out an instruction and verify the result."""

    instruction: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="INSTRUCTION")] = None
    """What to do, in quotes. May be left out with --task."""

    def __call__(self) -> int:
        """Run; returns the exit status."""
        from codepolicy.agent import Agent
        from codepolicy.cli.output import finish
        from codepolicy.cli.progress import view

        with view(json=self.json) as observer:
            agent = Agent(
                model=self.model,
                env=self.env,
                settings=settings(self, self, self),
                options=model_options(self),
                planner=self.planner,
                critic=self.critic,
                record=self.record,
                resume=self.resume,
                observer=observer,
            )
            return finish(
                lambda: agent.run(
                    self.instruction,
                    task=self.task,
                    scene=self.scene,
                    seed=self.seed,
                    out=self.out,
                    video=self.video,
                ),
                json=self.json,
            )
