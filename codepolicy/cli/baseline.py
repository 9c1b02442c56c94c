"""`codepolicy baseline save RUN… FILE` and `codepolicy baseline check FILE`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import tyro

from codepolicy.cli.executor_choice import ExecutorFlags
from codepolicy.cli.options import ConditionFlags, Flag, settings

if TYPE_CHECKING:
    from codepolicy.evaluation.worker_setup import WorkerSetup

USAGE = "codepolicy baseline save RUN… FILE.jsonl, or codepolicy baseline check FILE.jsonl"


@dataclass(frozen=True, kw_only=True)
class BaselineCommand(ConditionFlags, ExecutorFlags):
    """Keep the programs of runs with what came of them, and check later that they still end so, without a model."""

    words: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="save|check")] = ()
    """`save RUN… FILE` writes the programs of evaluations and single runs; `check FILE` plays them again."""
    out: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Folder of the check's run; when left out, one below runs/."""
    json: Annotated[bool, Flag] = False
    """Print the summary as one JSON object on stdout."""

    def __call__(self) -> int:
        """Save or check; returns 1 where a case that was won is lost now."""
        from primitives.errors import ConfigurationError

        match self.words:
            case ("save", *runs, file) if runs:
                return self._save(runs, file)
            case ("check", file):
                return self._check(file)
            case _:
                raise ConfigurationError(f"give {USAGE}")

    def _save(self, runs: list[str], file: str) -> int:
        from pathlib import Path

        from codepolicy.cli.output import put
        from codepolicy.evaluation.baseline import save
        from codepolicy.evaluation.program_replay import recorded

        count = save([episode for run in runs for episode in recorded(Path(run))], Path(file))
        put(f"{count} cases in {file}; check them with: codepolicy baseline check {file}")
        return 0

    def _check(self, file: str) -> int:
        from pathlib import Path

        from codepolicy.cli.evaluation_view import EvaluationView
        from codepolicy.cli.output import fail, put
        from codepolicy.evaluation.baseline import changes
        from codepolicy.evaluation.baseline_file import load
        from codepolicy.evaluation.run_plan import start
        from codepolicy.evaluation.run_store import read_run
        from codepolicy.evaluation.runner import Limits

        self.checked()
        cases, setup = load(file), self._setup(file)
        plan = start(setup, [file], out=Path(self.out) if self.out is not None else None, command=sys.argv)
        view = EvaluationView(
            plan=plan,
            executor=self.chosen(setup, plan),
            processes=self.processes,
            limits=Limits(episode_s=self.episode_limit),
            again=False,
            fail_under=None,
            json=self.json,
        )
        status = view()
        if status:
            return status
        keys = {job.key for job in plan.jobs}
        changed = list(changes(cases, [r for r in read_run(plan.path).records if r.key in keys]))
        newly = [record for case, record in changed if case.won]
        if not self.json:
            put(f"newly failing: {len(newly)}, newly passing: {len(changed) - len(newly)}, of {len(cases)} cases")
        if newly:
            return fail("; ".join(f"{r.name} was won and is lost to {r.kind}" for r in newly[:5]), 1, json=False)
        return 0

    def _setup(self, file: str) -> WorkerSetup:
        from codepolicy.evaluation.worker_setup import WorkerSetup

        return WorkerSetup(environment=self.place, programs=file, settings=settings(self))
