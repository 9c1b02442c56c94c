"""`codepolicy compare FIRST SECOND`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class CompareCommand:
    """Set one run of `eval` against another, pair by pair: what newly fails and passes, and whether it is chance."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FIRST SECOND")] = ()
    """Folders of the run to compare with and of the new one; several shards of one run as DIR,DIR."""
    fail_on: Literal["significant", "any", "never"] = "significant"
    """Exit with 1 when the second is worse by more than chance explains (p < 0.05), or any episode newly fails."""
    page: Annotated[str | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Write a page that shows both side by side, newly failing episodes first."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object."""

    def __call__(self) -> int:
        """Compare; returns the exit status."""
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from codepolicy.evaluation.comparison import compared, lines
        from codepolicy.evaluation.comparison_page import write_comparison
        from codepolicy.evaluation.run_store import merged
        from primitives.errors import ConfigurationError

        if len(self.runs) != 2:
            raise ConfigurationError(f"compare takes two runs, not {len(self.runs)}: codepolicy compare FIRST SECOND")
        first, second = (merged([Path(part) for part in side.split(",")]) for side in self.runs)
        comparison = compared(first, second)
        if self.page is not None:
            write_comparison(first, second, Path(self.page))
        if self.json:
            put_json(comparison)
        else:
            for line in lines(comparison):
                put(line)
            if self.page is not None:
                put(f"page in {self.page}")
        failed = comparison.regressed if self.fail_on == "significant" else bool(comparison.newly_failing)
        return 1 if failed and self.fail_on != "never" else 0
