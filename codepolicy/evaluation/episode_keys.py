"""Which episodes a run consists of, and their keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from codepolicy.evaluation import fingerprints
from codepolicy.evaluation.configuration import Configuration
from codepolicy.evaluation.records import Job
from codepolicy.evaluation.worker_setup import WorkerSetup
from primitives.environment import Judged, PlannedTrial, TaskInfo
from primitives.errors import ConfigurationError


def seeds(trials: int | None, span: str | None) -> range | None:
    """The seeds that `--trials N` or `--seeds A-B` (both included) asks for; None leaves it to the suites.

    Raises:
        ConfigurationError: both are given, or one is no such thing.
    """
    if trials is not None and span is not None:
        raise ConfigurationError("--trials and --seeds both say which seeds; give one of them")
    if trials is not None:
        if trials < 1:
            raise ConfigurationError(f"--trials is {trials}; give at least 1")
        return range(trials)
    if span is None:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", span)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first:
        raise ConfigurationError(f"--seeds is {span!r}; it is one seed or two, first and last, e.g. 0-49")
    return range(first, last + 1)


def shard(text: str | None) -> tuple[int, int]:
    """`i/n` as two numbers, 1/1 where there is none. Raises ConfigurationError."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text or "1/1")
    number, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= of:
        raise ConfigurationError(f"--shard is {text!r}; it is i/n with i from 1 to n, e.g. 2/8 for the second of eight")
    return number, of


def labelled_tasks(environment: Judged, trials: Sequence[PlannedTrial]) -> dict[str, TaskInfo]:
    """What is known of the trials' tasks, by the label that verdicts carry."""
    known = {f"{info.id}-v{info.version}": info for info in environment.tasks()}
    return {t.task: known[t.task.partition(":")[0]] for t in trials if t.task.partition(":")[0] in known}


def planned(
    trials: Sequence[PlannedTrial],
    tasks: Mapping[str, TaskInfo],
    setup: WorkerSetup,
    configuration: Configuration,
    *,
    samples: int = 1,
    part: tuple[int, int] = (1, 1),
    decoys: Callable[[PlannedTrial], Iterable[str]] | None = None,
) -> tuple[Job, ...]:
    """The episodes of a run, every task's first seed before any second one, so that what is cut short is balanced.

    Args:
        trials: of suites and tasks; a trial that is there twice is played once.
        tasks: what is known of them, by label.
        setup: how they are played.
        configuration: the same, as results keep it.
        samples: how often each is played.
        part: of how many shards which one; the key decides where an episode belongs.
        decoys: names of the programs that are played for a trial, where they are those that must lose.

    Raises:
        ConfigurationError: one task and seed in two wordings or under two sets of disturbances, which no comparison
            could tell apart.
    """
    if samples < 1:
        raise ConfigurationError(f"--samples is {samples}; give at least 1")
    if samples > 1 and decoys is not None:
        raise ConfigurationError("--decoys plays each program once, as it does the same each time; leave --samples out")
    found: dict[tuple[str, int], PlannedTrial] = {}
    for trial in trials:
        other = found.setdefault((trial.task, trial.spec.seed), trial)
        if other.spec != trial.spec:
            raise ConfigurationError(
                f"{trial.task} seed {trial.spec.seed} is in two of the suites under different conditions "
                f"({other.spec.instruction!r} and {trial.spec.instruction!r}, disturbances {other.spec.disturbances} "
                f"and {trial.spec.disturbances}); evaluate them apart, or settle it with --wording and --disturbances"
            )
    number, of = part
    jobs = [
        Job(key=_key(trial, sample, tasks, setup, configuration), trial=trial, sample=sample, decoy=decoy)
        for trial in sorted(found.values(), key=lambda t: t.spec.seed)
        for sample, decoy in enumerate(decoys(trial) if decoys is not None else [""] * samples)
    ]
    return tuple(job for job in jobs if int(job.key, 16) % of == number - 1)


def _key(
    trial: PlannedTrial, sample: int, tasks: Mapping[str, TaskInfo], setup: WorkerSetup, configuration: Configuration
) -> str:
    """Sixteen hex digits of everything that was chosen for this episode; not of the code that plays it."""
    info = tasks.get(trial.task)
    level = setup.settings.surface or (info.surface if info is not None else "skill")
    chosen = (
        trial.task,
        trial.spec,
        sample,
        configuration.surfaces[level],
        configuration.prompts[level],
        configuration.prompts["templates"],
        configuration.conditions,
    )
    return fingerprints.digest(chosen, digits=16)
