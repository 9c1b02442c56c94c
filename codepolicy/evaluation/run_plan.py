"""From what a user asks for to the episodes of a run and its folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from codepolicy.evaluation import baseline, baseline_file, fingerprints
from codepolicy.evaluation.configuration import RunFile, configured, machine, task_hashes
from codepolicy.evaluation.episode_keys import labelled_tasks, planned
from codepolicy.evaluation.records import Job
from codepolicy.evaluation.worker_setup import WorkerSetup
from codepolicy.plugins import load_environment
from primitives.environment import Controlled, Judged, capability
from primitives.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run before it is played."""

    path: Path
    file: RunFile
    jobs: tuple[Job, ...]


def start(
    setup: WorkerSetup,
    names: Sequence[str],
    *,
    seeds: Sequence[int] | None = None,
    samples: int = 1,
    part: tuple[int, int] = (1, 1),
    out: Path | None = None,
    command: Sequence[str] = (),
) -> Plan:
    """The plan of a run; nothing is written.

    Args:
        setup: how episodes are played.
        names: suites and tasks.
        seeds: instead of those that the suites ask for.
        samples: how often each seed is played.
        part: number and count of shards.
        out: folder of the run; None takes one below `runs/` whose name holds a hash of the configuration, so that the
            same command finds it again.
        command: what to note as the command.

    Raises:
        ConfigurationError: something given here cannot be.
    """
    if not names:
        raise ConfigurationError("say what to play: codepolicy eval SUITE|TASK…, e.g. `codepolicy eval core`")
    environment = load_environment(setup.environment)
    try:
        judged = capability(environment, Judged)
        if setup.programs is not None:
            trials = baseline.trials(baseline_file.load(setup.programs), environment)
        else:
            trials = judged.trials(names, seeds=seeds, wording=setup.wording, disturbances=setup.disturbances)
        tasks = labelled_tasks(judged, trials)
        configuration = configured(setup, environment)
        controlled = capability(environment, Controlled) if setup.decoys else None
        jobs = planned(
            trials,
            tasks,
            setup,
            configuration,
            samples=samples,
            part=part,
            decoys=None if controlled is None else lambda trial: controlled.decoys(trial.spec),
        )
    finally:
        environment.close()
    number, of = part
    file = RunFile(
        command=tuple(command),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        chosen=tuple(names),
        planned=len(jobs),
        shard=f"{number}/{of}" if of > 1 else None,
        configuration=configuration,
        tasks=task_hashes(tasks),
        git=fingerprints.git(),
        machine=machine(),
    )
    return Plan(path=out or Path("runs") / _name(names, file), file=file, jobs=jobs)


def _name(names: Sequence[str], file: RunFile) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", "-".join(Path(name).stem for name in names).lower()).strip("-")[:40]
    shard = f"_{file.shard.replace('/', 'of')}" if file.shard is not None else ""
    return f"eval_{words}_{file.configuration.whole}{shard}"
