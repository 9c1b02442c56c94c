"""`codepolicy report RUN…`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class ReportCommand:
    """Show what a run of `eval`, or several shards of one, come to, and write the page."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = ()
    """Folder of an evaluation, folders of its shards, or the folder that `run` or `exec` left."""
    page: Annotated[str | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Where to write the page; report.html in the folder of a single run when left out."""
    fail_under: float | None = None
    """Exit with 1 when the rate over all episodes is below this, or an episode is missing."""
    junit: Annotated[str | None, tyro.conf.arg(metavar="FILE.xml")] = None
    """Write the episodes as JUnit test cases."""
    export: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="FILE")] = ()
    """Write the episodes as a table, FILE.csv or FILE.parquet, or as a log of inspect_ai, FILE.eval or FILE.json;
    may be given more than once."""
    mlflow: Annotated[str | None, tyro.conf.arg(metavar="URI")] = None
    """Log the run to the MLflow server there, e.g. http://localhost:5000, or again after more was played."""
    json: Annotated[bool, Flag] = False
    """Print the summary as one JSON object."""

    def __call__(self) -> int:
        """Show; returns the exit status."""
        import os
        from pathlib import Path

        from codepolicy.cli.fail_under import checked, decoys_won, missed
        from codepolicy.cli.output import fail, put, put_json
        from codepolicy.evaluation import text_report
        from codepolicy.evaluation.episode_page import write_page
        from codepolicy.evaluation.exports import export, github_annotations, write_junit
        from codepolicy.evaluation.html_report import write_report
        from codepolicy.evaluation.run_store import merged
        from codepolicy.evaluation.summary import summarized
        from primitives.errors import ConfigurationError

        if not self.runs:
            raise ConfigurationError("say which run: codepolicy report RUN…, the folder that `codepolicy eval` made")
        fail_under = checked(self.fail_under)
        single = Path(self.runs[0])
        if len(self.runs) == 1 and (single / "episode.json").is_file():
            self._refuse_idle()
            put(f"page in {write_page(single)}")
            return 0
        run = merged([Path(path) for path in self.runs])
        summary = summarized(run)
        page = Path(self.page) if self.page is not None else None
        if page is not None or len(self.runs) == 1:
            page = write_report(run, page)
        if self.junit is not None:
            write_junit(run, Path(self.junit))
        for file in self.export:
            export(run, Path(file))
        if self.mlflow is not None:
            from codepolicy.evaluation.mlflow_log import log

            logged = log(run, summary, self.mlflow)
            if not self.json:
                put(f"logged to MLflow as {logged}")
        if self.json:
            put_json(summary)
        else:
            for line in (*text_report.table(summary), "", *text_report.losses(run.records, summary.model)):
                put(line)
            if page is not None:
                put(f"page in {page}")
            for line in github_annotations(run.records) if os.environ.get("GITHUB_ACTIONS") == "true" else ():
                put(line)
        why = decoys_won(summary) or missed(summary, fail_under)
        if why is None and fail_under is not None and summary.missing_shards:
            why = f"missing shards: {', '.join(summary.missing_shards)}; give the folders of all of them"
        if why is None and fail_under is not None and summary.total.episodes < summary.planned:
            why = f"{summary.planned - summary.total.episodes} of {summary.planned} episodes are missing"
        return 0 if why is None else fail(why, 1, json=False)

    def _refuse_idle(self) -> None:
        """Of a single run there is nothing but its page. Raises ConfigurationError."""
        from primitives.errors import ConfigurationError

        for flag, given in (
            ("--page", self.page is not None),
            ("--fail-under", self.fail_under is not None),
            ("--junit", self.junit is not None),
            ("--export", bool(self.export)),
            ("--json", self.json),
        ):
            if given:
                raise ConfigurationError(
                    f"{flag} has no effect here: {self.runs[0]!r} is a single run, and has a page alone; "
                    "it is for folders that `codepolicy eval` made"
                )
