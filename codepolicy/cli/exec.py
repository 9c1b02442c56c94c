"""`codepolicy exec PROGRAM.py`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from codepolicy.cli.options import Flag, OutputFlags, RecoverFlag, WorldOptions, approver, settings
from codepolicy.settings import SafetySettings


@dataclass(frozen=True, kw_only=True)
class ExecCommand(OutputFlags, SafetySettings, RecoverFlag, WorldOptions):
    """Run a program you wrote: the same path without a model."""

    program: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="PROGRAM.py")] = None
    """Python file; a `def goal():` in it is the goal check."""
    oracle: Annotated[bool, Flag] = False
    """Run the task's own oracle program instead of a file."""
    gate: Literal["on", "off"] = "on"
    """off skips the checks before motion; confinement and the guard stay."""
    instruction: Annotated[str | None, tyro.conf.arg(metavar="TEXT")] = None
    """What the program is meant to do, to find a verdict for it."""

    def __call__(self) -> int:
        """Run; returns the exit status."""
        from codepolicy.agent import Agent
        from codepolicy.cli.live_view import view
        from codepolicy.cli.output import finish

        source = self._source()
        with view(json=self.json) as observer:
            agent = Agent(
                env=self.place,
                settings=settings(self),
                observer=observer,
                approver=approver(self.approve),
                client="terminal",
                recover=self.recover,
            )
            return finish(
                lambda: agent.execute(
                    source,
                    instruction=self.instruction,
                    gate=self.gate == "on",
                    task=self.task,
                    scene=self.scene,
                    seed=self.seed,
                    out=self.out,
                    video=self.film(),
                ),
                json=self.json,
            )

    def _source(self) -> str | None:
        """The program; None stands for the oracle."""
        from codepolicy.cli.editor_imports import without_api_imports
        from primitives.errors import ConfigurationError
        from primitives.regular_file import regular_bytes

        if self.oracle:
            if self.program is not None or self.task is None:
                raise ConfigurationError("--oracle needs --task ID and no program file")
            return None
        if self.program is None:
            raise ConfigurationError("say which program to run: codepolicy exec PROGRAM.py, or --oracle --task ID")
        path = Path(self.program)
        try:
            text = regular_bytes(path, "program", 64_000).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"cannot read program {self.program!r}: not UTF-8 text") from error
        return without_api_imports(text.replace("\r\n", "\n").replace("\r", "\n"))
