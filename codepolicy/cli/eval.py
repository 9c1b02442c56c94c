"""`codepolicy eval SUITE|TASK…`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from codepolicy.cli.executor_choice import ExecutorFlags
from codepolicy.cli.options import ConditionFlags, Flag, LoopFlags, ModelFlags, model_options, settings

if TYPE_CHECKING:
    from codepolicy.evaluation.worker_setup import WorkerSetup


@dataclass(frozen=True, kw_only=True)
class EvalCommand(LoopFlags, ModelFlags, ConditionFlags, ExecutorFlags):
    """Play suites and tasks in parallel and keep what comes of it; the same command goes on where it was cut short."""

    names: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="SUITE|TASK")] = ()
    """Suites by name or TOML file, tasks by id (see `codepolicy tasks`), or `all`; or `written`, without a model."""
    oracle: Annotated[bool, Flag] = False
    """Run each task's own program instead of a model's: a test of primitives and perception."""
    decoys: Annotated[bool, Flag] = False
    """Run the programs of each task that must lose, doing nothing among them; exit with 1 where one wins."""
    trials: int | None = None
    """Seeds 0 to N-1 of each task; what the suite says when left out, 10 for a task."""
    seeds: Annotated[str | None, tyro.conf.arg(metavar="A-B")] = None
    """These seeds instead, both included."""
    samples: int = 1
    """How often each seed is played, for models that do not always answer the same."""
    wording: Literal["canonical", "paraphrased"] | None = None
    """The template's own sentence or one of its paraphrases; what the suite says when left out."""
    disturbances: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Sensor and world disturbances; what the suite says when left out."""
    video: Literal["lost", "all", "none"] = "none"
    """Of which episodes to keep pictures before and after and a video; a video takes seconds."""
    shard: Annotated[str | None, tyro.conf.arg(metavar="I/N")] = None
    """Only this part of the episodes, e.g. 2/8; each into its own --out."""
    out: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Folder of the run; when left out, one below runs/ that is named after the configuration."""
    again: Annotated[bool, Flag] = False
    """Play again what infrastructure or the model's server lost in an earlier start."""
    patience: int = 10
    """Stop after so many episodes in a row lost to infrastructure or the model's server; 0 never does."""
    total_cost: float | None = None
    """Stop when the run has cost this many USD."""
    fail_under: float | None = None
    """Exit with 1 when the rate over all episodes is below this, e.g. 0.95."""
    until_sure: Annotated[float | None, tyro.conf.arg(metavar="WIDTH")] = None
    """Stop as soon as the rate is known to within this, e.g. 0.1, or to lie on one side of --fail-under."""
    json: Annotated[bool, Flag] = False
    """Print the summary as one JSON object on stdout."""

    def __call__(self) -> int:
        """Play; returns the exit status."""
        from pathlib import Path

        from codepolicy.cli.announcement import announced
        from codepolicy.cli.evaluation_view import EvaluationView
        from codepolicy.cli.fail_under import checked
        from codepolicy.evaluation.episode_keys import seeds, shard
        from codepolicy.evaluation.run_plan import start
        from codepolicy.evaluation.runner import Limits
        from codepolicy.evaluation.sequential import StoppingRule

        fail_under = checked(self.fail_under)
        self.checked()
        limits = Limits(episode_s=self.episode_limit, patience=self.patience, total_cost=self.total_cost)
        chosen = seeds(self.trials, self.seeds)
        announced(chosen, len(self.names), self.samples, self.processes or 1)
        setup = self._setup()
        plan = start(
            setup,
            self.names,
            seeds=chosen,
            samples=self.samples,
            part=shard(self.shard),
            out=Path(self.out) if self.out is not None else None,
            command=sys.argv,
        )
        return EvaluationView(
            plan=plan,
            executor=self.chosen(setup, plan),
            processes=self.processes,
            limits=limits,
            again=self.again,
            fail_under=fail_under,
            rule=None
            if self.until_sure is None
            else StoppingRule(width=self.until_sure, side=fail_under, keys=[job.key for job in plan.jobs]),
            json=self.json,
        )()

    def _setup(self) -> WorkerSetup:
        from codepolicy.evaluation.baseline_file import built_in
        from codepolicy.evaluation.worker_setup import WorkerSetup

        (only,) = self.names if len(self.names) == 1 else ("",)
        return WorkerSetup(
            environment=self.place,
            model=self.model,
            oracle=self.oracle,
            decoys=self.decoys,
            programs=only if only in built_in() else None,
            options=model_options(self),
            planner=self.planner,
            critic=self.critic,
            settings=settings(self),
            wording=self.wording,
            disturbances=self.disturbances,
            video=self.video,
        )
