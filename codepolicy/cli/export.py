"""`codepolicy export RUN… --format sft|dpo|grpo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class ExportCommand:
    """Make training rows of what evaluations executed: lines of JSON that TRL reads, split, and a card."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = ()
    """Folders of evaluations."""
    format: Literal["sft", "dpo", "grpo"] = "sft"
    """sft: request and verified answer. dpo: an answer that won and one that lost. grpo: answers with their rewards."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "rows"
    """Folder for the files."""
    profile: Literal["compact", "full"] = "compact"
    """compact: instruction and scene, for models that learn the API. full: the prompt as it was asked."""
    hold_out_seeds: Annotated[int, tyro.conf.arg(metavar="N")] = 1000
    """This seed and all above are held out."""
    hold_out_wordings: Annotated[int, tyro.conf.arg(metavar="N")] = 3
    """One wording in N is held out; 0 holds none out."""
    hold_out_colors: Annotated[str, tyro.conf.arg(metavar="A,B,…")] = "pink,cyan,brown,gray,purple"
    """Instructions with one of these colours are held out."""
    hold_out_tasks: Annotated[str, tyro.conf.arg(metavar="A,B,…")] = ""
    """These tasks are held out."""
    reword: Annotated[int, tyro.conf.arg(metavar="N")] = 0
    """Make up to N other sentences of each of the rule-based writer's, in words of the same meaning."""
    privileged: Annotated[bool, Flag] = False
    """Take rows of runs that used ground truth, marked."""
    env: Annotated[str, tyro.conf.arg(metavar="NAME")] = "pybullet"
    """Environment that judges."""

    def __call__(self) -> int:
        """Export; returns the exit status."""
        from pathlib import Path

        from codepolicy.cli.output import put
        from codepolicy.number_bounds import bounded
        from codepolicy.plugins import load_environment
        from codepolicy.training.dataset_card import write_rows
        from codepolicy.training.reward import StartProgress
        from codepolicy.training.row_export import ExportSettings, export, finished_run
        from codepolicy.training.split import Split
        from primitives.environment import Judged, capability
        from primitives.errors import ConfigurationError

        if not self.runs:
            raise ConfigurationError("say which runs: codepolicy export RUN…, folders that `codepolicy eval` made")
        runs = [finished_run(Path(path)) for path in self.runs]
        split = Split(
            seeds_from=self.hold_out_seeds,
            wordings=self.hold_out_wordings,
            colors=tuple(filter(None, self.hold_out_colors.split(","))),
            tasks=tuple(filter(None, self.hold_out_tasks.split(","))),
        )
        if self.reword and (self.format, self.profile) != ("sft", "compact"):
            raise ConfigurationError("--reword makes sentences for --format sft with --profile compact alone")
        bounded("--reword", self.reword, least=0, most=100)
        settings = ExportSettings(
            format=self.format, profile=self.profile, split=split, privileged=self.privileged, reword=self.reword
        )
        environment = load_environment(self.env)
        try:
            tasks = capability(environment, Judged).tasks()
            exported = export(
                runs,
                settings,
                versions={t.id: t.version for t in tasks},
                start=StartProgress(environment).of,
                limits={t.id: t.time_limit_s for t in tasks},
            )
        finally:
            environment.close()
        for path in write_rows(exported, settings, self.runs, Path(self.out)):
            put(str(path))
        put(", ".join(f"{cell} {len(rows)}" for cell, rows in exported.rows.items()))
        return 0
