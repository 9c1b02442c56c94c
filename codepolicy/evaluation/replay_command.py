"""The command that plays one episode again, with the replies that were recorded."""

from __future__ import annotations

import shlex
from pathlib import Path

from codepolicy.evaluation.configuration import Configuration
from codepolicy.evaluation.records import Record
from codepolicy.evaluation.worker_setup import ORACLE


def command(configuration: Configuration, record: Record, folder: Path) -> str:
    """A command line that needs no model, since the `folder` of the episode holds its replies."""
    settings = configuration.settings
    common = ["--task", record.task, "--seed", str(record.seed), "--disturbances", record.disturbances]
    common += ["--env", configuration.environment, "--detector", str(settings["detector"])]
    if settings["surface"] is not None:
        common += ["--surface", str(settings["surface"])]
    if configuration.model == ORACLE:
        return shlex.join(["codepolicy", "exec", "--oracle", "--instruction", record.instruction, *common])
    flags = ["--turns", str(settings["turns"]), "--feedback", str(settings["feedback"])]
    flags += [f"--{name}" for name in ("plan",) if settings[name]]
    flags += [f"--no-{name}" for name in ("examples", "hierarchy") if not settings[name]]
    if settings["skills"] is not None:
        flags += ["--skills", str(settings["skills"])]
    if configuration.critic is not None:
        flags += ["--critic", f"replay:{folder}"]
    return shlex.join(["codepolicy", "run", record.instruction, *common, "--model", f"replay:{folder}", *flags])
