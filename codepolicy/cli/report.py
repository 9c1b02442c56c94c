"""`codepolicy report RUN…`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class Report:
    """Show what a run of `eval`, or several shards of one, come to, and write the page."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = ()
    """Folders of one run."""
    page: Annotated[str | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Where to write the page; report.html in the folder of a single run when left out."""
    json: Annotated[bool, Flag] = False
    """Print the summary as one JSON object."""

    def __call__(self) -> int:
        """Show; returns the exit status."""
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from codepolicy.evaluation import text
        from codepolicy.evaluation.html import write_report
        from codepolicy.evaluation.store import merged
        from codepolicy.evaluation.summary import summarized
        from primitives.errors import ConfigurationError

        if not self.runs:
            raise ConfigurationError("say which run: codepolicy report RUN…, the folder that `codepolicy eval` made")
        run = merged([Path(path) for path in self.runs])
        summary = summarized(run)
        page = Path(self.page) if self.page is not None else None
        if page is not None or len(self.runs) == 1:
            page = write_report(run, page)
        if self.json:
            put_json(summary)
            return 0
        for line in (*text.table(summary), "", *text.losses(run.records)):
            put(line)
        if page is not None:
            put(f"page in {page}")
        return 0
