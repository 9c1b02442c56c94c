"""What a person sees of an evaluation, and its exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from codepolicy.cli.fail_under import decoys_won, missed
from codepolicy.cli.output import fail, put, put_json
from codepolicy.evaluation import text_report
from codepolicy.evaluation.executor import Executor
from codepolicy.evaluation.html_report import write_report
from codepolicy.evaluation.progress_line import ProgressLine
from codepolicy.evaluation.records import Job
from codepolicy.evaluation.run_plan import Plan
from codepolicy.evaluation.run_store import EvaluationRun, Store, read_run
from codepolicy.evaluation.runner import Ending, Limits, missing, play
from codepolicy.evaluation.sequential import StoppingRule
from codepolicy.evaluation.summary import Summary, summarized


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationView:
    """One start of a run."""

    plan: Plan
    executor: Executor
    processes: int | None
    """For people; None where it changes."""
    limits: Limits
    again: bool
    fail_under: float | None
    """Rate over the episodes asked for below which the exit status is 1."""
    json: bool
    rule: StoppingRule | None = None
    """When it may stop early."""

    def __call__(self) -> int:
        """Play what is missing and show what it comes to; returns the exit status."""
        with Store(self.plan.path, self.plan.file) as store:
            ending = self._played(store, missing(self.plan.jobs, store.records, again=self.again))
        run = read_run(self.plan.path)
        write_report(run)
        return self._shown(run, ending)

    def _played(self, store: Store, todo: Sequence[Job]) -> Ending | None:
        """How it ended; None when a person ended it."""
        open_keys = {job.key for job in todo}
        kept = [store.records[job.key] for job in self.plan.jobs if job.key not in open_keys]
        processes = None if self.processes is None else min(self.processes, max(1, len(todo)))
        line = ProgressLine(
            sys.stderr, total=len(self.plan.jobs), done=len(kept), won=sum(r.won for r in kept), processes=processes
        )
        with closing(line):
            try:
                return play(store, todo, self.executor, limits=self.limits, progress=line, rule=self.rule)
            except KeyboardInterrupt:
                return None

    def _shown(self, run: EvaluationRun, ending: Ending | None) -> int:
        keys = {job.key for job in self.plan.jobs}
        asked = EvaluationRun(
            path=run.path, file=run.file, records=tuple(r for r in run.records if r.key in keys), again=run.again
        )
        summary = summarized(asked)
        if self.json:
            put_json({**_plain(summary), "folder": str(run.path), "ending": ending.status if ending else "interrupted"})
        else:
            for line in (*text_report.table(summary), "", *text_report.losses(asked.records, summary.model)):
                put(line)
            put(f"record in {run.path}, page in {run.path / 'report.html'}")
        if ending is None:
            return fail("interrupted; the same command goes on from here", 130, json=False)
        if ending.status == "sure" and not self.json:
            put(f"stopped early, sure: {ending.why}")
        if ending.status not in ("complete", "sure"):
            return fail(f"stopped: {ending.why}. {_advice(ending)}", 3, json=False)
        why = decoys_won(summary) or missed(summary, self.fail_under)
        if why is not None:
            return fail(why, 1, json=False)
        return 0


def _advice(ending: Ending) -> str:
    if ending.status == "spent":
        return "The same command with a higher --total-cost goes on from here"
    return "The same command with --again goes on from here and plays these again"


def _plain(summary: Summary) -> dict[str, object]:
    import msgspec

    return msgspec.to_builtins(summary)
